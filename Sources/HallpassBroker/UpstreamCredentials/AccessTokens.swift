import HallpassCore
import HallpassCrypto

/// A short-lived token of an upstream, as it was fetched.
struct AccessToken: Sendable {
    let value: SecretBytes
    let scope: ScopeSet
    /// Unix seconds; `nil`: it is used at once and not kept.
    let expiresAt: Int64?
    /// From then on another one is fetched, although this one is still good.
    let refreshAt: Int64
}

/// Why there is no access token.
enum AccessTokenFailure: Error, Hashable, Sendable {
    case upstream(UpstreamFailure, retryAfterSeconds: Int64)
    /// The trouble is ours: nothing was given, nothing is wrong upstream.
    case broker(HallpassError)

    var refusal: Refusal {
        switch self {
        case .upstream(let failure, let seconds): failure.refusal(retryAfterSeconds: seconds)
        case .broker(let error): Refusal(.credential, error)
        }
    }
}

/// The access tokens that are good now: one fetch for everyone who wants the same, none while its provider is left alone.
actor AccessTokens {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let credential: CredentialID
        /// A rotated credential starts with nothing.
        let version: Int64
    }

    typealias Fetch = @Sendable () async -> Result<AccessToken, AccessTokenFailure>

    /// Past this many credentials, what has expired is looked for and let go.
    private static let countBeforePruning = 1_000

    private struct Slot {
        var tokens: [ScopeSet: AccessToken] = [:]
        var flights: [ScopeSet: Task<Result<AccessToken, AccessTokenFailure>, Never>] = [:]
        var failures = 0
        var failure = UpstreamFailure.unreachable
        /// Unix seconds.
        var isCoolingUntil: Int64 = 0
    }

    private var slots: [Key: Slot] = [:]
    private let nowSeconds: @Sendable () -> Int64

    init(nowSeconds: @escaping @Sendable () -> Int64) { self.nowSeconds = nowSeconds }

    /// - Parameters:
    ///   - isExclusive: whether fetches for other scopes have to wait: a refresh token that is shown twice at once may be
    ///     taken for a stolen one.
    ///   - isForced: fetches whatever is there, and whether or not the provider is left alone.
    func token(
        _ key: Key, scope: ScopeSet, isExclusive: Bool, isForced: Bool = false, fetch: @escaping Fetch
    ) async -> Result<AccessToken, AccessTokenFailure> {
        while true {
            let slot = slots[key] ?? Slot()
            let now = nowSeconds()
            if !isForced {
                if let token = slot.tokens[scope], now < token.refreshAt { return .success(token) }
                if now < slot.isCoolingUntil {
                    return fallback(
                        key, scope, .upstream(slot.failure, retryAfterSeconds: slot.isCoolingUntil - now))
                }
            }
            if let flight = slot.flights[scope] { return await flight.value }
            guard isExclusive, let other = slot.flights.values.first else { break }
            _ = await other.value
        }
        // It is waited for here, and goes on although the caller may be gone: a new refresh token must not be lost.
        let flight = Task { self.settled(await fetch(), key, scope) }
        slots[key, default: Slot()].flights[scope] = flight
        return await flight.value
    }

    /// Lets go of everything that a credential gave, in every version.
    ///
    /// - Returns: the tokens that were still good.
    func forget(_ credential: CredentialID, of tenant: TenantID) -> [AccessToken] {
        let keys = slots.keys.filter { $0.tenant == tenant && $0.credential == credential }
        let now = nowSeconds()
        let tokens = keys.flatMap { slots[$0]?.tokens.values.filter { $0.expiresAt.map { now < $0 } ?? false } ?? [] }
        for key in keys {
            slots[key]?.tokens = [:]
            slots[key]?.failures = 0
            slots[key]?.isCoolingUntil = 0
            if slots[key]?.flights.isEmpty == true { slots[key] = nil }
        }
        return tokens
    }

    /// Lets go of everything that was fetched for a tenant. What is under way is kept by nobody: nothing asks for it any more.
    func forgetAll(of tenant: TenantID) {
        slots = slots.filter { $0.key.tenant != tenant }
    }

    private func settled(
        _ result: Result<AccessToken, AccessTokenFailure>, _ key: Key, _ scope: ScopeSet
    ) -> Result<AccessToken, AccessTokenFailure> {
        var slot = slots[key] ?? Slot()
        slot.flights[scope] = nil
        switch result {
        case .success(let token):
            slot.failures = 0
            slot.isCoolingUntil = 0
            slot.tokens[scope] = token.expiresAt == nil ? nil : token
        case .failure(.upstream(let failure, _)):
            slot.failures += 1
            slot.failure = failure
            slot.isCoolingUntil = nowSeconds() + CredentialPolicy.cooldownSeconds(failures: slot.failures)
        case .failure(.broker): break
        }
        slots[key] = slot
        prune()
        guard case .failure(let failure) = result else { return result }
        return fallback(key, scope, failure)
    }

    /// What was fetched ahead of its time and failed leaves the token that is still good.
    private func fallback(
        _ key: Key, _ scope: ScopeSet, _ failure: AccessTokenFailure
    ) -> Result<AccessToken, AccessTokenFailure> {
        guard case .upstream(let reason, _) = failure, reason.isTransient, let token = slots[key]?.tokens[scope],
            let expiresAt = token.expiresAt, nowSeconds() < expiresAt
        else { return .failure(failure) }
        return .success(token)
    }

    private func prune() {
        guard slots.count > Self.countBeforePruning else { return }
        let now = nowSeconds()
        slots = slots.filter { _, slot in
            !slot.flights.isEmpty || now < slot.isCoolingUntil
                || slot.tokens.values.contains { $0.expiresAt.map { now < $0 } ?? false }
        }
    }
}
