import StrictJSON

/// On which line of its file each value of a document stands.
struct SourceMap: Sendable {
    /// Counted from 1: that of the value, or of its name where it is a member.
    let line: Int
    let parts: Parts

    enum Parts: Sendable {
        case none
        case elements([SourceMap])
        case members([ExactString: SourceMap])
    }

    init(line: Int, parts: Parts = .none) {
        self.line = line
        self.parts = parts
    }

    /// The line of what `pointer` points at, or of the innermost thing around it that is there: a rule may be about a
    /// member that is missing.
    func line(of pointer: JSONPointer) -> Int {
        var place = self
        for token in pointer.tokens {
            switch place.parts {
            case .members(let members):
                guard let member = members[ExactString(token)] else { return place.line }
                place = member
            case .elements(let elements):
                guard let index = Int(token), elements.indices.contains(index) else { return place.line }
                place = elements[index]
            case .none:
                return place.line
            }
        }
        return place.line
    }
}
