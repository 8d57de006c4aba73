import StrictJSON

/// Where in the instance a validation stands.
struct InstancePath {
    enum Token {
        case name(String)
        case index(Int)
    }

    private var tokens: [Token] = []

    /// UTF-8 bytes of a pointer; a hostile instance's names would otherwise be repeated in every violation.
    private static let pointerBytes = 2_048

    mutating func push(_ token: Token) { tokens.append(token) }
    mutating func pop() { tokens.removeLast() }

    var pointer: String {
        Self.pointer(
            tokens.map { token in
                switch token {
                case .name(let name): name
                case .index(let index): String(index)
                }
            })
    }

    /// A JSON pointer (RFC 6901), cut before the token with which it would become too long.
    static func pointer(_ tokens: some Sequence<String>) -> String {
        var kept: [String] = []
        var bytes = 0
        for token in tokens {
            bytes += token.utf8.count + 1
            guard bytes <= pointerBytes else { break }
            kept.append(token)
        }
        return JSONPointer(tokens: kept).description
    }
}
