private import Foundation

extension HallpassClient {
    /// Reads `HALLPASS_URL`, `HALLPASS_CLIENT_ID`, `HALLPASS_CLIENT_SECRET_FILE` and, where it is set,
    /// `HALLPASS_ENVIRONMENT`.
    ///
    /// - Parameter variables: the process's own where it is `nil`.
    public static func fromEnvironment(
        _ variables: [String: String]? = nil, onTrouble: @escaping @Sendable (Trouble) -> Void = Trouble.writeLine
    ) throws(ConfigurationError) -> HallpassClient {
        let variables = variables ?? ProcessInfo.processInfo.environment
        func value(_ name: String) throws(ConfigurationError) -> String {
            guard let value = variables[name], !value.isEmpty else { throw .missing(variable: name) }
            return value
        }
        let path = try value("HALLPASS_CLIENT_SECRET_FILE")
        // Whatever is the matter with the file, its name is all that may be said.
        guard let secret = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
            throw .unreadableSecretFile
        }
        return try HallpassClient(
            url: value("HALLPASS_URL"), clientID: value("HALLPASS_CLIENT_ID"),
            secret: secret.trimmingCharacters(in: .whitespacesAndNewlines),
            environment: variables["HALLPASS_ENVIRONMENT"].flatMap { $0.isEmpty ? nil : $0 }, onTrouble: onTrouble)
    }
}
