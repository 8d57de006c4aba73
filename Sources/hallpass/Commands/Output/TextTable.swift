/// Rows under headings, each column as wide as its widest cell.
struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }

    /// - Parameter cells: one for each heading; an empty one is shown as `-`.
    mutating func append(_ cells: String...) {
        precondition(cells.count == headings.count, "a row of another shape")
        rows.append(cells.map { $0.isEmpty ? "-" : $0.printable })
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Without a line break at the end; `nil` where there are no rows.
    var text: String? {
        guard !rows.isEmpty else { return nil }
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            let padded = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
