import Configuration
import Yams

/// Where settings come from, the strongest first: flags, the environment, one file.
struct SettingSources: Sendable {
    let providers: [any ConfigProvider]
    private let flags: Set<String>
    private let environment: Set<String>
    private let file: String?

    /// - Parameters:
    ///   - flags: by setting name, what was given on the command line.
    ///   - environment: of the process; only the names in ``ServerSettings/table`` are looked at.
    ///   - file: the configuration file's path, or `nil` where there is none.
    init(flags: [String: String], environment: [String: String], file path: String?) throws {
        // A variable that is set to nothing is not set.
        let environment = environment.filter { !$0.value.isEmpty }
        let file = try path.map { try SettingsFile.read($0) }
        self.flags = Set(flags.keys)
        self.environment = Set(environment.keys)
        self.file = path
        providers = [
            InMemoryProvider(name: "flags", settings: flags),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: ["hallpass"]),
            InMemoryProvider(name: "file", settings: file ?? [:]),
        ]
    }

    /// What the operator wrote to set this: `--port`, `HALLPASS_PORT`, or `port in hallpass.yaml`.
    func origin(of setting: Setting) -> String {
        if flags.contains(setting.name) { return setting.flag }
        if environment.contains(setting.environmentName) { return setting.environmentName }
        return file.map { "\(setting.name) in \($0)" } ?? setting.name
    }
}

/// The configuration file: a mapping of setting names to scalars, in YAML, of which JSON is a part.
private enum SettingsFile {
    static func read(_ path: String) throws -> [String: String] {
        let text = try LocalFile.text(LocalFile.read(path, limitBytes: ClientLimits.smallFileBytes), of: path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw failure(path, "The configuration file \(path) is not valid YAML or JSON.")
        }
        // An empty file, or one of comments only, sets nothing.
        guard let root else { return [:] }
        guard let mapping = root.mapping else {
            throw failure(path, "The configuration file \(path) must hold setting names with their values.")
        }
        return try values(of: mapping, path)
    }

    private static func values(of mapping: Node.Mapping, _ path: String) throws(CommandFailure) -> [String: String] {
        let names = Set(ServerSettings.table.map(\.name))
        var values: [String: String] = [:]
        for (key, value) in mapping {
            let line = key.mark.map { ":\($0.line)" } ?? ""
            guard let name = key.scalar?.string, names.contains(name) else {
                throw failure(path, "\(path)\(line) has \(quoted(key)), which is not a setting.")
            }
            guard let scalar = value.scalar else {
                throw failure(path, "\(path)\(line) gives \(name) a list or a mapping where one value belongs.")
            }
            values[name] = scalar.string
        }
        return values
    }

    private static func quoted(_ key: Node) -> String {
        key.scalar.map { "\"\($0.string.prefix(64))\"" } ?? "a name that is not text"
    }

    private static func failure(_ path: String, _ sentence: String) -> CommandFailure {
        CommandFailure.localFile(sentence, next: "hallpass serve --help")
    }
}

extension InMemoryProvider {
    fileprivate init(name: String, settings: [String: String]) {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, text) in settings {
            values[AbsoluteConfigKey([setting])] = ConfigValue(.string(text), isSecret: false)
        }
        self.init(name: name, values: values)
    }
}
