package import HallpassCore

/// Where published key sets come from; tests bring their own.
package struct KeySetSource: Sendable {
    /// Why there is no key set.
    package enum Failure: Error, Hashable, Sendable {
        case unresolved
        case privateAddress
        case unreachable
        case tooSlow
        case notOK
        case tooLarge
        case unusable(JSONWebKeySet.Fault)
    }

    /// Gives a set as it was published, within the limits of size and time.
    package typealias Fetch = @Sendable (OutboundURL) async throws(Failure) -> [UInt8]
    let fetch: Fetch

    package init(fetch: @escaping Fetch) { self.fetch = fetch }
}

extension KeySetSource.Failure {
    /// A clause for the admin who tries a token, and for the log.
    package var reason: StaticText {
        switch self {
        case .unresolved: "the name in its jwks_url leads nowhere"
        case .privateAddress: "its jwks_url leads to an address that is not public"
        case .unreachable: "nobody answers at its jwks_url, or not with a certificate for that name"
        case .tooSlow: "its jwks_url took longer than 5 seconds"
        case .notOK: "its jwks_url did not answer 200; redirects are not followed"
        case .tooLarge: "what its jwks_url answers is over 262144 bytes"
        case .unusable(.notJSON): "what its jwks_url answers is not acceptable JSON"
        case .unusable(.notKeySet): "what its jwks_url answers is not a key set"
        case .unusable(.tooManyKeys): "the key set at its jwks_url has more than 256 keys"
        case .unusable(.repeatedID): "two keys at its jwks_url have one kid"
        case .unusable(.noUsableKey): "no key at its jwks_url can be used: RSA from 2048 bits, P-256 or Ed25519"
        }
    }
}
