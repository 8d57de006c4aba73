import HallpassCore

/// One thing an operator can set: by a flag, by an environment variable, or in the configuration file.
struct Setting: Sendable {
    enum Rule: Sendable {
        /// A name or address: not empty, no white space.
        case host
        /// A path: not empty.
        case path
        /// Where clients reach the broker.
        case origin
        /// An address that something is posted to.
        case outbound
        case integer(ClosedRange<Int>)
        case choice([String])
    }

    /// What holds where nobody says anything.
    enum Default: Sendable {
        case value(String)
        /// Depends on other things, in words.
        case words(String)
    }

    /// As it stands in the configuration file.
    let name: String
    let rule: Rule
    let standard: Default
    /// What a number counts.
    let unit: String?
    /// One sentence without the full stop.
    let help: String

    init(_ name: String, _ rule: Rule, default standard: Default, unit: String? = nil, help: String) {
        self.name = name
        self.rule = rule
        self.standard = standard
        self.unit = unit
        self.help = help
    }

    var flag: String { "--\(name)" }

    var environmentName: String {
        "HALLPASS_" + name.uppercased().replacing("-", with: "_")
    }
}

extension Setting.Default {
    var text: String {
        switch self {
        case .value(let text), .words(let text): text
        }
    }
}

extension Setting.Rule {
    /// What a value must be, as a clause after the setting's name.
    var clause: String {
        switch self {
        case .host: "must be a host name or an IP address"
        case .path: "must be a path"
        case .origin: "must be an http:// or https:// URL without query, fragment or a slash at the end"
        case .outbound: OutboundURL.rule
        case .integer(let range): "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "must be one of \(words.joined(separator: ", "))"
        }
    }

    func accepts(_ text: String) -> Bool {
        switch self {
        case .host: !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
        case .path: !text.isEmpty && !text.utf8.contains(0)
        case .origin: Self.isOrigin(text)
        case .outbound: OutboundURL(text) != nil
        case .integer(let range): Self.wholeNumber(text).map(range.contains) ?? false
        case .choice(let words): words.contains(text)
        }
    }

    /// Digits only: `Int` would take a sign and, with another radix, letters.
    static func wholeNumber(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    /// Source: RFC 8414 section 2, "issuer".
    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        let rest = text.dropFirst(scheme.count)
        guard let first = rest.first, first != "/", first != ":", rest.last != "/" else { return false }
        return rest.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"?#@\\\"<>".utf8.contains(byte)
        }
    }
}
