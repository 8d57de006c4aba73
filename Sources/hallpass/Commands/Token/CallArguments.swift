import HallpassCore
import StrictJSON

/// What a call says beside its token, as several subcommands take it.
enum CallArguments {
    /// - Parameter path: a file with a JSON object, or `-`.
    static func read(_ path: String) throws -> JSONValue {
        let bytes = try LocalFile.read(path, limitBytes: Limits.requestBodyBytes)
        let name = path == "-" ? "Standard input" : path
        do {
            let value = try JSONParser.parse(bytes)
            guard value.objectValue != nil else { throw CommandFailure.localFile("\(name) must hold a JSON object.") }
            return value
        } catch let error as JSONError {
            throw CommandFailure.localFile("\(name) is not acceptable JSON: \(error.message).")
        }
    }
}
