import HallpassCore
import HallpassCrypto
import StrictJSON

/// An audit record as it lies in its column: its canonical JSON, with names, digests and what other columns hold said shorter.
///
/// A record is most of what a call leaves on disk, and most of a record is the same in every other: this took it from 460 bytes to
/// 220. What is hashed, handed out and exported is always the JSON; each coded form stands for one, byte for byte.
///
/// A coded record is a row of members, each a kind, the number of its name and a value. Kinds are bytes below 8, which JSON never
/// holds as such, so a text ends where the next member begins. A record that cannot be coded lies there as it is: it begins with `{`.
enum AuditRecordCoding {
    /// What a record shares with the other columns of its row.
    struct Place {
        let tenant: TenantID
        let sequence: Int64
        let timeMilliseconds: Int64
    }

    private enum Kind: UInt8 {
        /// What stands between the quotes, escapes and all.
        case text = 1
        /// A number, an object, an array, a literal.
        case json = 2
        /// Base64url of 16 bytes: ids.
        case bytes16 = 3
        /// Base64url of 32 bytes: digests.
        case bytes32 = 4
        /// What another column of the row says.
        case column = 5

        /// Text has none of these.
        static let end: UInt8 = 8

        var byteCount: Int? {
            switch self {
            case .text, .json: nil
            case .bytes16: 16
            case .bytes32: 32
            case .column: 0
            }
        }
    }

    /// In the order of RFC 8785, as records have them, so that the next one is found at once. Only ever added to, at the
    /// end: records on disk have these numbers.
    private static let names: [[UInt8]] = [
        "act", "act_issuer", "address", "admin", "approval_id", "args_sha256", "call_id", "check", "client_id", "code",
        "connector", "count", "credential_sha256", "decision", "duration_us", "environment", "event", "issuer", "jti",
        "proof_check", "reason", "request_id", "revision", "scope", "seq", "sub", "target", "tenant", "time",
        "token_kind", "tool", "txn",
    ].map { Array($0.utf8) }

    private static let quote = UInt8(ascii: "\"")

    /// - Parameter canonical: one object in canonical JSON.
    static func encode(_ canonical: [UInt8], at place: Place) -> [UInt8] {
        var coded: [UInt8] = []
        coded.reserveCapacity(canonical.count / 2 + 32)
        var reader = MemberReader(canonical)
        var expected = 0
        while let (name, value) = reader.next() {
            guard let number = number(of: canonical[name], after: expected) else { return canonical }
            append(canonical[value], number: number, at: place, to: &coded)
            expected = number + 1
        }
        return reader.isAtEnd && !coded.isEmpty ? coded : canonical
    }

    /// - Returns: the canonical JSON. What no coding wrote comes back as it is; it meets no hash.
    static func decode(_ coded: [UInt8], at place: Place) -> [UInt8] {
        guard let kind = coded.first, kind != UInt8(ascii: "{") else { return coded }
        var canonical: [UInt8] = []
        canonical.reserveCapacity(coded.count * 2 + 64)
        var index = 0
        while index < coded.count {
            guard let kind = Kind(rawValue: coded[index]), index + 1 < coded.count, coded[index + 1] < names.count
            else { return coded }
            let name = names[Int(coded[index + 1])]
            index += 2
            let end = kind.byteCount.map { index + $0 } ?? coded[index...].firstIndex { $0 < Kind.end } ?? coded.count
            guard end <= coded.count else { return coded }
            canonical.append(canonical.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            canonical.append(quote)
            canonical += name
            canonical.append(quote)
            canonical.append(UInt8(ascii: ":"))
            switch kind {
            case .json: canonical += coded[index..<end]
            case .column: canonical += place.json(of: name) ?? []
            case .text:
                canonical.append(quote)
                canonical += coded[index..<end]
                canonical.append(quote)
            case .bytes16, .bytes32:
                canonical.append(quote)
                Base64URL.append(encoding: Array(coded[index..<end]), to: &canonical)
                canonical.append(quote)
            }
            index = end
        }
        canonical.append(UInt8(ascii: "}"))
        return canonical
    }

    /// What a coded record holds of a member that is this text, and perhaps of another that begins with it. Not for what is in
    /// columns.
    static func trace(of text: String, in name: String) -> [UInt8]? {
        guard let number = number(of: Array(name.utf8)[...], after: 0) else { return nil }
        var trace: [UInt8] = []
        append(JSONValue.string(text).serialized()[...], number: number, at: nil, to: &trace)
        return trace
    }

    private static func number(of name: ArraySlice<UInt8>, after expected: Int) -> Int? {
        for offset in 0..<names.count {
            let number = (expected + offset) % names.count
            if names[number].elementsEqual(name) { return number }
        }
        return nil
    }

    private static func append(_ json: ArraySlice<UInt8>, number: Int, at place: Place?, to coded: inout [UInt8]) {
        func begin(_ kind: Kind) {
            coded.append(kind.rawValue)
            coded.append(UInt8(number))
        }
        if let column = place?.json(of: names[number]), json.elementsEqual(column) { return begin(.column) }
        guard json.count > 1, json.first == quote, json.last == quote else {
            begin(.json)
            coded += json
            return
        }
        let text = json.dropFirst().dropLast()
        // Only lengths that these have: most texts are spared the look.
        if text.count == 22 || text.count == 43, let bytes = Base64URL.decode(text) {
            begin(bytes.count == 16 ? .bytes16 : .bytes32)
            coded += bytes
        } else {
            begin(.text)
            coded += text
        }
    }
}

extension AuditRecordCoding.Place {
    /// A member as this row's other columns have it; `nil` for one that they have not.
    fileprivate func json(of name: [UInt8]) -> [UInt8]? {
        switch name {
        case Self.sequenceName: Array(String(sequence).utf8)
        case Self.tenantName: Array("\"\(tenant)\"".utf8)
        case Self.timeName: Array("\"\(RFC3339.text(milliseconds: timeMilliseconds))\"".utf8)
        default: nil
        }
    }

    private static let sequenceName = Array("seq".utf8)
    private static let tenantName = Array("tenant".utf8)
    private static let timeName = Array("time".utf8)
}

/// Finds the members of one canonical object: where each name and each value is.
private struct MemberReader {
    private let bytes: [UInt8]
    private var index: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = 0
    }

    /// Everything was read, and it was one object.
    var isAtEnd: Bool { index == bytes.count }

    /// - Returns: `nil` at the end, and for what is no object of members with plain names.
    mutating func next() -> (name: Range<Int>, value: Range<Int>)? {
        let opening = index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")
        guard index + 1 < bytes.count, bytes[index] == opening, bytes[index + 1] == UInt8(ascii: "\"") else {
            return nil
        }
        let nameStart = index + 2
        guard let nameEnd = bytes[nameStart...].firstIndex(of: UInt8(ascii: "\"")), nameEnd + 1 < bytes.count,
            bytes[nameEnd + 1] == UInt8(ascii: ":"), let valueEnd = endOfValue(from: nameEnd + 2)
        else { return nil }
        index = valueEnd
        // The last member ends the object, and nothing may follow that.
        if bytes[index] == UInt8(ascii: "}"), index + 1 == bytes.count { index += 1 }
        return (nameStart..<nameEnd, nameEnd + 2..<valueEnd)
    }

    /// Where the comma or the brace stands that follows it.
    private func endOfValue(from start: Int) -> Int? {
        var depth = 0
        var isInText = false
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isInText: index += 1
            case UInt8(ascii: "\""): isInText.toggle()
            case UInt8(ascii: "{") where !isInText, UInt8(ascii: "[") where !isInText: depth += 1
            case UInt8(ascii: "]") where !isInText: depth -= 1
            case UInt8(ascii: "}") where !isInText:
                if depth == 0 { return index > start ? index : nil }
                depth -= 1
            case UInt8(ascii: ",") where !isInText && depth == 0: return index > start ? index : nil
            default: break
            }
            index += 1
        }
        return nil
    }
}
