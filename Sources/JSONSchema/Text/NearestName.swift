/// The known name that somebody who wrote an unknown one most likely meant.
enum NearestName {
    private static let nameBytes = 48
    private static let candidates = 100

    /// - Returns: the candidate that is the same but for case and separators, else the one at the smallest edit distance,
    ///   if that is at most a third of the name.
    static func find(_ name: String, among known: some Sequence<String>) -> String? {
        guard name.utf8.count <= nameBytes else { return nil }
        let letters = folded(name)
        guard !letters.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in known.prefix(candidates) where candidate.utf8.count <= nameBytes {
            let tolerance = max(1, letters.count / 3)
            let other = folded(candidate)
            guard abs(other.count - letters.count) <= tolerance else { continue }
            let distance = distance(letters, other)
            if distance <= tolerance, distance < letters.count, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.compactMap { byte in
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: " "), UInt8(ascii: "$"): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var current = [row + 1]
            for (column, b) in right.enumerated() {
                var cost = min(last[column] + (a == b ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
