import ArgumentParser
import HallpassCore
import StrictJSON

struct KeysDataCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "List the keys that a tenant's data is sealed under.",
        discussion: """
            active seals; open_only opens what was sealed with it; retired has nothing left.

            Example:
              hallpass keys data --tenant acme
            """)

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        let answer = JSONValue.object(
            try await APIClient.with(settings) { api in
                try await api.send(.get("v1", "tenants", tenant.rawValue, "data-keys"))
            })
        try answer.writeDataKeys(asJSON: isJSON)
    }
}

struct KeysRotateDataCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-data", abstract: "Follow a tenant's data key with a new one, while calls go on.",
        discussion: """
            Upstream credentials are sealed anew within a minute or two. Outcomes of calls and arguments of approvals stay \
            readable under the old key until they are swept away; then it retires by itself.

            Example:
              hallpass keys rotate-data --reason "yearly" --tenant acme
            """)

    @Option(help: "Why, for the audit.")
    var reason: String?

    @OptionGroup var client: ClientOptions

    func perform() async throws {
        let settings = try client.settings()
        let tenant = try settings.requireTenant()
        var body = JSONObject()
        body["reason"] = reason.map(JSONValue.string)
        let document = JSONValue.object(body)
        let answer = JSONValue.object(
            try await APIClient.with(settings) { api in
                try await api.send(
                    .post("v1", "tenants", tenant.rawValue, "data-keys", "rotate", body: .json(document)))
            })
        try answer.writeDataKeys(asJSON: isJSON)
    }
}

extension JSONValue {
    fileprivate func writeDataKeys(asJSON isJSON: Bool) throws {
        guard !isJSON else { return try StandardOutput.writeJSON(self) }
        var table = TextTable("VERSION", "STATE", "CREATED", "SUPERSEDED", "RETIRED")
        for item in self["items"]?.arrayValue ?? [] {
            table.append(
                item.text("version"), item.text("state"), item.text("created_at"), item.text("superseded_at"),
                item.text("retired_at"))
        }
        try StandardOutput.writeLine(table.text ?? "None.")
    }
}
