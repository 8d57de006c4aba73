import Foundation
import StrictJSON

/// The published JSON Schema test suite, where this machine has it.
enum SchemaTestSuite {
    struct Group {
        let description: String
        let schema: JSONValue
        let tests: [Case]
    }

    struct Case {
        let description: String
        let data: JSONValue
        let isValid: Bool
    }

    /// `shared/vectors` beside a folder above this file, or where `HALLPASS_VECTORS` says.
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["HALLPASS_VECTORS"] {
            return existing(URL(filePath: path).appending(path: "json-schema"))
        }
        var folder = URL(filePath: #filePath)
        while folder.path != "/" {
            folder = folder.deletingLastPathComponent()
            if let found = existing(folder.appending(path: "shared/vectors/json-schema")) { return found }
        }
        return nil
    }()

    private static func existing(_ url: URL) -> URL? {
        FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    /// Names of the files with required tests of 2020-12.
    static var files: [String] {
        guard let folder else { return [] }
        // An unreadable folder gives no files, and the test that counts them fails.
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "tests/draft2020-12").path)
        return (names ?? []).filter { $0.hasSuffix(".json") }.sorted()
    }

    static func groups(in file: String) throws -> [Group] {
        guard let folder else { return [] }
        let document = try parse(folder.appending(path: "tests/draft2020-12/\(file)"))
        return (document.arrayValue ?? []).compactMap { group in
            guard let group = group.objectValue, let schema = group["schema"] else { return nil }
            let tests = (group["tests"]?.arrayValue ?? []).compactMap { test -> Case? in
                guard let test = test.objectValue, let data = test["data"] else { return nil }
                return Case(
                    description: test["description"]?.stringValue ?? "", data: data,
                    isValid: test["valid"] == true)
            }
            return Group(description: group["description"]?.stringValue ?? "", schema: schema, tests: tests)
        }
    }

    /// The documents under `remotes/` that are schemas of 2020-12, by the address the suite gives them.
    static func remotes() throws -> [String: JSONValue] {
        guard let folder else { return [:] }
        let remotes = folder.appending(path: "remotes")
        var documents: [String: JSONValue] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: remotes.path) ?? .init()
        where path.hasSuffix(".json") {
            documents["http://localhost:1234/\(path)"] = try parse(remotes.appending(path: path))
        }
        return documents
    }

    /// Integers beyond 2^53 - 1, which ``JSONParser`` refuses, are given a fraction: then they are doubles, as the
    /// suite means them.
    private static func parse(_ url: URL) throws -> JSONValue {
        let text = try String(contentsOf: url, encoding: .utf8)
        let readable = text.replacing(/([:\[,]\s*-?)(\d{16,})(?=\s*[,}\]])/) { match in
            "\(match.1)\(match.2).0"
        }
        return try JSONParser.parse(Array(readable.utf8))
    }
}
