import StrictJSON

/// What a look at a server showed, as people read it. Nothing is shortened: whoever accepts a change has read it.
struct DriftReport {
    private let connector: String
    private let tools: [JSONValue]
    private let quarantined: [String]

    init(_ answer: JSONObject) throws {
        guard let tools = answer["tools"]?.arrayValue, let connector = answer["connector"]?.stringValue else {
            throw CommandFailure.badAnswer("The server's answer has no tools.")
        }
        self.tools = tools
        self.connector = connector
        quarantined = (answer["quarantined"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    var hasDrift: Bool { tools.contains { $0.text("state") != "same" } || !quarantined.isEmpty }

    /// Several lines without a line break at the end.
    func text(isDryRun: Bool) -> String {
        var lines = ["Connector \(connector)".printable]
        for tool in tools {
            lines.append("  \(Self.sign(tool.text("state"))) \(tool.text("name"))".printable)
            lines += Self.lines(changes: tool["changes"]?.arrayValue ?? [])
        }
        let counts = ["same", "changed", "new", "removed"].map { state in
            "\(tools.count { $0.text("state") == state }) \(state)"
        }
        lines.append(counts.joined(separator: ", ") + ".")
        guard !quarantined.isEmpty else { return lines.joined(separator: "\n") }
        let names = quarantined.joined(separator: " ").printable
        lines.append(
            isDryRun
                ? "This was a dry run; reported, these would be in quarantine: \(names)"
                : "In quarantine, no call is let through: \(names)")
        if !isDryRun { lines.append("Next: hallpass tools accept --connector \(connector) \(names)") }
        return lines.joined(separator: "\n")
    }

    /// Each difference under its pointer, before and after on lines of their own.
    static func lines(changes: [JSONValue]) -> [String] {
        changes.flatMap { change in
            [
                "      \(change.text("pointer"))".printable,
                change["before"].map { "        - \(shown($0))".printable },
                change["after"].map { "        + \(shown($0))".printable },
            ].compactMap(\.self)
        }
    }

    private static func shown(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }

    private static func sign(_ state: String) -> String {
        switch state {
        case "same": "="
        case "changed": "~"
        case "new": "+"
        case "removed": "-"
        default: "?"
        }
    }
}
