/// One parenthesis of a pattern, or the pattern itself, while it is translated.
struct PatternGroup {
    enum Kind { case pattern, plain, capture, lookahead, lookbehind }

    let kind: Kind
    /// Index of the enclosing group, `nil` for the pattern itself.
    let parent: Int?
    /// Which alternative of the enclosing group it stands in.
    let parentAlternative: Int
    var alternative = 0
    var isClosed = false
    var canBeSkipped = false
    var repeats = false
}

/// A reference to a group that was closed before it.
struct PatternBackreference {
    let target: Int
    let enclosing: Int
    let alternative: Int
}

extension [PatternGroup] {
    /// Whether both engines see the same text in the group when the reference is reached.
    ///
    /// ECMA-262 forgets captures at the start of each repetition and PCRE2 keeps those of the one before. That shows
    /// only where a repetition that holds both can get to the reference without passing the group.
    func agree(on reference: PatternBackreference) -> Bool {
        var alternatives: [Int: Int] = [:]
        var index = reference.enclosing
        var alternative = reference.alternative
        var isRepeated = false
        while true {
            alternatives[index] = alternative
            alternative = self[index].parentAlternative
            guard let parent = self[index].parent else { break }
            index = parent
        }
        var isCertain = true
        var child = reference.target
        while let parent = self[child].parent {
            if self[child].canBeSkipped { isCertain = false }
            if let shared = alternatives[parent] {
                if shared != self[child].parentAlternative { isCertain = false }
                isRepeated = isInRepetition(parent)
                break
            }
            if self[parent].alternative > 0 { isCertain = false }
            child = parent
        }
        return isCertain || !isRepeated
    }

    func isInLookbehind(_ index: Int) -> Bool {
        contains(from: index) { $0.kind == .lookbehind }
    }

    private func isInRepetition(_ index: Int) -> Bool {
        contains(from: index, where: \.repeats)
    }

    private func contains(from index: Int, where condition: (PatternGroup) -> Bool) -> Bool {
        var next: Int? = index
        while let index = next {
            if condition(self[index]) { return true }
            next = self[index].parent
        }
        return false
    }
}
