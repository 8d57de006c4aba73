import ArgumentParser
import HallpassCore
import StrictJSON

struct ApprovalsApproveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Let a call be made, once.",
        discussion: """
            Look at its arguments first: hallpass approvals show ID. A decision is made once.

            Example:
              hallpass approvals approve AAAAAAAAAClGm0kZ1pQ8sQ --reason "Checked with the customer." --tenant acme
            """)

    @OptionGroup var decision: ApprovalDecisionOptions
    @OptionGroup var client: ClientOptions

    func perform() async throws { try await decision.send("approve", client, isJSON: isJSON) }
}

struct ApprovalsRejectCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Keep a call from being made.",
        discussion: """
            The same call is not put before anybody again until the approval would have expired.

            Example:
              hallpass approvals reject AAAAAAAAAClGm0kZ1pQ8sQ --reason "Paid back already." --tenant acme
            """)

    @OptionGroup var decision: ApprovalDecisionOptions
    @OptionGroup var client: ClientOptions

    func perform() async throws { try await decision.send("reject", client, isJSON: isJSON) }
}

/// On what is decided, and why.
struct ApprovalDecisionOptions: ParsableArguments {
    @Argument(help: "The approval's id.")
    var id: String

    @Option(help: "Why, for the audit.")
    var reason: String

    fileprivate func send(_ verb: String, _ client: ClientOptions, isJSON: Bool) async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let body: JSONValue = ["reason": .string(reason)]
        let approval = try await APIClient.with(settings) { api in
            JSONValue.object(
                try await api.send(.post("v1", "tenants", tenant.rawValue, "approvals", id, verb, body: .json(body))))
        }
        guard !isJSON else { return try StandardOutput.writeJSON(approval) }
        try StandardOutput.writeLine("Done: \(ApprovalText.sentence(approval)).".printable)
    }
}
