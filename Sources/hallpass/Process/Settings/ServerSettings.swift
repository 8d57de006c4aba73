import Configuration
import HallpassCore
import Logging

/// Everything `hallpass serve` can be told, read and checked.
///
/// ``table`` is the one place that knows the names: flags, environment variables, keys of the file and the operators'
/// page all come from it.
struct ServerSettings: Sendable {
    let host: String
    let port: Int
    /// `iss` of every token.
    let issuer: String
    let database: String
    /// `nil`: the service manager's credential if there is one, else the default file.
    let keyFile: String?
    let publicFolder: String
    /// Both or neither.
    let tls: TLSFiles?
    let logLevel: Logger.Level
    let logFormat: LogFormat
    let shutdownDeadlineSeconds: Int
    let connectionsMaximum: Int
    let idleTimeoutSeconds: Int
    /// 0: by hand only.
    let keyRotationDays: Int
    let auditCheckpointSeconds: Int
    /// `nil`: in the database only.
    let auditCheckpointFile: String?
    /// 0: for good.
    let auditRetentionDays: Int
    let auditExportFile: String?
    let auditExportWebhook: WebhookTarget?
    let auditExportFormat: AuditExportFormat

    /// An address and what is posted to it signed with.
    struct WebhookTarget: Hashable, Sendable {
        let url: OutboundURL
        let secretFile: String
    }

    struct TLSFiles: Hashable, Sendable {
        let certificate: String
        let key: String
    }

    /// Reads every setting and says everything that is wrong at once.
    ///
    /// - Parameter sources: the strongest first.
    init(from sources: SettingSources) throws(CommandFailure) {
        var reading = SettingsReading(sources)
        let host = reading.value(.host)
        let port = reading.number(.port)
        let issuer = reading.text(.issuer)
        let tls = reading.tls()
        database = reading.value(.database)
        keyFile = reading.text(.keyFile)
        publicFolder = reading.value(.publicFolder)
        // The words of choices are the cases of their types.
        logLevel = Logger.Level(rawValue: reading.value(.logLevel)) ?? .info
        logFormat = LogFormat(rawValue: reading.value(.logFormat)) ?? .human
        shutdownDeadlineSeconds = reading.number(.shutdownDeadline)
        connectionsMaximum = reading.number(.connectionsMaximum)
        idleTimeoutSeconds = reading.number(.idleTimeout)
        keyRotationDays = reading.number(.keyRotation)
        auditCheckpointSeconds = reading.number(.auditCheckpointInterval)
        auditCheckpointFile = reading.text(.auditCheckpointFile)
        auditRetentionDays = reading.number(.auditRetention)
        auditExportFile = reading.text(.auditExportFile)
        auditExportWebhook = reading.webhook()
        auditExportFormat = AuditExportFormat(rawValue: reading.value(.auditExportFormat)) ?? .jsonl
        if issuer == nil, Self.anyAddress.contains(host) {
            reading.refuse(
                Setting.issuer.name, "required", "must be set where host is \(host), because every token names it")
        }
        try reading.finish()

        self.host = host
        self.port = port
        self.issuer = issuer ?? Self.origin(host: host, port: port, isTLS: tls != nil)
        self.tls = tls
    }

    /// Addresses that listen everywhere and therefore lead nowhere.
    private static let anyAddress: Set<String> = ["0.0.0.0", "::"]

    static func origin(host: String, port: Int, isTLS: Bool) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isTLS ? "https" : "http")://\(name):\(port)"
    }
}

extension ServerSettings {
    /// In the order of the documentation.
    static let table: [Setting] = [
        .host, .port, .issuer, .database, .keyFile, .publicFolder, .tlsCertificate, .tlsKey, .logLevel, .logFormat,
        .shutdownDeadline, .connectionsMaximum, .idleTimeout, .keyRotation,
        .auditCheckpointInterval, .auditCheckpointFile,
        .auditRetention, .auditExportFile, .auditExportURL, .auditExportSecretFile, .auditExportFormat,
    ]

    /// The table as the operators' page has it, in Markdown.
    static var markdown: String {
        var lines = [
            "| Flag | Environment | In the file | Default | Meaning |",
            "| --- | --- | --- | --- | --- |",
        ]
        for setting in table {
            let unit = setting.unit.map { " (\($0))" } ?? ""
            lines.append(
                "| `\(setting.flag)` | `\(setting.environmentName)` | `\(setting.name)` | \(setting.standard.text)\(unit) "
                    + "| \(setting.help); \(setting.rule.clause) |")
        }
        return lines.joined(separator: "\n")
    }
}

extension Setting {
    static let host = Setting("host", .host, default: .value("127.0.0.1"), help: "The address to listen on")
    static let port = Setting("port", .integer(1...65_535), default: .value("8080"), help: "The TCP port to listen on")
    static let issuer = Setting(
        "issuer", .origin, default: .words("made of host and port"),
        help: "The URL at which clients reach the broker, the iss of every token")
    static let database = Setting(
        "database", .path, default: .value("var/hallpass.sqlite"), help: "The database file that hallpass init made")
    static let keyFile = Setting(
        "kek-file", .path, default: .words("the credential hallpass-kek, else var/kek"),
        help: "The key file that hallpass init made: 32 bytes, readable by their owner only")
    static let publicFolder = Setting(
        "public-dir", .path, default: .value("Public"), help: "The folder whose files are served as they are")
    static let tlsCertificate = Setting(
        "tls-certificate", .path, default: .words("none: plain HTTP"), help: "The certificate chain, in PEM")
    static let tlsKey = Setting(
        "tls-key", .path, default: .words("none: plain HTTP"), help: "The certificate's private key, in PEM")
    static let logLevel = Setting(
        "log-level", .choice(Logger.Level.allCases.map(\.rawValue)), default: .value("info"),
        help: "The least that is logged")
    static let logFormat = Setting(
        "log-format", .choice(LogFormat.allCases.map(\.rawValue)), default: .value("human"),
        help: "How a log line is written, to standard error")
    static let shutdownDeadline = Setting(
        "shutdown-deadline-seconds", .integer(1...3_600), default: .value("20"), unit: "seconds",
        help: "How long requests in flight may take to finish once it is told to stop")
    static let connectionsMaximum = Setting(
        "max-connections", .integer(1...1_000_000), default: .value("2048"), unit: "connections",
        help: "How many clients may be connected at once; further ones are told to come back")
    static let idleTimeout = Setting(
        "idle-timeout-seconds", .integer(1...3_600), default: .value("30"), unit: "seconds",
        help: "How long a connection may be silent, a request take to arrive or its answer be left unread")
    static let keyRotation = Setting(
        "key-rotation-days", .integer(0...3_650), default: .value("30"), unit: "days",
        help: "How long a signing key signs before a new one follows it, 0 to rotate by hand only")
    static let auditCheckpointInterval = Setting(
        "audit-checkpoint-seconds", .integer(1...86_400), default: .value("300"), unit: "seconds",
        help: "How often the ends of audit chains that have grown are signed")
    static let auditCheckpointFile = Setting(
        "audit-checkpoint-file", .path, default: .words("none: in the database only"),
        help: "The file that signed ends are added to, best on another machine's disk")
    static let auditRetention = Setting(
        "audit-retention-days", .integer(0...36_500), default: .value("0"), unit: "days",
        help: "How long audit records are kept at least, 0 for good")
    static let auditExportFile = Setting(
        "audit-export-file", .path, default: .words("none"),
        help: "The file that audit records are added to as they come")
    static let auditExportURL = Setting(
        "audit-export-url", .outbound, default: .words("none"),
        help: "The webhook that audit records are posted to as they come")
    static let auditExportSecretFile = Setting(
        "audit-export-secret-file", .path, default: .words("none"),
        help: "The file with the secret that posts to the webhook are signed with")
    static let auditExportFormat = Setting(
        "audit-export-format", .choice(AuditExportFormat.allCases.map(\.rawValue)), default: .value("jsonl"),
        help: "What each line of either holds: the record with its place in the chain, or an OCSF event")
}

/// Collects what is wrong while settings are read, so that one start shows all of it.
private struct SettingsReading {
    private let sources: SettingSources
    private let reader: ConfigReader
    private var refusals: [CommandFailure.Detail] = []

    init(_ sources: SettingSources) {
        self.sources = sources
        reader = ConfigReader(providers: sources.providers)
    }

    mutating func text(_ setting: Setting) -> String? {
        guard let text = reader.string(forKey: ConfigKey([setting.name])) else { return nil }
        guard setting.rule.accepts(text) else {
            refuse(sources.origin(of: setting), "format", setting.rule.clause)
            return nil
        }
        return text
    }

    /// The default where nothing, or nothing acceptable, was said.
    mutating func value(_ setting: Setting) -> String {
        if let text = text(setting) { return text }
        guard case .value(let text) = setting.standard else { preconditionFailure("\(setting.name) has no default") }
        return text
    }

    mutating func number(_ setting: Setting) -> Int {
        guard let number = Setting.Rule.wholeNumber(value(setting)) else {
            preconditionFailure("\(setting.name) is not a number")
        }
        return number
    }

    mutating func tls() -> ServerSettings.TLSFiles? {
        switch (text(.tlsCertificate), text(.tlsKey)) {
        case (let certificate?, let key?): return ServerSettings.TLSFiles(certificate: certificate, key: key)
        case (nil, nil): return nil
        case (_?, nil): refuse(Setting.tlsKey.name, "required", "must be set where \(Setting.tlsCertificate.name) is")
        case (nil, _?): refuse(Setting.tlsCertificate.name, "required", "must be set where \(Setting.tlsKey.name) is")
        }
        return nil
    }

    mutating func webhook() -> ServerSettings.WebhookTarget? {
        let refusedBefore = refusals.count
        let target = (text(.auditExportURL).flatMap(OutboundURL.init), text(.auditExportSecretFile))
        // One that is there and wrong is not one that is missing.
        guard refusals.count == refusedBefore else { return nil }
        switch target {
        case (let url?, let file?): return ServerSettings.WebhookTarget(url: url, secretFile: file)
        case (nil, nil): return nil
        case (_?, nil):
            refuse(
                Setting.auditExportSecretFile.name, "required", "must be set where \(Setting.auditExportURL.name) is")
        case (nil, _?):
            refuse(
                Setting.auditExportURL.name, "required", "must be set where \(Setting.auditExportSecretFile.name) is")
        }
        return nil
    }

    /// - Parameters:
    ///   - name: what the operator wrote to set it.
    ///   - clause: what it must be.
    mutating func refuse(_ name: String, _ rule: String, _ clause: String) {
        refusals.append(CommandFailure.Detail(path: name, rule: rule, message: clause))
    }

    func finish() throws(CommandFailure) {
        guard let first = refusals.first else { return }
        let next = "hallpass serve --help"
        guard refusals.count > 1 else {
            throw CommandFailure.localFile("\(first.path) \(first.message).", next: next)
        }
        var failure = CommandFailure.localFile("\(refusals.count) settings are not valid.", next: next)
        failure.details = refusals
        throw failure
    }
}
