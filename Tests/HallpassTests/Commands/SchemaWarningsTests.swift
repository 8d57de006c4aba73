import HallpassCore
import StrictJSON
import Testing

@testable import hallpass

struct SchemaWarningsTests {
    private static func detail(_ line: Int, _ path: String, _ message: String) -> CommandFailure.Detail {
        CommandFailure.Detail(file: "crm.yaml", line: line, path: path, rule: "r", message: message)
    }

    @Test func `what is said of several places is said once, with how many there are`() {
        let warnings = SchemaWarnings([
            Self.detail(3, "/a", "no dialect"), Self.detail(5, "/b", "misspelt"), Self.detail(9, "/c", "no dialect"),
        ])
        #expect(
            warnings.lines == [
                "", "Warnings about schemas:", "  crm.yaml:3  /a  r: no dialect (and 1 more like it)",
                "  crm.yaml:5  /b  r: misspelt",
            ])
        #expect(SchemaWarnings([]).lines.isEmpty)
    }

    @Test func `a server's warning is found in its file and on its line`() throws {
        let folder = try TemporaryFolder()
        let text = "kind: Environment\nid: a\n---\nkind: Connector\nid: b\ntools:\n  - name: t\n    effect: read\n"
        let path = try folder.write("two.yaml", text)
        let manifest = try Manifest.read([path])
        let detail = manifest.locate([
            "document": 1, "kind": "Connector", "name": "b", "path": "/tools/0/effect", "rule": "r", "message": "m",
        ])
        #expect(detail.file == path)
        #expect(detail.line == 8)
        #expect(detail.path == "/tools/0/effect")
    }
}
