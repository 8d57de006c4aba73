import HallpassCore

/// Which server a command asks, and as whom: flags before the environment before the file of `hallpass init`.
struct ClientSettings: Sendable {
    let server: ServerAddress
    let credentials: ClientCredentials
    /// As given; `nil` where the command has to find it otherwise.
    let tenant: TenantID?

    /// What the command line gave; `nil` is not given.
    struct Flags: Sendable {
        var url: String?
        var clientID: String?
        var clientSecretFile: String?
        var tenant: String?
        var allowsInsecureHTTP = false
    }

    /// - Parameters:
    ///   - adminFile: asked only where flags and environment name no client.
    ///   - readSecret: the content of a file that only its owner may read.
    init(
        flags: Flags, environment: [String: String], adminFile: () throws -> AdminFile?,
        readSecret: (String) throws -> String
    ) throws {
        let sources = Sources(flags: flags, environment: environment)
        tenant = try sources.tenant()
        let givenServer = try sources.server()
        if let credentials = try sources.credentials(readSecret) {
            self.credentials = credentials
            server = try givenServer ?? Sources.address(ServerAddress.defaultText)
        } else if let file = try adminFile() {
            server = givenServer ?? file.server
            credentials = file.credentials
            guard server.isSameHost(as: file.server) else {
                throw CommandFailure.usage(
                    "\(AdminFile.path) is for \(file.server), and its secret is not shown to \(server).",
                    next: "add --client-id ID --client-secret-file FILE")
            }
        } else {
            throw CommandFailure.usage(
                "No client is named, and there is no \(AdminFile.path).",
                next: "hallpass init, or add --client-id ID --client-secret-file FILE")
        }
        guard server.isEncrypted || server.isLoopback || flags.allowsInsecureHTTP else {
            throw CommandFailure.usage(
                "\(server) is not encrypted, and the secret would cross the network in the clear.",
                next: "use https://, or add --insecure-http where the network itself is trusted")
        }
    }

    /// The tenant as given, or `fallback`, or a refusal that says how to give it.
    func requireTenant(or fallback: TenantID? = nil) throws -> TenantID {
        if let tenant = tenant ?? fallback { return tenant }
        throw CommandFailure.usage(
            "Which tenant? None is named.", next: "add --tenant NAME; hallpass get tenants lists them")
    }
}

private struct Sources {
    let flags: ClientSettings.Flags
    let environment: [String: String]

    /// A variable that is set to nothing is not set.
    private func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func tenant() throws -> TenantID? {
        guard let text = flags.tenant ?? variable("HALLPASS_TENANT") else { return nil }
        guard let tenant = TenantID(text) else {
            throw CommandFailure.usage("The tenant's name \(TenantID.rule).", next: "hallpass get tenants")
        }
        return tenant
    }

    func server() throws -> ServerAddress? {
        try (flags.url ?? variable("HALLPASS_URL")).map(Self.address)
    }

    static func address(_ text: String) throws -> ServerAddress {
        guard let address = ServerAddress(text) else {
            throw CommandFailure.usage(
                "The server's address must be an http:// or https:// URL.",
                next: "add --url \(ServerAddress.defaultText)")
        }
        return address
    }

    /// - Returns: `nil` where nothing names a client.
    func credentials(_ readSecret: (String) throws -> String) throws -> ClientCredentials? {
        let id = flags.clientID ?? variable("HALLPASS_CLIENT_ID")
        let secret: String
        let origin: String
        if let path = flags.clientSecretFile ?? variable("HALLPASS_CLIENT_SECRET_FILE") {
            (secret, origin) = (try readSecret(path), path)
        } else if let text = variable("HALLPASS_CLIENT_SECRET") {
            (secret, origin) = (text, "HALLPASS_CLIENT_SECRET")
        } else {
            guard let id else { return nil }
            throw CommandFailure.usage(
                "Client \(id) is named without its secret.",
                next: "add --client-secret-file FILE, or set HALLPASS_CLIENT_SECRET")
        }
        do throws(ClientCredentials.Trouble) {
            return try ClientCredentials(secret: SecretText.secret(of: id, in: secret), id: id)
        } catch {
            throw switch error {
            case .notASecret:
                CommandFailure.localFile(
                    "\(origin) does not hold a client secret, which looks like hp_CLIENT_….",
                    next: "hallpass apply shows the secret of a new client once")
            case .ambiguous:
                CommandFailure.usage(
                    "\(origin) holds the secrets of several clients\(id.map { ", but none of \($0)" } ?? "").",
                    next: "add --client-id with one of them")
            case .secretOf(let owner):
                CommandFailure.usage(
                    "\(origin) holds the secret of client \(owner), not of \(id ?? "none").",
                    next: "add --client-id \(owner)")
            }
        }
    }
}
