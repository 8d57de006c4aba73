import HallpassCore

/// What is known of one published key set, and what to do about it. A value, with the time passed in.
struct KeySetState: Sendable {
    /// The last good ones.
    private var keys: VerificationKeys?
    /// Unix seconds.
    private var fetchedAt: Int64 = 0
    private var triedAt: Int64?
    private var failure: KeySetSource.Failure?

    enum Step {
        /// Answer from what is known.
        case use(VerificationKeys)
        /// Good enough to answer from, but old: one caller looks for news, the others need not wait.
        case refresh(VerificationKeys)
        /// Nothing can be said before there is news.
        case fetch
        /// There is no news to be had right now, and nothing can be said without.
        case giveUp(KeySetSource.Failure)
    }

    /// - Parameters:
    ///   - id: the key that a token names. One that is not in the set is looked for again, because providers change their
    ///     keys; but not more often than any other reason to ask, or tokens with made-up names would make us hammer them.
    ///   - mayTry: `false` for a caller who has just waited for news.
    func step(for id: KeyName?, nowSeconds now: Int64, mayTry: Bool = true) -> Step {
        let mayTry = mayTry && triedAt.map { isOlder(than: Limits.keySetRetrySeconds, since: $0, now) } ?? true
        guard let keys, !isOlder(than: Limits.keySetKeptSeconds, since: fetchedAt, now) else {
            return mayTry ? .fetch : .giveUp(failure ?? .unreachable)
        }
        guard keys.key(id) != nil else {
            if mayTry { return .fetch }
            // If the provider answered, it does not have that key; if not, who knows.
            return failure.map(Step.giveUp) ?? .use(keys)
        }
        return mayTry && isOlder(than: Limits.keySetFreshSeconds, since: fetchedAt, now) ? .refresh(keys) : .use(keys)
    }

    mutating func begin(nowSeconds: Int64) { triedAt = nowSeconds }

    /// A failure leaves the last good keys as they are, until they are too old.
    mutating func end(_ result: Result<VerificationKeys, KeySetSource.Failure>, nowSeconds: Int64) {
        switch result {
        case .success(let keys):
            self.keys = keys
            fetchedAt = nowSeconds
            failure = nil
        case .failure(let failure): self.failure = failure
        }
    }

    /// A clock that was set back makes everything old rather than new for long.
    private func isOlder(than seconds: Int64, since then: Int64, _ now: Int64) -> Bool {
        now < then || now - then >= seconds
    }
}
