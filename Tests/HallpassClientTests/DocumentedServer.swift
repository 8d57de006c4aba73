// What docs/mcp-servers.md shows in its section on Swift, compiled and run; a test holds the page against it.
import HallpassClient

struct CRM: Sendable {
    func addNote(to contact: String, _ body: String) async throws -> Int { 1 }
}

// BEGIN
struct AddNote: Sendable {
    let hallpass: HallpassClient
    let crm: CRM

    /// `arguments` as they arrived, and the token from `MCP-Call-Token` or `_meta["dev.hallpass/call-token"]`.
    func call(_ arguments: JSON, token: String?) async -> ToolAnswer {
        await hallpass.guarded(tool: "add_note", token: token, arguments: arguments) { call in
            guard let contact = arguments["contact_id"]?.string, let body = arguments["body"]?.string else {
                throw ToolFailure("A note needs a contact and a text.", suggestedAction: "fix_arguments")
            }
            let number = try await crm.addNote(to: contact, body)
            return ["number": JSON(number), "for": JSON(call.subject)]
        }
    }
}
// END
