import ArgumentParser

/// Every setting as a flag. None has a default here: a default would count as given and beat the environment.
struct ServerFlags: ParsableArguments {
    @Option(name: .customLong(Setting.host.name), help: Setting.host.argumentHelp)
    var host: String?

    @Option(name: .customLong(Setting.port.name), help: Setting.port.argumentHelp)
    var port: String?

    @Option(name: .customLong(Setting.issuer.name), help: Setting.issuer.argumentHelp)
    var issuer: String?

    @Option(name: .customLong(Setting.database.name), help: Setting.database.argumentHelp)
    var database: String?

    @Option(name: .customLong(Setting.keyFile.name), help: Setting.keyFile.argumentHelp)
    var keyFile: String?

    @Option(name: .customLong(Setting.publicFolder.name), help: Setting.publicFolder.argumentHelp)
    var publicFolder: String?

    @Option(name: .customLong(Setting.tlsCertificate.name), help: Setting.tlsCertificate.argumentHelp)
    var tlsCertificate: String?

    @Option(name: .customLong(Setting.tlsKey.name), help: Setting.tlsKey.argumentHelp)
    var tlsKey: String?

    @Option(name: .customLong(Setting.logLevel.name), help: Setting.logLevel.argumentHelp)
    var logLevel: String?

    @Option(name: .customLong(Setting.logFormat.name), help: Setting.logFormat.argumentHelp)
    var logFormat: String?

    @Option(name: .customLong(Setting.shutdownDeadline.name), help: Setting.shutdownDeadline.argumentHelp)
    var shutdownDeadline: String?

    @Option(name: .customLong(Setting.connectionsMaximum.name), help: Setting.connectionsMaximum.argumentHelp)
    var connectionsMaximum: String?

    @Option(name: .customLong(Setting.idleTimeout.name), help: Setting.idleTimeout.argumentHelp)
    var idleTimeout: String?

    @Option(name: .customLong(Setting.keyRotation.name), help: Setting.keyRotation.argumentHelp)
    var keyRotation: String?

    @Option(
        name: .customLong(Setting.auditCheckpointInterval.name), help: Setting.auditCheckpointInterval.argumentHelp)
    var auditCheckpointInterval: String?

    @Option(name: .customLong(Setting.auditCheckpointFile.name), help: Setting.auditCheckpointFile.argumentHelp)
    var auditCheckpointFile: String?

    @Option(name: .customLong(Setting.auditRetention.name), help: Setting.auditRetention.argumentHelp)
    var auditRetention: String?

    @Option(name: .customLong(Setting.auditExportFile.name), help: Setting.auditExportFile.argumentHelp)
    var auditExportFile: String?

    @Option(name: .customLong(Setting.auditExportURL.name), help: Setting.auditExportURL.argumentHelp)
    var auditExportURL: String?

    @Option(name: .customLong(Setting.auditExportSecretFile.name), help: Setting.auditExportSecretFile.argumentHelp)
    var auditExportSecretFile: String?

    @Option(name: .customLong(Setting.auditExportFormat.name), help: Setting.auditExportFormat.argumentHelp)
    var auditExportFormat: String?

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "A file with any of these settings under the same names, in YAML or JSON. [\(Self.fileEnvironmentName)]",
            valueName: "file"))
    var file: String?

    static let fileEnvironmentName = "HALLPASS_CONFIG"

    /// By setting name, what was given.
    var given: [String: String] {
        let all: [(Setting, String?)] = [
            (.host, host), (.port, port), (.issuer, issuer), (.database, database), (.keyFile, keyFile),
            (.publicFolder, publicFolder), (.tlsCertificate, tlsCertificate), (.tlsKey, tlsKey), (.logLevel, logLevel),
            (.logFormat, logFormat), (.shutdownDeadline, shutdownDeadline), (.connectionsMaximum, connectionsMaximum),
            (.idleTimeout, idleTimeout), (.keyRotation, keyRotation),
            (.auditCheckpointInterval, auditCheckpointInterval), (.auditCheckpointFile, auditCheckpointFile),
            (.auditRetention, auditRetention), (.auditExportFile, auditExportFile), (.auditExportURL, auditExportURL),
            (.auditExportSecretFile, auditExportSecretFile), (.auditExportFormat, auditExportFormat),
        ]
        return all.reduce(into: [:]) { given, pair in given[pair.0.name] = pair.1 }
    }

    func settings(environment: [String: String]) throws -> ServerSettings {
        let named = environment[Self.fileEnvironmentName].flatMap { $0.isEmpty ? nil : $0 }
        return try ServerSettings(
            from: SettingSources(flags: given, environment: environment, file: file ?? named))
    }
}

extension Setting {
    fileprivate var argumentHelp: ArgumentHelp {
        ArgumentHelp(
            "\(help); \(rule.clause). [\(environmentName); default: \(standard.text)]", valueName: rule.valueName)
    }
}

extension Setting.Rule {
    fileprivate var valueName: String {
        switch self {
        case .host: "host"
        case .path: "path"
        case .origin, .outbound: "url"
        case .integer: "n"
        case .choice(let words): words.count <= 2 ? words.joined(separator: "|") : "word"
        }
    }
}
