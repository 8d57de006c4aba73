import Foundation

/// The tables of `docs/protocol.md` and of the page of error codes: what callers were promised.
enum ProtocolPage {
    /// The rows of the tables under one heading, without those of their heads; backquotes stay.
    static func rows(under heading: String, of page: String = "protocol.md") throws -> [[String]] {
        let page = try String(contentsOf: Repository.folder("docs").appending(path: page), encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try required(lines.firstIndex { $0 == heading })
        let level = heading.prefix { $0 == "#" }.count
        let section = lines[(start + 1)...].prefix { line in
            let depth = line.prefix { $0 == "#" }.count
            return depth == 0 || depth > level
        }
        let isHead = zip(section, section.dropFirst()).map { $1.hasPrefix("| ---") } + [false]
        return zip(section, isHead).filter { $0.hasPrefix("| `") && !$1 }.map { line, _ in
            line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What stands between backquotes.
    static func words(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }
}
