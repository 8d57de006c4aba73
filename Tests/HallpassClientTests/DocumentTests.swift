import Foundation
import Testing

@testable import HallpassClient

struct DocumentTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    @Test func `the page for authors shows what is compiled here`() throws {
        let source = try String(contentsOf: Self.folder.appending(path: "DocumentedServer.swift"), encoding: .utf8)
        let shown = try required(
            source.split(separator: "// BEGIN\n").last?.split(separator: "// END\n").first.map(String.init))
        let page = try String(
            contentsOf: Self.folder.appending(path: "../../docs/mcp-servers.md").standardized, encoding: .utf8)
        #expect(page.contains("```swift\n\(shown)```\n"))
    }

    @Test func `what the page shows runs`() async throws {
        try await LiveBroker.run { broker in
            let tool = AddNote(hallpass: try broker.client(), crm: CRM())
            for arguments in [
                ["body": "x", "idempotency_key": "k"], ["body": "x", "idempotency_key": "l", "contact_id": "c"],
            ]
                as [JSON]
            {
                let answer = await tool.call(arguments, token: try await broker.token(arguments: arguments))
                #expect(answer.isError == (arguments["contact_id"] == nil))
                if !answer.isError { #expect(answer.content == ["number": 1, "for": "alice"]) }
            }
        }
    }
}
