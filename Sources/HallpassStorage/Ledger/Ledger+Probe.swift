package import HallpassCore

extension Ledger {
    /// Waits for its turn and commits nothing, to see whether the writer still gets there.
    ///
    /// - Throws: as ``submit(_:)``.
    package func probe() async throws(HallpassError) {
        try await transact { _ in }
    }
}
