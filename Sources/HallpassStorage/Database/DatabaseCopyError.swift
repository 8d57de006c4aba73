/// Why a database was not copied, or a copy not put in its place. What was there is as it was.
package enum DatabaseCopyError: Error, Hashable, Sendable {
    /// The one to be copied, or to be replaced, is in the way.
    case database(DatabaseOpeningError)
    /// There is a file by the name of the copy.
    case targetExists(path: String)
    /// Another process writes the same copy at this moment.
    case targetInUse(path: String)
    /// What the system said of the file or its folder.
    case targetUnusable(path: String, reason: String)
    /// What was copied is not sound; the first thing that is wrong.
    case unsound(path: String, problem: String)
    /// A database would take its own place.
    case sameFile(path: String)

    /// One sentence for the operator.
    package var message: String {
        switch self {
        case .database(let error): error.message
        case .targetExists(let path): "\(path) is there already."
        case .targetInUse(let path): "\(path) is being written by another process."
        case .targetUnusable(let path, let reason): "\(path) cannot be written: \(reason)."
        case .unsound(let path, let problem): "\(path) is damaged: \(problem)."
        case .sameFile(let path): "\(path) is the database itself."
        }
    }

    /// The next command to type.
    package var hint: String {
        switch self {
        case .database(let error): error.hint
        case .targetExists: "give another name, or --overwrite"
        case .targetInUse(let path): "fuser -v \(DatabaseOpeningError.quoted(path))"
        case .targetUnusable(let path, _): "ls -ld \(DatabaseOpeningError.quoted(DatabaseFile(path: path).folder))"
        case .unsound: "hallpass doctor, and take another copy"
        case .sameFile: "name the copy to put in its place"
        }
    }
}
