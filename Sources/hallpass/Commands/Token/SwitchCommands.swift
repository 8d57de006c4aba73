import ArgumentParser
import HallpassCore
import StrictJSON

struct DisableCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Switch something off, until it is switched on again.",
        discussion: """
            DIMENSION is one of: \(SwitchOptions.words). A deployment is CONNECTOR@ENVIRONMENT, a tool CONNECTOR/TOOL. \
            Takes effect before the command returns, and ends the tokens that are out. A disabled client is told so; in \
            a disabled tenant only the role security and platform admins still act. hallpass get disabled lists what is \
            off.

            Example:
              hallpass disable client support-gateway --reason "its secret leaked" --tenant acme
              hallpass disable tool crm-mcp/delete_contact --reason "deletes too much" --tenant acme
            """)

    @OptionGroup var target: SwitchOptions
    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = JSONValue.object(try await target.send("disable", client.settings()))
        guard !isJSON else { return try StandardOutput.writeJSON(answer) }
        let count = answer.text("revoked_tokens")
        let tokens = count == "1" ? "1 live token" : "\(count) live tokens"
        try StandardOutput.writeLine("Done: \(target.text) is off, \(tokens) revoked.".printable)
    }
}

struct EnableCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Switch on what was switched off.",
        discussion: """
            Tokens that disabling it ended stay dead. Takes the same DIMENSION and ID as hallpass disable.

            Example:
              hallpass enable client support-gateway --reason "new secret in place" --tenant acme
            """)

    @OptionGroup var target: SwitchOptions
    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let answer = JSONValue.object(try await target.send("enable", client.settings()))
        guard !isJSON else { return try StandardOutput.writeJSON(answer) }
        try StandardOutput.writeLine("Done: \(target.text) is on.".printable)
    }
}

/// What a switch is named by, and why it is turned.
struct SwitchOptions: ParsableArguments {
    @Argument(help: "What kind of thing.")
    var dimension: HallpassError.Disableable

    @Argument(help: "Which one.")
    var id: String

    @Option(help: "Why, for the audit.")
    var reason: String

    static var words: String { HallpassError.Disableable.allCases.map(\.rawValue).joined(separator: ", ") }

    var text: String { "\(dimension.rawValue) \(id)" }

    func validate() throws {
        guard DisabledThing(dimension, id: id) != nil else {
            throw ValidationError("\(id.printable) is not the name of a \(dimension.rawValue).")
        }
    }

    func send(_ verb: String, _ settings: ClientSettings) async throws -> JSONObject {
        let body: JSONValue = [
            "dimension": .string(dimension.rawValue), "id": .string(id), "reason": .string(reason),
        ]
        let tenant = try settings.requireTenant().rawValue
        return try await APIClient.with(settings) { api in
            try await api.send(.post("v1", "tenants", tenant, verb, body: .json(body)))
        }
    }
}

extension HallpassError.Disableable: ExpressibleByArgument {}
