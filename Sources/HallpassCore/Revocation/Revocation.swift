import StrictJSON

/// What a cutoff can name.
package enum RevocationDimension: String, Hashable, Sendable, CaseIterable {
    case actor
    case client
    case connector
}

/// Kills every token up to ``cutoff`` that matches.
package struct RevocationCutoff: Hashable, Sendable {
    package let dimension: RevocationDimension
    package let id: String
    /// Tokens with a mint sequence up to and including this one are dead.
    package let cutoff: Int64

    package init(dimension: RevocationDimension, id: String, cutoff: Int64) {
        self.dimension = dimension
        self.id = id
        self.cutoff = cutoff
    }
}

/// The cutoffs of one tenant. A token is dead if any of them says so; one never excuses from another.
package struct RevocationCutoffs: Hashable, Sendable {
    private var sequences: [Key: Int64] = [:]

    private struct Key: Hashable {
        let dimension: RevocationDimension
        let id: ExactString

        init(_ dimension: RevocationDimension, _ id: String) {
            self.dimension = dimension
            self.id = ExactString(id)
        }
    }

    package init(_ cutoffs: some Sequence<RevocationCutoff> = []) {
        for cutoff in cutoffs { add(cutoff) }
    }

    /// Later cutoffs of the same thing reach further; an earlier one never takes that back.
    package mutating func add(_ cutoff: RevocationCutoff) {
        let key = Key(cutoff.dimension, cutoff.id)
        sequences[key] = max(sequences[key] ?? cutoff.cutoff, cutoff.cutoff)
    }

    package func revokes(_ claims: TokenClaims) -> Bool {
        guard !sequences.isEmpty else { return false }
        return RevocationDimension.allCases.contains { dimension in
            let id =
                switch dimension {
                case .actor: claims.subject.rawValue
                case .client: claims.client.rawValue
                case .connector: claims.deployment.connector.rawValue
                }
            return sequences[Key(dimension, id)].map { claims.sequence <= $0 } ?? false
        }
    }
}
