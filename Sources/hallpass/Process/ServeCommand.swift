import ArgumentParser
import Foundation
import HallpassCore
import HallpassHTTP
import Logging
import Metrics

/// `hallpass serve`
struct ServeCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until it is told to stop.",
        discussion: """
            A flag beats the environment variable in brackets, which beats the configuration file, which beats the default.
            SIGTERM or Ctrl-C stops it: requests in flight finish first. A second Ctrl-C stops it at once.

            Example: hallpass serve --port 8443 --tls-certificate cert.pem --tls-key key.pem
            """)

    @OptionGroup var flags: ServerFlags

    /// What it has to say goes to the log.
    var isJSON: Bool { false }

    func perform() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try flags.settings(environment: environment)
        let metrics = PrometheusMetrics()
        let logger = Self.bootstrap(settings, metrics)
        let server = Server(settings: settings, environment: environment, logger: logger, metrics: metrics)
        try await server.run { _ in
            logger.info(
                "Serving.", metadata: ["issuer": "\(settings.issuer)", "version": "\(ProductVersion.hallpass)"])
        }
        logger.info("Stopped.")
    }

    /// To be called once in a process.
    static func bootstrap(_ settings: ServerSettings, _ metrics: PrometheusMetrics) -> Logger {
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: settings.logLevel, format: settings.logFormat)
        }
        MetricsSystem.bootstrap(metrics)
        return Logger(label: "hallpass")
    }
}
