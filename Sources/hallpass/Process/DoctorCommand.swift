import ArgumentParser
import Foundation
import StrictJSON

/// `hallpass doctor`
struct DoctorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at everything the server needs, and say what to do about it.",
        discussion: """
            Takes the settings of hallpass serve from the same places. Reads all of the database and writes nothing, whether
            or not a server is running. Ends with 4 where something fails.

            Example: hallpass doctor --config /etc/hallpass.yaml
            """)

    @OptionGroup var flags: ServerFlags

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try flags.settings(environment: environment)
        let findings = await Diagnosis(settings: settings, environment: environment).findings()
        let isSound = !findings.contains { $0.grade == .fail }
        if isJSON {
            try StandardOutput.writeJSON(["ok": .bool(isSound), "checks": .array(findings.map(\.json))])
        } else {
            for finding in findings { try StandardOutput.writeLine(finding.text) }
        }
        if !isSound { throw ExitCode.localFile }
    }
}

extension Finding {
    /// `ok    key file  var/kek holds …`, and the next step on a line of its own.
    var text: String {
        let head = grade.rawValue.padding(toLength: 5, withPad: " ", startingAt: 0)
        let line = "\(head) \(check.padding(toLength: 9, withPad: " ", startingAt: 0)) \(message)".printable
        return next.map { "\(line)\n                Next: \($0.printable)" } ?? line
    }
}
