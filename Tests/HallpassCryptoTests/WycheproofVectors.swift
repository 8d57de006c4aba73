import Foundation

/// One file of the Wycheproof test vectors, which lie outside this repository.
///
/// Looked for in `HALLPASS_VECTORS`, else in a folder `shared/vectors` beside any folder above this file.
struct WycheproofVectors {
    struct Group {
        let fields: [String: Any]
        let tests: [Test]

        func bits(_ name: String) -> Int { fields[name] as? Int ?? -1 }
    }

    struct Test: CustomStringConvertible {
        let fields: [String: Any]

        var isValid: Bool { fields["result"] as? String == "valid" }
        var description: String { "tcId \(fields["tcId"] ?? "?")" }

        func integer(_ name: String) -> Int { fields[name] as? Int ?? -1 }

        func bytes(_ name: String) throws -> [UInt8] {
            guard let text = fields[name] as? String else { throw CocoaError(.coderValueNotFound) }
            return hex(text)
        }
    }

    let groups: [Group]

    init(_ file: String) throws {
        guard let folder = Self.folder else { throw CocoaError(.fileNoSuchFile) }
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any],
            let groups = root["testGroups"] as? [[String: Any]]
        else { throw CocoaError(.fileReadCorruptFile) }
        self.groups = groups.map { group in
            Group(fields: group, tests: (group["tests"] as? [[String: Any]] ?? []).map(Test.init))
        }
    }

    static var arePresent: Bool { folder != nil }

    private static var folder: URL? {
        var candidates: [URL] = []
        if let path = ProcessInfo.processInfo.environment["HALLPASS_VECTORS"] {
            candidates.append(URL(fileURLWithPath: path))
        }
        var above = URL(fileURLWithPath: #filePath)
        while above.path != "/" {
            above.deleteLastPathComponent()
            candidates.append(above.appendingPathComponent("shared/vectors"))
        }
        return candidates.map { $0.appendingPathComponent("wycheproof/testvectors_v1") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
