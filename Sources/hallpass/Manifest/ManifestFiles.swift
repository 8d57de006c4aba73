import Foundation
import HallpassCore

/// Which files the paths on a command line mean.
enum ManifestFiles {
    private static let extensions: Set<String> = ["json", "yaml", "yml"]

    /// Paths in the order given; a folder's entries by the bytes of their names, its sub-folders among them.
    ///
    /// A file that is reached twice is read once. Hidden entries, links to folders and other files in a folder are passed
    /// over; a file that is named by itself must be a manifest.
    static func find(_ paths: [String]) throws -> [String] {
        var files: [String] = []
        var seen: Set<String> = []
        for path in paths {
            for file in try isFolder(path) ? filesBelow(path, depth: 1) : [named(path)] {
                let canonical = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
                if seen.insert(canonical).inserted { files.append(file) }
            }
        }
        return files
    }

    private static func isFolder(_ path: String) throws -> Bool {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure.localFile("There is no \(path).", next: "ls \(path)")
        }
        return isDirectory.boolValue
    }

    private static func named(_ path: String) throws -> String {
        guard isManifest(path) else {
            throw CommandFailure.localFile(
                "\(path) is not named as a manifest is.", next: "name files that end in .json, .yaml or .yml")
        }
        return path
    }

    private static func isManifest(_ path: String) -> Bool {
        extensions.contains(URL(fileURLWithPath: path).pathExtension.lowercased())
    }

    private static func filesBelow(_ folder: String, depth: Int) throws -> [String] {
        guard depth <= ClientLimits.folderDepth else {
            throw CommandFailure.localFile("\(folder) lies more than \(ClientLimits.folderDepth) folders deep.")
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CommandFailure.localFile("\(folder) cannot be listed.", next: "ls -ld \(folder)")
        }
        var files: [String] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            if try isFolder(path) {
                if !isLink(path) { files += try filesBelow(path, depth: depth + 1) }
            } else if isManifest(name) {
                files.append(path)
            }
        }
        return files
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
