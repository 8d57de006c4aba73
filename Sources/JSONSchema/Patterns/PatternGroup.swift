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
    /// ECMA-262 forgets the captures inside a repeat at the start of each round and PCRE2 keeps those of the round
    /// before. That shows only where a round can pass the group by. They also differ in what a round that matches
    /// nothing leaves captured, which shows only outside the repeat.
    func agree(on reference: PatternBackreference) -> Bool {
        let alternatives = alternativesTaken(by: reference)
        var isCertain = true
        var child = reference.target
        while let parent = self[child].parent {
            let isAroundReference = alternatives[child] != nil
            if !isAroundReference, self[child].repeats { return false }
            // What encloses the reference too is not skipped when the reference is reached.
            if !isAroundReference, self[child].canBeSkipped { isCertain = false }
            if let taken = alternatives[parent] {
                if taken != self[child].parentAlternative { isCertain = false }
            } else if self[parent].alternative > 0 {
                isCertain = false
            }
            if !isCertain, self[parent].repeats { return false }
            child = parent
        }
        return true
    }

    /// For each group around the reference, the alternative it stands in.
    private func alternativesTaken(by reference: PatternBackreference) -> [Int: Int] {
        var alternatives = [reference.enclosing: reference.alternative]
        var index = reference.enclosing
        while let parent = self[index].parent {
            alternatives[parent] = self[index].parentAlternative
            index = parent
        }
        return alternatives
    }

    func isInLookbehind(_ index: Int) -> Bool {
        var next: Int? = index
        while let index = next {
            if self[index].kind == .lookbehind { return true }
            next = self[index].parent
        }
        return false
    }
}
