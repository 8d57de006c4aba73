import ArgumentParser
import Foundation
import HallpassCore
import StrictJSON
import Testing

@testable import hallpass

struct ManifestTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a folder is read in the order of its names, other files passed over`() throws {
        for name in ["b.yaml", "a/z.json", "a/a.yml", "Z.yaml", "c.txt", ".hidden.yaml", "a/.git/x.yaml", "a.JSON"] {
            try folder.write(name, "{\"id\": \"x\"}")
        }
        let files = try ManifestFiles.find([folder.path]).map { String($0.dropFirst(folder.path.count + 1)) }
        #expect(files == ["Z.yaml", "a/a.yml", "a/z.json", "a.JSON", "b.yaml"])
    }

    @Test func `paths keep the order they were given in and none is read twice`() throws {
        let b = try folder.write("b.yaml", "id: b")
        let a = try folder.write("a.yaml", "id: a")
        #expect(try ManifestFiles.find([b, folder.path, a, "\(folder.path)/./b.yaml"]) == [b, a])
    }

    @Test func `a link to a folder above does not go round`() throws {
        try folder.write("a/x.yaml", "id: x")
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/a/up", withDestinationPath: folder.path)
        #expect(try Manifest.read([folder.path]).documents.count == 1)
    }

    @Test(arguments: ["missing.yaml", "empty", "notes.txt"])
    func `a path that holds no manifest is local trouble`(name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/empty", withIntermediateDirectories: true)
        try folder.write("notes.txt", "id: x")
        let failure = #expect(throws: CommandFailure.self) { try Manifest.read(["\(folder.path)/\(name)"]) }
        #expect(failure?.exitCode == .localFile)
        #expect(failure?.next != nil)
    }

    @Test func `every bad file is named at once`() throws {
        try folder.write("a.yaml", "a: 1\na: 2")
        try folder.write("b.json", "{")
        try folder.write("c.yaml", "id: fine")
        try folder.write("d.yaml", "id: no")
        let failure = #expect(throws: CommandFailure.self) { try Manifest.read([folder.path]) }
        #expect(failure?.details.map(\.rule) == ["duplicate", "syntax", "quote"])
        #expect(failure?.details.last?.text.hasPrefix("\(folder.path)/d.yaml:1  quote: ") == true)
    }

    @Test func `bytes that are no text are refused`() throws {
        let file = try folder.write("a.yaml", "")
        try Data([0x69, 0x64, 0x3A, 0x20, 0xFF]).write(to: URL(fileURLWithPath: file))
        #expect(throws: CommandFailure.self) { try Manifest.read([file]) }
    }

    @Test func `the tenant is the one that a Tenant document names`() throws {
        try folder.write("a.yaml", "kind: Environment\nid: prod\n---\nkind: Tenant\nid: acme")
        #expect(try Manifest.read([folder.path]).tenant() == TenantID("acme"))
    }

    @Test func `without a Tenant document no tenant is named`() throws {
        try folder.write("a.yaml", "kind: Environment\nid: prod")
        #expect(try Manifest.read([folder.path]).tenant() == nil)
    }

    @Test func `files about two tenants name neither`() throws {
        try folder.write("a.yaml", "kind: Tenant\nid: acme")
        try folder.write("b.yaml", "\nkind: Tenant\nid: umbrella")
        let manifest = try Manifest.read([folder.path])
        let failure = #expect(throws: CommandFailure.self) { try manifest.tenant() }
        #expect(failure?.message.contains("umbrella in \(folder.path)/b.yaml:2") == true)
    }

    @Test func `a server's violation is shown where it stands in the files`() throws {
        try folder.write("a.yaml", "id: first")
        try folder.write("b.yaml", "id: second\n---\nserver: crm\nauth:\n  scopes:\n    - a\n    - b")
        let manifest = try Manifest.read([folder.path])
        let detail = CommandFailure.Detail(
            path: "/documents/2/auth/scopes/1", rule: "format", message: "must be a scope")
        #expect(
            manifest.locate(detail).text == "\(folder.path)/b.yaml:7  /auth/scopes/1  format: must be a scope")
    }

    @Test(arguments: ["", "/documents", "/documents/9/id", "/documents/x", "/prune", "no pointer"])
    func `a violation about no document stays as the server said it`(path: String) throws {
        try folder.write("a.yaml", "id: first")
        let detail = CommandFailure.Detail(path: path, rule: "r", message: "m")
        #expect(try Manifest.read([folder.path]).locate(detail) == detail)
    }
}
