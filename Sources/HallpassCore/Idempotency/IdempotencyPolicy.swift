package import HallpassCrypto

/// What the ledger remembers of an earlier call under the same key, by the same actor, for the same tool.
package struct ClaimedCall: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Told to execute; nobody said yet how it went. Unix seconds.
        case inFlight(leaseExpiresAt: Int64)
        /// Reported, well or not.
        case completed
    }

    /// SHA-256 of the canonical arguments without the key itself.
    package let argumentsDigest: SHA256Digest
    package let state: State
    /// Unix seconds: from here on the key is free again.
    package let expiresAt: Int64

    package init(argumentsDigest: SHA256Digest, state: State, expiresAt: Int64) {
        self.argumentsDigest = argumentsDigest
        self.state = state
        self.expiresAt = expiresAt
    }
}

/// The table of the protocol, "Idempotency", row by row.
package enum IdempotencyPolicy {
    package enum Decision: Hashable, Sendable {
        /// Nothing was done under this key, or it may be done again: claim it and act.
        case execute
        /// It was done: answer what was answered then.
        case replay
        case refuse(Refusal)
    }

    /// - Parameter isRepeatable: for tools that read, or that are registered as idempotent: acting twice does no harm.
    package static func decide(
        earlier: ClaimedCall?, argumentsDigest: SHA256Digest, isRepeatable: Bool, nowSeconds: Int64
    ) -> Decision {
        guard let earlier, nowSeconds < earlier.expiresAt else { return .execute }
        guard earlier.argumentsDigest == argumentsDigest else {
            return .refuse(Refusal(.idempotency, .idempotencyConflict))
        }
        switch earlier.state {
        case .completed: return .replay
        case .inFlight(let leaseExpiresAt):
            guard nowSeconds >= leaseExpiresAt else {
                return .refuse(
                    Refusal(.idempotency, .idempotencyInFlight(retryAfterSeconds: leaseExpiresAt - nowSeconds)))
            }
            return isRepeatable ? .execute : .refuse(Refusal(.idempotency, .outcomeUnknown))
        }
    }
}
