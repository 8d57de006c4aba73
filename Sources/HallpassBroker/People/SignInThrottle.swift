import HallpassCore
import Synchronization

/// Slows down whoever guesses passwords: of one account, or from one address.
///
/// Each has a number of attempts in reserve, which come back one by one; an attempt that succeeds costs none. It is held in
/// memory alone, so a restart gives everyone their reserve back. The price: whoever floods an account with attempts keeps its
/// owner from signing in meanwhile. Sessions go on, and a one-time link still works.
final class SignInThrottle: Sendable {
    private struct Rate {
        let reserve: Int64
        /// In which one attempt comes back.
        let seconds: Int64
    }

    private enum Key: Hashable {
        case account(AccountName)
        case address(String)

        var rate: Rate {
            switch self {
            case .account: Rate(reserve: 10, seconds: 60)
            // A proxy in front gives everyone one address.
            case .address: Rate(reserve: 50, seconds: 6)
            }
        }
    }

    /// For each key the moment at which its reserve is whole again, in Unix seconds; without one it is whole now.
    private let wholeAgain = Mutex<[Key: Int64]>([:])
    private let room: Int

    /// - Parameter room: how many keys are remembered. When it is full of keys that matter, those are forgotten first that have
    ///   used the least.
    init(room: Int = 20_000) { self.room = room }

    /// Takes one attempt.
    ///
    /// - Throws: ``HallpassError/signInThrottled(retryAfterSeconds:)``; then none was taken.
    func take(_ account: AccountName, from address: String?, nowSeconds now: Int64) throws(HallpassError) {
        let keys = Self.keys(account, address)
        let wait = wholeAgain.withLock { wholeAgain in
            let wait =
                keys.map { key in
                    max(wholeAgain[key] ?? now, now) + key.rate.seconds - now - key.rate.reserve * key.rate.seconds
                }.max() ?? 0
            guard wait <= 0 else { return wait }
            if wholeAgain.count + keys.count > room { Self.makeRoom(in: &wholeAgain, room: room, now: now) }
            for key in keys { wholeAgain[key] = max(wholeAgain[key] ?? now, now) + key.rate.seconds }
            return 0
        }
        guard wait <= 0 else { throw .signInThrottled(retryAfterSeconds: wait) }
    }

    /// Gives an attempt back.
    func giveBack(_ account: AccountName, from address: String?) {
        wholeAgain.withLock { wholeAgain in
            for key in Self.keys(account, address) { wholeAgain[key]? -= key.rate.seconds }
        }
    }

    private static func keys(_ account: AccountName, _ address: String?) -> [Key] {
        [.account(account)] + (address.map { [.address($0)] } ?? [])
    }

    /// Down to half, so that it is not done for every attempt of a flood.
    private static func makeRoom(in wholeAgain: inout [Key: Int64], room: Int, now: Int64) {
        wholeAgain = wholeAgain.filter { $0.value > now }
        guard wholeAgain.count > room / 2 else { return }
        let kept = wholeAgain.sorted { $0.value > $1.value }.prefix(room / 2)
        wholeAgain = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
