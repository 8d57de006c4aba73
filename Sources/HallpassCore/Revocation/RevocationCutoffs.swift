import StrictJSON

/// Kills every token up to ``cutoff`` that matches.
package struct RevocationCutoff: Hashable, Sendable {
    package let dimension: RevocationDimension
    package let id: String
    /// Tokens with a mint sequence up to and including this one are dead.
    package let cutoff: Int64
    /// Unix seconds.
    package let createdAt: Int64

    package init(dimension: RevocationDimension, id: String, cutoff: Int64, createdAt: Int64) {
        self.dimension = dimension
        self.id = id
        self.cutoff = cutoff
        self.createdAt = createdAt
    }
}

/// The cutoffs of one tenant. A token is dead if any of them says so; one never excuses from another.
package struct RevocationCutoffs: Hashable, Sendable {
    /// Whenever there are so many more, those that no token is old enough for are dropped: a process that runs for a year does
    /// not carry a year's cutoffs.
    static let countBeforeForgetting = 1_000

    /// Cutoffs are asked about for so long: until the last token that is old enough for one has expired and been swept away.
    package static let retentionSeconds = Limits.tokenLifetimeSeconds.upperBound + Limits.tokenRetentionSeconds

    private var marks: [RevocationDimension: [ExactString: Mark]] = [:]
    /// The last of all; what was minted after it is dead by none.
    package private(set) var newest = Int64.min

    private struct Mark: Hashable {
        let cutoff: Int64
        let createdAt: Int64
    }

    package init(_ cutoffs: some Sequence<RevocationCutoff> = []) {
        for cutoff in cutoffs { add(cutoff) }
    }

    var count: Int { marks.values.reduce(0) { $0 + $1.count } }

    /// Later cutoffs of the same thing reach further; an earlier one never takes that back.
    package mutating func add(_ cutoff: RevocationCutoff) {
        newest = max(newest, cutoff.cutoff)
        let id = ExactString(cutoff.id)
        let known = marks[cutoff.dimension]?[id]
        if let known, known.cutoff >= cutoff.cutoff { return }
        marks[cutoff.dimension, default: [:]][id] = Mark(cutoff: cutoff.cutoff, createdAt: cutoff.createdAt)
        guard known == nil, count.isMultiple(of: Self.countBeforeForgetting) else { return }
        let oldest = cutoff.createdAt - Self.retentionSeconds
        marks = marks.mapValues { $0.filter { $0.value.createdAt >= oldest } }
    }

    /// - Parameters:
    ///   - sequence: the token's place among mints and cutoffs.
    ///   - names: what the token is called in a dimension; asked only where there are cutoffs.
    package func revokes(
        sequence: Int64, names: (RevocationDimension) throws -> [String]
    ) rethrows -> Bool {
        guard sequence <= newest else { return false }
        return try marks.contains { dimension, marks in
            try names(dimension).contains { name in marks[ExactString(name)].map { sequence <= $0.cutoff } ?? false }
        }
    }

    /// Up to where what is called so is dead by that name; `nil` where it never was.
    package func last(_ dimension: RevocationDimension, id: String) -> Int64? {
        marks[dimension]?[ExactString(id)]?.cutoff
    }

    package func revokes(_ token: VerifiedToken) -> Bool {
        revokes(sequence: token.claims.sequence, names: token.names)
    }

    /// Everything that is cut off in one dimension, in no order.
    package func names(in dimension: RevocationDimension) -> [String] { marks[dimension]?.keys.map(\.text) ?? [] }

    /// In the order they were made.
    package var all: [RevocationCutoff] {
        marks.flatMap { dimension, marks in
            marks.map {
                RevocationCutoff(
                    dimension: dimension, id: $0.key.text, cutoff: $0.value.cutoff, createdAt: $0.value.createdAt)
            }
        }.sorted { $0.cutoff < $1.cutoff }
    }
}
