/// Reads a regular expression as ECMA-262 does in Unicode mode and writes what PCRE2 reads the same way.
///
/// Everything is parsed and written anew, so nothing that only PCRE2 understands gets through: `\A`, `(?i)`, possessive
/// repeats, verbs, recursion. A few forms that Unicode mode refuses and older modes read as literals are accepted and
/// named in ``TranslatedPattern/leniencies``, because published schemas have them.
///
/// Sources: ECMA-262, "Patterns" and Annex B.1.2; pcre2pattern(3); JSON Schema Core section 6.4.
struct PatternTranslator {
    let source: [Unicode.Scalar]
    var position = 0
    var leniencies: [String] = []
    private var output = ""
    private var groups = [PatternGroup(kind: .pattern, parent: nil, parentAlternative: 0)]
    private var open = 0
    private var captures: [Int] = []
    private var namedCaptures: [String: Int] = [:]
    private var references: [PatternBackreference] = []
    private var highestReference = 0
    private var pendingNames: Set<String> = []
    /// What a quantifier would repeat: nothing, something plain, or the group of this index.
    private var atom = Atom.none

    private enum Atom { case none, plain, group(Int) }

    static let nestingMaximum = 100
    private static let sourceBytes = 4_096
    /// PCRE2's largest repeat count.
    private static let repeatMaximum = 65_535

    static func translate(_ source: String) throws(PatternError) -> TranslatedPattern {
        guard source.utf8.count <= sourceBytes else {
            throw PatternError("it is longer than \(sourceBytes) bytes")
        }
        var translator = PatternTranslator(source: Array(source.unicodeScalars))
        try translator.run()
        return TranslatedPattern(
            pcre2: translator.output, leniencies: translator.leniencies,
            hasBackreferences: !translator.references.isEmpty)
    }

    private init(source: [Unicode.Scalar]) { self.source = source }

    private mutating func run() throws(PatternError) {
        while let scalar = next() {
            switch scalar {
            case "^": assertion("^")
            case "$": assertion("\\z")
            case ".": plain("[^\(CodePointSet.lineTerminator.classItems)]")
            case "(": try openGroup()
            case ")": try closeGroup()
            case "|": alternative()
            case "[": plain(try characterClass())
            case "\\": try escape()
            case "*", "+", "?": try quantifier(scalar)
            case "{": try brace()
            case "}", "]":
                note("an unescaped '\(scalar)' is read as itself")
                plain(CodePointSet.literal(scalar.value))
            default: plain(CodePointSet.literal(scalar.value))
            }
        }
        guard open == 0 else { throw PatternError("a '(' is never closed") }
        try checkReferences()
    }

    private mutating func assertion(_ text: String) {
        output += text
        atom = .none
    }

    private mutating func plain(_ text: String) {
        output += text
        atom = .plain
    }

    mutating func note(_ leniency: String) {
        if !leniencies.contains(leniency) { leniencies.append(leniency) }
    }
}

// MARK: - Reading

extension PatternTranslator {
    var peek: Unicode.Scalar? { position < source.count ? source[position] : nil }

    mutating func next() -> Unicode.Scalar? {
        guard position < source.count else { return nil }
        defer { position += 1 }
        return source[position]
    }

    mutating func take(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard source[position...].starts(with: scalars) else { return false }
        position += scalars.count
        return true
    }

    /// The scalars up to `end`, which is consumed; `nil` when it never comes.
    mutating func text(until end: Unicode.Scalar) -> String? {
        guard let stop = source[position...].firstIndex(of: end) else { return nil }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: source[position..<stop])
        position = stop + 1
        return String(text)
    }

    mutating func decimal() -> Int? {
        var value: Int?
        while let scalar = peek, let digit = Self.digit(scalar) {
            // Held at a value beyond every limit, so that no number of digits overflows.
            value = min((value ?? 0) * 10 + digit, 1_000_000)
            position += 1
        }
        return value
    }

    static func digit(_ scalar: Unicode.Scalar) -> Int? {
        (0x30...0x39).contains(scalar.value) ? Int(scalar.value - 0x30) : nil
    }
}

// MARK: - Groups

extension PatternTranslator {
    private mutating func openGroup() throws(PatternError) {
        var kind = PatternGroup.Kind.capture
        var opening = "("
        if take("?:") {
            (kind, opening) = (.plain, "(?:")
        } else if take("?=") {
            (kind, opening) = (.lookahead, "(?=")
        } else if take("?!") {
            (kind, opening) = (.lookahead, "(?!")
        } else if take("?<=") {
            (kind, opening) = (.lookbehind, "(?<=")
        } else if take("?<!") {
            (kind, opening) = (.lookbehind, "(?<!")
        } else if take("?<") {
            guard let name = text(until: ">"), !name.isEmpty else { throw PatternError("a group has no name") }
            guard namedCaptures.updateValue(captures.count + 1, forKey: name) == nil else {
                throw PatternError("two groups have the same name")
            }
        } else if take("?") {
            throw PatternError("'(?' is followed by something that is not ECMA-262 (inline flags such as (?i) are not)")
        }
        output += opening
        groups.append(PatternGroup(kind: kind, parent: open, parentAlternative: groups[open].alternative))
        open = groups.count - 1
        if kind == .capture { captures.append(open) }
        atom = .none
        try checkNesting()
    }

    private func checkNesting() throws(PatternError) {
        var depth = 0
        var index = open
        while let parent = groups[index].parent {
            depth += 1
            index = parent
        }
        guard depth <= Self.nestingMaximum else {
            throw PatternError("its groups are nested more than \(Self.nestingMaximum) deep")
        }
    }

    private mutating func closeGroup() throws(PatternError) {
        guard let parent = groups[open].parent else { throw PatternError("a ')' closes nothing") }
        output += ")"
        groups[open].isClosed = true
        switch groups[open].kind {
        case .plain, .capture: atom = .group(open)
        case .pattern, .lookahead, .lookbehind: atom = .none
        }
        open = parent
    }

    private mutating func alternative() {
        output += "|"
        groups[open].alternative += 1
        atom = .none
    }
}

// MARK: - Quantifiers

extension PatternTranslator {
    private mutating func quantifier(_ scalar: Unicode.Scalar) throws(PatternError) {
        let maximum: Int? = scalar == "?" ? 1 : nil
        try repeatAtom(String(scalar), minimum: scalar == "+" ? 1 : 0, maximum: maximum)
    }

    /// `{n}`, `{n,}` and `{n,m}`; any other `{` stands for itself.
    private mutating func brace() throws(PatternError) {
        let start = position
        var maximum: Int?
        if let minimum = decimal() {
            maximum = minimum
            if take(",") { maximum = decimal() }
            if take("}") {
                guard minimum <= Self.repeatMaximum, maximum ?? 0 <= Self.repeatMaximum else {
                    throw PatternError("a repeat count is more than \(Self.repeatMaximum)")
                }
                if let maximum, maximum < minimum { throw PatternError("a repeat's bounds are out of order") }
                let upper = maximum.map(String.init) ?? ""
                let text = maximum == minimum ? "{\(minimum)}" : "{\(minimum),\(upper)}"
                return try repeatAtom(text, minimum: minimum, maximum: maximum)
            }
        }
        position = start
        note("an unescaped '{' is read as itself")
        plain(CodePointSet.literal(0x7B))
    }

    private mutating func repeatAtom(_ text: String, minimum: Int, maximum: Int?) throws(PatternError) {
        switch atom {
        case .none: throw PatternError("a quantifier has nothing to repeat")
        case .plain: break
        case .group(let index):
            groups[index].canBeSkipped = minimum == 0
            groups[index].repeats = maximum.map { $0 > 1 } ?? true
        }
        output += text
        if take("?") { output += "?" }
        // ECMA-262 has no possessive repeats: in `a++` the second `+` has nothing to repeat.
        atom = .none
    }
}

// MARK: - Escapes outside classes

extension PatternTranslator {
    private mutating func escape() throws(PatternError) {
        guard let scalar = peek else { throw PatternError("it ends in a backslash") }
        switch scalar {
        case "b", "B":
            position += 1
            assertion("\\\(scalar)")
        case "1"..."9":
            try reference(to: decimal() ?? 0)
        case "k":
            position += 1
            guard take("<"), let name = text(until: ">") else { throw PatternError("\\k is followed by no group name") }
            if let number = namedCaptures[name] {
                try reference(to: number)
            } else {
                pendingNames.insert(name)
                plain("(?:)")
            }
        default:
            switch try classAtom() {
            case .codePoint(let value): plain(CodePointSet.literal(value))
            case .set(let items): plain(items.isEmpty ? "(?!)" : "[\(items)]")
            }
        }
    }

    private mutating func reference(to number: Int) throws(PatternError) {
        highestReference = max(highestReference, number)
        guard !groups.isInLookbehind(open) else {
            throw PatternError("a backreference inside a lookbehind has no counterpart here")
        }
        guard number <= captures.count, groups[captures[number - 1]].isClosed else {
            // ECMA-262: a group that has not been closed yet has captured nothing, and nothing always matches.
            return plain("(?:)")
        }
        references.append(
            PatternBackreference(
                target: captures[number - 1], enclosing: open, alternative: groups[open].alternative))
        plain("\\g{\(number)}")
    }

    private func checkReferences() throws(PatternError) {
        guard highestReference <= captures.count, pendingNames.isSubset(of: namedCaptures.keys) else {
            throw PatternError("a backreference names a group that does not exist")
        }
        for reference in references where !groups.agree(on: reference) {
            throw PatternError(
                "a backreference refers to a group that a repeat may set or skip, which engines read apart")
        }
    }
}
