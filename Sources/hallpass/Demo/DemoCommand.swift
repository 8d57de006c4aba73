import ArgumentParser
import HallpassBroker
import HallpassHTTP
import Logging

/// `hallpass demo`
struct DemoCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run a server with two demo companies and play a story against it.",
        discussion: """
            Each line is one thing asked of the server through its HTTP API, its answer, and whether that was right. Ends with
            1 where a step answered otherwise. The data stays, and the next demo goes on with it.

            Example: hallpass demo --once
            """)

    @Flag(help: "Exit when the story is told, instead of serving on.")
    var once = false

    @Option(help: "The port to listen on, on 127.0.0.1; 0 takes any that is free.")
    var port = 8_080

    @Option(help: "The folder for the key file, the database and the clients' secrets; made where there is none.")
    var dataDir = "var"

    @Option(help: "The folder with the demo companies, one folder each.")
    var seeds = "seeds"

    var isJSON: Bool { false }

    private static let host = "127.0.0.1"

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("The port must be from 0 to 65535.") }
    }

    func perform() async throws {
        let port = try await freePort()
        let origin = ServerSettings.origin(host: Self.host, port: port, isTLS: false)
        let (instance, link) = try await prepare(origin)
        let settings = try ServerSettings(
            from: SettingSources(flags: flags(instance, port), environment: [:], file: nil))
        guard let server = ServerAddress(origin) else { preconditionFailure("an address made here") }
        let metrics = PrometheusMetrics()
        let logger = ServeCommand.bootstrap(settings, metrics)
        let demo = DemoRun(
            DemoRun.Plan(
                instance: instance, seeds: seeds, server: server, page: .standardOutput, setUpLink: link?.link,
                keepsServing: !once))
        try await Server(settings: settings, environment: [:], logger: logger, metrics: metrics).run(
            beside: Server.Companion(service: demo, endsServer: once), onListening: demo.begin)
        if !once { try StandardOutput.writeLine("Stopped.") }
        if demo.wrongStepCount > 0 { throw ExitCode.refused }
    }

    private func freePort() async throws -> Int {
        do {
            return try await PortProbe.freePort(host: Self.host, port: port)
        } catch var failure as CommandFailure {
            failure.next = failure.next.map { "\($0), or: make demo PORT=\(PortProbe.otherPort(than: port))" }
            throw failure
        }
    }

    /// Nothing of this process's environment, so that the demo is the same everywhere; and only warnings, so that the story
    /// can be read.
    private func flags(_ instance: Instance, _ port: Int) -> [String: String] {
        [
            Setting.host.name: Self.host, Setting.port.name: String(port), Setting.database.name: instance.database,
            Setting.keyFile.name: instance.keyFile, Setting.logLevel.name: Logger.Level.warning.rawValue,
        ]
    }

    /// - Returns: the link too where the instance is new.
    private func prepare(_ origin: String) async throws -> (Instance, OneTimeLink?) {
        let instance = Instance(folder: dataDir)
        let existing = instance.existing
        if existing.isEmpty {
            return (instance, try await instance.create(url: origin))
        } else if existing.count < instance.files.count {
            throw CommandFailure.localFile(
                "\(dataDir) is not complete: it has \(existing.joined(separator: " and ")), and the rest is missing.",
                next: Self.startingAfresh(instance))
        }
        return (instance, nil)
    }

    static func startingAfresh(_ instance: Instance) -> String {
        "mv \(instance.folder) \(instance.folder).old, then the demo again"
    }
}
