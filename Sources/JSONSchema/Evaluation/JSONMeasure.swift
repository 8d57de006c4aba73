import StrictJSON

/// How deep and how large a value is, found before anything walks it by recursion.
struct JSONMeasure {
    private(set) var depth = 0
    private(set) var values = 0
    private(set) var textBytes = 0

    enum Excess: Error { case depth, values }

    /// - Throws: as soon as a maximum is passed, so the walk itself is bounded too.
    init(_ value: JSONValue, maximumDepth: Int, maximumValues: Int) throws(Excess) {
        try add(value, depth: 0, maximumDepth, maximumValues)
    }

    private mutating func add(
        _ value: JSONValue, depth level: Int, _ maximumDepth: Int, _ maximumValues: Int
    ) throws(Excess) {
        values += 1
        guard values <= maximumValues else { throw .values }
        switch value {
        case .null, .bool, .integer, .number: break
        case .string(let text): textBytes += text.utf8.count
        case .array(let elements):
            try enter(level + 1, maximumDepth)
            for element in elements { try add(element, depth: level + 1, maximumDepth, maximumValues) }
        case .object(let object):
            try enter(level + 1, maximumDepth)
            for member in object.members {
                textBytes += member.name.utf8.count
                try add(member.value, depth: level + 1, maximumDepth, maximumValues)
            }
        }
    }

    private mutating func enter(_ level: Int, _ maximumDepth: Int) throws(Excess) {
        guard level <= maximumDepth else { throw .depth }
        depth = max(depth, level)
    }
}
