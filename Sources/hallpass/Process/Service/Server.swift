import Foundation
import HallpassBroker
import HallpassCore
import HallpassHTTP
import HallpassStorage
import Logging
import Metrics
import ServiceLifecycle
import UnixSignals

/// A server from the disk to the wire, run until it is told to stop.
struct Server {
    let settings: ServerSettings
    /// Of the process: where the service manager puts credentials is looked up there.
    let environment: [String: String]
    let logger: Logger
    let metrics: PrometheusMetrics

    /// Something that runs beside the server and stops before it.
    struct Companion {
        let service: any Service
        /// Whether the server stops when it has finished.
        let endsServer: Bool
    }

    /// - Parameter onListening: called once with the port.
    /// - Throws: ``CommandFailure`` with what keeps it from starting and the next step.
    func run(
        beside companion: Companion? = nil, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        let watch = SignalWatch(lastResortSeconds: settings.shutdownDeadlineSeconds + 5)
        defer { withExtendedLifetime(watch) {} }
        // Asked before anything is opened, because it is what most often stands in the way and easiest said.
        _ = try await PortProbe.freePort(host: settings.host, port: settings.port)
        FileDescriptors.raiseLimit(to: settings.connectionsMaximum + WireLimits.refusedConnections)
        // What cannot be signed would never be delivered.
        if let target = settings.auditExportWebhook { _ = try ExportWebhook.secrets(in: target.secretFile) }
        let engine = try await startEngine()
        let application: HallpassApplication
        do {
            application = try makeApplication(engine, onListening)
        } catch {
            try await engine.stop()
            throw error
        }
        try await run(services(engine, application, companion))
    }

    private func startEngine() async throws -> Engine {
        let keys = KeyFile(named: settings.keyFile, environment: environment).custody
        let metrics = LedgerMetrics(factory: metrics)
        let log = CommitLog(logger: logger)
        let days = Int64(settings.keyRotationDays)
        return try await Engine.start(
            keys: keys, database: settings.database, mode: .existing, issuer: settings.issuer, logger: logger,
            keyMaximumAgeSeconds: days > 0 ? days * 86_400 : nil,
            observer: { batch in
                metrics.record(batch)
                log.note(batch)
            })
    }

    private func makeApplication(
        _ engine: Engine, _ onListening: @escaping @Sendable (Int) async -> Void
    ) throws -> HallpassApplication {
        var http = HTTPSettings(
            host: settings.host, port: settings.port, publicDirectory: publicFolder,
            tls: settings.tls.map { HTTPSettings.TLSFiles(certificatePath: $0.certificate, keyPath: $0.key) })
        http.connectionsMaximum = settings.connectionsMaximum
        http.idleTimeoutSeconds = Int64(settings.idleTimeoutSeconds)
        do throws(HTTPStartError) {
            return try HallpassApplication(
                broker: engine.broker, settings: http, metrics: metrics, logger: logger, onListening: onListening)
        } catch {
            throw CommandFailure.localFile(error.message, next: error.hint)
        }
    }

    /// Absolute, because whoever starts a server from elsewhere means the same folder. The default one may be missing: the
    /// broker answers without it.
    private var publicFolder: String? {
        let path = URL(fileURLWithPath: settings.publicFolder).standardizedFileURL.path
        let isDefault = settings.publicFolder == Setting.publicFolder.standard.text
        guard !isDefault || LocalFile.exists(path) else {
            logger.warning("No files are served: there is no folder here.", metadata: ["public-dir": "\(path)"])
            return nil
        }
        return path
    }

    /// In the order they start; they stop the other way round: requests finish, then the sweeps end, then what they
    /// recorded is exported, then the ledger writes what waits, then the database closes.
    private func services(
        _ engine: Engine, _ application: HallpassApplication, _ companion: Companion?
    ) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: EngineService(engine: engine, logger: logger), serviceName: "engine")
        ]
        services += auditExports(engine)
        services += [
            .init(service: LedgerSweep(ledger: engine.ledger, logger: logger), serviceName: "ledger sweep"),
            .init(service: DatabaseMarking(engine: engine, logger: logger), serviceName: "database mark"),
            .init(service: keyCare(engine), serviceName: "key care"),
            .init(service: retention(engine), serviceName: "audit retention"),
            .init(service: TenantErasure(broker: engine.broker, logger: logger), serviceName: "tenant erasure"),
            .init(service: SessionSweep(broker: engine.broker, logger: logger), serviceName: "session sweep"),
            .init(service: checkpoints(engine), serviceName: "audit checkpoints"),
            .init(service: RefusalCount(broker: engine.broker, logger: logger), serviceName: "refusal count"),
            .init(service: SecretUseFlush(broker: engine.broker, logger: logger), serviceName: "secret use"),
            .init(service: application, serviceName: "http"),
        ]
        if let companion {
            services.append(
                .init(
                    service: companion.service,
                    successTerminationBehavior: companion.endsServer ? .gracefullyShutdownGroup : .ignore,
                    serviceName: "companion"))
        }
        return services.map { service in
            var service = service
            service.failureTerminationBehavior = .gracefullyShutdownGroup
            return service
        }
    }

    private func keyCare(_ engine: Engine) -> KeyCare {
        KeyCare(
            broker: engine.broker, logger: logger, maximumAgeSeconds: engine.broker.settings.keyMaximumAgeSeconds)
    }

    private func retention(_ engine: Engine) -> AuditRetention {
        AuditRetention(
            broker: engine.broker, logger: logger, days: Int64(settings.auditRetentionDays),
            destinations: settings.auditDestinations.map(\.destination))
    }

    private func checkpoints(_ engine: Engine) -> CheckpointService {
        CheckpointService(
            broker: engine.broker, logger: logger, pause: .seconds(settings.auditCheckpointSeconds),
            file: settings.auditCheckpointFile)
    }

    private func auditExports(_ engine: Engine) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        settings.auditDestinations.map { destination in
            let export = AuditExport(
                broker: engine.broker, destination: destination, format: settings.auditExportFormat, logger: logger,
                metrics: AuditExportMetrics(destination.destination.kind, factory: metrics))
            return .init(service: AuditExportService(export: export), serviceName: "audit export")
        }
    }

    private func run(_ services: [ServiceGroupConfiguration.ServiceConfiguration]) async throws {
        var configuration = ServiceGroupConfiguration(services: services, logger: logger)
        configuration.gracefulShutdownSignals = [.sigterm, .sigint]
        configuration.maximumGracefulShutdownDuration = .seconds(settings.shutdownDeadlineSeconds)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let failure as CommandFailure {
            throw failure
        } catch is CancellationError {
            // The deadline passed, which the engine's service has said.
            return
        } catch {
            // What is left is that the port was taken between the probe and the server.
            throw PortProbe.failure(error, host: settings.host, port: settings.port)
        }
    }
}
