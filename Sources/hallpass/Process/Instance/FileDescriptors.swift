import Foundation

enum FileDescriptors {
    /// Beside those of connections: the database, its readers, event loops, logs.
    private static let others = 128

    /// Lets the process hold as many connections as it was told to take, as far as the system allows without asking root.
    static func raiseLimit(to connections: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = rlim_t(connections + others)
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        // Where it is refused the server runs with fewer connections, and accepting more fails one by one.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
