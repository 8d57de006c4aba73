import ArgumentParser
import HallpassCore
import StrictJSON

struct AuditExplainCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell which checks a request went through, which one refused it, and what would have to change.",
        discussion: """
            The request's id stands in every error as request_id and in every answer as X-Request-Id.
            One that begins with - (records of earlier versions have such) comes last, after --.

            Example:
              hallpass audit explain Kjzh18oF2w63QmRxbKlUBQ --tenant acme
            """)

    @Argument(help: "The request's id.")
    var requestID: String

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let query = [("request_id", requestID)]
        let (records, trimmed) = try await APIClient.with(settings) { api in
            let records = try await api.all(
                .get("v1", "tenants", tenant.rawValue, "audit", query: query), isPaged: true)
            return (records, records.isEmpty ? try await api.auditChain(of: tenant, after: 0, limit: 1).trimmed : nil)
        }
        guard !records.isEmpty else {
            let kept = trimmed.map {
                "; those of before \(RFC3339.text(seconds: $0.checkpoint.timeSeconds)) were trimmed"
            }
            throw CommandFailure.refused(
                "No record of tenant \(tenant) is of request \(requestID)\(kept ?? "").".printable,
                next: "a request that no tenant was known for is recorded in tenant platform")
        }
        let explanations = records.reversed().map(Explanation.init)
        if isJSON {
            try StandardOutput.writeJSON(["items": .array(explanations.map(\.json))])
        } else {
            try StandardOutput.writeLine(explanations.map(\.text).joined(separator: "\n\n"))
        }
    }
}
