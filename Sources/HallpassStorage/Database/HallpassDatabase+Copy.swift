import GRDB

extension HallpassDatabase {
    /// Copies a database as it is at one moment, whether or not a server is running on it; the copy holds nothing that was
    /// deleted. Takes time in proportion, and must not run on the cooperative pool.
    ///
    /// - Parameter target: a file that is not there yet.
    package static func copy(path: String, to target: String) throws(DatabaseOpeningError) {
        guard DatabaseFile(path: path).exists else { throw .missing(path: path) }
        do {
            let queue = try inspectionQueue(path)
            defer {
                // A connection that cannot write leaves nothing undone.
                try? queue.close()
            }
            try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [target]) }
        } catch {
            throw openingError(error, path: path)
        }
    }
}
