import HTTPTypes
package import HallpassBroker
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The HTTP server, ready to be run in a service group.
package struct HallpassApplication: Service {
    let responder: HallpassResponder
    private let server: any Service

    /// - Parameter onListening: called once with the port that is really taken.
    /// - Throws: ``HTTPStartError`` when the certificate, its key or the public folder cannot be read.
    package init(
        broker: Broker, settings: HTTPSettings, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(HTTPStartError) {
        let folder = try settings.publicDirectory.map { path throws(HTTPStartError) in try PublicFolder(path: path) }
        let open = PublicRoutes(broker: broker, metrics: metrics, folder: folder ?? PublicFolder())
        let publicURL = broker.settings.issuer
        let cookie = SessionCookie(isSecure: settings.tls != nil || publicURL.hasPrefix("https:"))
        let table = RouteTable(
            open.routes + SessionRoutes(broker: broker, cookie: cookie).routes + Self.auditedRoutes(broker, settings))
        responder = HallpassResponder(
            table: table, broker: broker, folder: open.folder, metrics: HTTPMetrics(metrics), cookie: cookie,
            origins: OriginCheck(publicURL: publicURL, hasTLS: settings.tls != nil), logger: logger)
        let connection = HTTPConnection(
            responder: responder, count: ConnectionCount(maximum: settings.connectionsMaximum),
            patience: .seconds(settings.idleTimeoutSeconds))
        server = try Self.secured(connection, settings.tls).server(
            configuration: ServerConfiguration(
                address: .hostname(settings.host, port: settings.port), backlog: WireLimits.listenBacklog,
                // Those beyond the maximum are let in to be told so, and wait outside only where they are too many for that.
                availableConnectionsDelegate: MaximumAvailableConnections(
                    settings.connectionsMaximum + WireLimits.refusedConnections, logger: logger)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onListening(port) }
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }

    /// Serves until it is told to stop; returns when every request that was under way then is answered.
    package func run() async throws { try await server.run() }

    /// Method and template of every route, in the OpenAPI document's own words.
    package var routes: [(method: String, template: String)] {
        responder.table.routes.map { ($0.method.rawValue, $0.template) }
    }

    /// The same with what the tests need to know.
    var routeTable: RouteTable { responder.table }

    private static func auditedRoutes(_ broker: Broker, _ settings: HTTPSettings) -> [Route] {
        OAuthRoutes(broker: broker).routes
            + CallTokenRoutes(broker: broker).routes
            + ToolRoutes(broker: broker).routes
            + DriftRoutes(broker: broker).routes
            + CredentialRoutes(broker: broker).routes
            + RevocationRoutes(broker: broker).routes
            + SwitchRoutes(broker: broker).routes
            + FeedRoutes(broker: broker, heartbeat: settings.heartbeat).routes
            + TenantRoutes(broker: broker).routes
            + ResourceRoutes(broker: broker).routes
            + RevisionRoutes(broker: broker).routes
            + ClientSecretRoutes(broker: broker).routes
            + SigningKeyRoutes(broker: broker).routes
            + DataKeyRoutes(broker: broker).routes
            + KeyEncryptionKeyRoutes(broker: broker).routes
            + ApprovalRoutes(broker: broker).routes
            + IssuerRoutes(broker: broker).routes
            + AccountRoutes(broker: broker).routes
            + ActivityRoutes(broker: broker, heartbeat: settings.heartbeat, pause: settings.activityPause).routes
            + AuditRoutes(broker: broker).routes
    }

    /// The same over TLS, where there are files for it.
    private static func secured(
        _ connection: HTTPConnection, _ files: HTTPSettings.TLSFiles?
    ) throws(HTTPStartError) -> any ServerChildChannel {
        guard let files else { return connection }
        let certificates: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(files.certificatePath)
        } catch {
            throw .unreadableCertificate(path: files.certificatePath)
        }
        do {
            key = try NIOSSLPrivateKey(file: files.keyPath, format: .pem)
        } catch {
            throw .unreadableKey(path: files.keyPath)
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        do {
            // A key of another certificate is found here, before anyone connects.
            return try TLSChannel(connection, tlsConfiguration: tls)
        } catch {
            throw .certificateAndKeyDoNotMatch(certificate: files.certificatePath, key: files.keyPath)
        }
    }
}

/// Why the server does not start.
package enum HTTPStartError: Error, Hashable, Sendable {
    case unreadableCertificate(path: String)
    case unreadableKey(path: String)
    case certificateAndKeyDoNotMatch(certificate: String, key: String)
    case unreadablePublicFolder(path: String)
    case publicFolderTooLarge(path: String)

    package var message: String {
        switch self {
        case .unreadableCertificate(let path): "\(path) cannot be read as a PEM certificate."
        case .unreadableKey(let path): "\(path) cannot be read as a PEM private key."
        case .certificateAndKeyDoNotMatch(let certificate, let key):
            "The certificate \(certificate) and the key \(key) do not belong together."
        case .unreadablePublicFolder(let path): "The public folder \(path) cannot be read."
        case .publicFolderTooLarge(let path): "The public folder \(path) holds more than 32 MiB."
        }
    }

    /// The next step.
    package var hint: String {
        switch self {
        case .unreadableCertificate: "Give the certificate and its chain in PEM form with --tls-certificate."
        case .unreadableKey: "Give the private key in PEM form, without a password, with --tls-key."
        case .certificateAndKeyDoNotMatch: "Give the key that the certificate was made for with --tls-key."
        case .unreadablePublicFolder, .publicFolderTooLarge:
            "Give the folder Public of this project with --public-dir, as an absolute path."
        }
    }
}
