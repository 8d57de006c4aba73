/// Why a database was not opened. Nothing was changed in the file.
package enum DatabaseOpeningError: Error, Hashable, Sendable {
    /// There is no such file.
    case missing(path: String)
    /// Some other program's file, or no database at all.
    case notOurs(path: String)
    /// Written by a later version of this program.
    case newerVersion(path: String, found: Int, known: Int)
    /// Another process has it open; its id where the lock file tells.
    case locked(path: String, processID: Int32?)
    /// The file may not be written.
    case readOnly(path: String)
    /// SQLite keeps files beside the database; their folder is missing or may not be written.
    case folderNotWritable(folder: String)
    /// SQLite found the file damaged.
    case corrupt(path: String)
    /// Anything else the system said.
    case unusable(path: String, reason: String)

    /// One sentence for the operator.
    package var message: String {
        switch self {
        case .missing(let path): "There is no database at \(path)."
        case .notOurs(let path): "\(path) is not a Hallpass database."
        case .newerVersion(let path, let found, let known):
            "\(path) has schema version \(found), and this program knows up to \(known)."
        case .locked(let path, let processID?): "\(path) is in use by process \(processID)."
        case .locked(let path, nil): "\(path) is in use by another process."
        case .readOnly(let path): "\(path) is read-only."
        case .folderNotWritable(let folder): "The folder \(folder) is missing or not writable."
        case .corrupt(let path): "\(path) is damaged."
        case .unusable(let path, let reason): "\(path) cannot be used: \(reason)."
        }
    }

    /// The next command to type.
    package var hint: String {
        switch self {
        case .missing: "hallpass init"
        case .notOurs(let path): "file \(Self.quoted(path))"
        case .newerVersion: "hallpass version"
        case .locked(_, let processID?): "ps -p \(processID)"
        case .locked(let path, nil): "fuser -v \(Self.quoted(path))"
        case .readOnly(let path): "chmod u+w \(Self.quoted(path))"
        case .folderNotWritable(let folder):
            "mkdir -p \(Self.quoted(folder)) && chmod u+w \(Self.quoted(folder))"
        case .corrupt, .unusable: "hallpass doctor"
        }
    }

    /// A path as a shell takes it.
    static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x2F, 0x5F].contains(byte)
        }
        if isPlain { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
