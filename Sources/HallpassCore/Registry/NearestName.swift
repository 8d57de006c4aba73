/// What somebody who misspelt a name may have meant.
enum NearestName {
    /// - Returns: `"; did you mean NAME?"`, or nothing where no candidate is close.
    static func hint(for name: String, among candidates: some Sequence<String>) -> String {
        suggestion(for: name, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    /// The candidate with the fewest slips from `name`, at most one in three letters and never over three; of equals
    /// the alphabetically first, so that the answer does not depend on the order of a set.
    static func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.utf8)
        var limit = max(1, min(3, wanted.count / 3))
        var best: String?
        for candidate in candidates.sorted() {
            guard let distance = distance(wanted, Array(candidate.utf8), limit: limit) else { continue }
            best = candidate
            guard distance > 0 else { break }
            limit = distance - 1
        }
        return best
    }

    /// Bytes inserted, left out or replaced, and neighbours swapped, that lead from one name to the other.
    ///
    /// - Returns: `nil` when there are more than `limit`, which is found out without finishing the table.
    ///
    /// Source: the optimal string alignment distance, by rows of the edit table.
    private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int? {
        guard limit >= 0, abs(left.count - right.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var fewest = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    fewest = min(fewest, beforeLast[column - 1] + 1)
                }
                current.append(fewest)
            }
            // A swap reaches back two rows, so both have to be past the limit.
            if (last + current).allSatisfy({ $0 > limit }) { return nil }
            (beforeLast, last) = (last, current)
        }
        return last.last.flatMap { $0 <= limit ? $0 : nil }
    }
}
