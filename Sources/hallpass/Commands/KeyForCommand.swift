import ArgumentParser
import HallpassCore
import StrictJSON

struct KeyForCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "key-for",
        abstract: "Make the idempotency key of one intended effect.",
        discussion: """
            The recipe of the documents, tool:entity:turn: the same three give the same key, any other three another. Asks \
            no server. A colon or a percent sign in a part is percent-encoded; a turn that is a number is written turn-N; \
            what would be over 255 bytes ends in a SHA-256 instead.

            Example:
              hallpass key-for --tool add_note --entity c-17 --turn 42
            """)

    @Option(help: "What is to be done: the tool's name.")
    var tool: String

    @Option(help: "The thing it is done to, by your own id.")
    var entity: String

    @Option(help: "The moment of the decision: a turn's number, a job's id, an event's id.")
    var turn: String

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() throws {
        guard let name = ToolName(tool) else {
            throw CommandFailure.usage("The tool's name \(ToolName.rule).", next: "hallpass tools list --help")
        }
        guard let key = IdempotencyKey.recipe(tool: name, entity: entity, turn: turn) else {
            throw CommandFailure.usage(
                "Entity and turn must not be empty and must not have control characters.",
                next: "hallpass key-for --help")
        }
        if isJSON {
            try StandardOutput.writeJSON(["idempotency_key": .string(key.rawValue)])
        } else {
            try StandardOutput.writeLine(key.rawValue)
        }
    }
}
