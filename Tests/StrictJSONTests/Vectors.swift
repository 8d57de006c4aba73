import Foundation
import Testing

/// Public conformance data, which lies beside the project on machines that have it and is no part of it.
enum Vectors {
    /// Where `HALLPASS_VECTORS` says, else the first `shared/vectors` beside a parent folder of this file.
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["HALLPASS_VECTORS"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        var parent = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while parent.path != "/" {
            let candidate = parent.appendingPathComponent("shared/vectors", isDirectory: true)
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
            parent.deleteLastPathComponent()
        }
        return nil
    }()

    static var arePresent: Bool { folder != nil }

    /// The names of the files in `path` that start with `prefix`, sorted; empty where there are no vectors.
    static func fileNames(in path: String, prefix: String = "") -> [String] {
        guard let folder else { return [] }
        // No such folder is no such vectors; the tests that need them count what they got.
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
        return (names ?? []).filter { $0.hasPrefix(prefix) }.sorted()
    }

    static func bytes(of path: String) throws -> [UInt8] {
        let folder = try #require(folder)
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }
}
