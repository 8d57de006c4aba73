/// Some who ask without pause, and what happens meanwhile.
enum Load {
    /// - Parameter lane: one of those who ask; ends by itself.
    /// - Returns: what each of the lanes saw.
    static func run<Seen: Sendable>(
        lanes: Int, _ lane: @escaping @Sendable () async throws -> Seen,
        meanwhile event: @escaping @Sendable () async throws -> Void
    ) async throws -> [Seen] {
        try await withThrowingTaskGroup(of: Seen?.self) { group in
            for _ in 0..<lanes { group.addTask { try await lane() } }
            group.addTask {
                try await event()
                return nil
            }
            return try await group.reduce(into: []) { all, seen in
                if let seen { all.append(seen) }
            }
        }
    }
}
