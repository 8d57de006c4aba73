import ArgumentParser
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON

/// `hallpass version`
struct VersionCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the versions of hallpass and of what it is built on.",
        discussion: "Example: hallpass version --json")

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() throws {
        let versions = ProductVersion.all
        if isJSON {
            var object = JSONObject()
            for (name, version) in versions { object[name] = .string(version) }
            try StandardOutput.writeJSON(.object(object))
        } else {
            for (name, version) in versions { try StandardOutput.writeLine("\(name) \(version)") }
        }
    }
}

extension ProductVersion {
    static var all: [(name: String, version: String)] {
        [
            ("hallpass", hallpass), ("swift", swift), ("openssl", CryptoLibrary.version),
            ("sqlite", HallpassDatabase.sqliteVersion),
        ]
    }

    /// The language names its own version only to conditions.
    private static var swift: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
