import HallpassCore
import Synchronization

/// The key sets that identity providers publish, kept for as long as they are good.
///
/// Each tenant has its own copy of a set, so that none can tell from the outside what another has registered, or use up its
/// right to ask.
final class PublishedKeys: Sendable {
    private struct Place: Hashable {
        let tenant: TenantID
        let url: OutboundURL
    }

    private struct Entry {
        var state = KeySetState()
        /// The one fetch that is under way; whoever needs its news waits for it.
        var fetch: Task<Void, Never>?
    }

    private let source: KeySetSource
    private let clock: Clock
    private let report: @Sendable (Alarm) -> Void
    private let entries = Mutex<[Place: Entry]>([:])

    /// - Parameter report: called for each fetch that failed.
    init(source: KeySetSource, clock: Clock, report: @escaping @Sendable (Alarm) -> Void) {
        self.source = source
        self.clock = clock
        self.report = report
    }

    /// - Parameter id: the key that the token names.
    /// - Returns: keys among which that one is, or which the provider was asked for a moment ago and which do not have it.
    func keys(
        at url: OutboundURL, of tenant: TenantID, for id: KeyName?
    ) async throws(KeySetSource.Failure) -> VerificationKeys {
        let place = Place(tenant: tenant, url: url)
        let (known, fetch) = begin(place, for: id)
        if let known, fetch == nil { return known }
        await fetch?.value
        let step = entries.withLock { entries in
            (entries[place] ?? Entry()).state.step(for: id, nowSeconds: clock.nowSeconds, mayTry: false)
        }
        switch step {
        case .use(let keys), .refresh(let keys): return keys
        case .fetch: throw .unreachable
        case .giveUp(let failure): throw failure
        }
    }

    /// - Returns: keys, where there is nothing to wait for; a fetch, where there is.
    private func begin(_ place: Place, for id: KeyName?) -> (VerificationKeys?, Task<Void, Never>?) {
        entries.withLock { entries in
            var entry = entries[place] ?? Entry()
            defer { entries[place] = entry }
            switch entry.state.step(for: id, nowSeconds: clock.nowSeconds) {
            case .use(let keys):
                guard keys.key(id) == nil, let fetch = entry.fetch else { return (keys, nil) }
                return (nil, fetch)
            case .giveUp: return (nil, entry.fetch)
            case .refresh(let keys): if entry.fetch != nil { return (keys, nil) }
            case .fetch: if let fetch = entry.fetch { return (nil, fetch) }
            }
            entry.state.begin(nowSeconds: clock.nowSeconds)
            // Awaited by the caller that began it and by all that need its news; bounded by the source's own deadline.
            entry.fetch = Task { await self.refetch(place) }
            return (nil, entry.fetch)
        }
    }

    private func refetch(_ place: Place) async {
        let result: Result<VerificationKeys, KeySetSource.Failure>
        do throws(KeySetSource.Failure) {
            let bytes = try await source.fetch(place.url)
            result = .success(await VerificationKeys(try Self.read(bytes)))
        } catch {
            result = .failure(error)
            report(.keySetNotFetched(tenant: place.tenant, host: place.url.host, reason: error.reason))
        }
        let now = clock.nowSeconds
        entries.withLock { entries in
            guard var entry = entries[place] else { return }
            entry.fetch = nil
            entry.state.end(result, nowSeconds: now)
            entries[place] = entry
        }
    }

    private static func read(_ bytes: [UInt8]) throws(KeySetSource.Failure) -> [JSONWebKey] {
        do throws(JSONWebKeySet.Fault) {
            return try JSONWebKeySet.published(bytes)
        } catch {
            throw .unusable(error)
        }
    }

    /// Forgets what no issuer of a tenant names any more.
    func keep(only urls: Set<OutboundURL>, of tenant: TenantID) {
        entries.withLock { entries in
            entries = entries.filter { $0.key.tenant != tenant || urls.contains($0.key.url) }
        }
    }
}
