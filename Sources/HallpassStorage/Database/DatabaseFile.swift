import Foundation

/// The file a database lies in, before SQLite has touched it.
struct DatabaseFile {
    let path: String

    var folder: String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// The database and what SQLite keeps beside it.
    static func companions(of path: String) -> [String] { [path, path + "-wal", path + "-shm"] }

    func requireWritableFolder() throws(DatabaseOpeningError) {
        guard isMarkedWritable(folder), access(folder, W_OK | X_OK) == 0 else {
            throw .folderNotWritable(folder: folder)
        }
    }

    func requireWritableFile() throws(DatabaseOpeningError) {
        guard isMarkedWritable(path), access(path, R_OK | W_OK) == 0 else { throw .readOnly(path: path) }
    }

    /// How much may still be written beside it; everything where the system does not say.
    var freeBytes: UInt64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return .max }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Makes an empty file that only its owner reads; SQLite gives its companions the same mode.
    func create() throws(DatabaseOpeningError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable(path: path, reason: String(cString: strerror(errno))) }
        close(descriptor)
    }

    /// Has the folder's list of names on disk.
    func syncFolder() -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// What root made goes to whoever has the folder, because that is who the server runs as.
    ///
    /// - Returns: whether they have it.
    func giveToFolderOwner(_ paths: [String]) -> Bool {
        guard geteuid() == 0 else { return true }
        var status = stat()
        guard stat(folder, &status) == 0 else { return false }
        return paths.allSatisfy { chown($0, status.st_uid, status.st_gid) == 0 }
    }

    /// Takes from everyone but the owner what a careless copy may have given them.
    func restrictToOwner() throws(DatabaseOpeningError) {
        for path in Self.companions(of: path) where access(path, F_OK) == 0 {
            guard chmod(path, 0o600) == 0 else {
                throw .unusable(path: path, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// The owner's write bit. Root could write without it; who took it away meant the file to stay as it is.
    private func isMarkedWritable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IWUSR != 0
    }

    static func byteCount(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
