import HallpassCore
import HallpassCrypto
import StrictJSON

@testable import HallpassStorage

/// Codes a record from its text alone, member by member: what coding it as it is written is held against, and the way to code
/// what no entry would be written as.
extension AuditRecordCoding {
    private enum Kind: UInt8 {
        case text = 1
        case json = 2
        case bytes16 = 3
        case bytes32 = 4
        case column = 5
    }

    private static let names: [[UInt8]] = [
        "act", "act_issuer", "address", "admin", "approval_id", "args_sha256", "call_id", "check", "client_id", "code",
        "connector", "count", "credential_sha256", "decision", "duration_us", "environment", "event", "issuer", "jti",
        "proof_check", "reason", "request_id", "revision", "scope", "seq", "sub", "target", "tenant", "time",
        "token_kind", "tool", "txn",
    ].map { Array($0.utf8) }

    /// The members that other columns of a row have, by their numbers.
    fileprivate enum Column: Int {
        case sequence = 24
        case tenant = 27
        case time = 28
    }

    private static var quote: UInt8 { UInt8(ascii: "\"") }

    /// - Parameter canonical: one object in canonical JSON.
    static func encode(_ canonical: [UInt8], at place: Place) -> [UInt8] {
        var coded: [UInt8] = []
        coded.reserveCapacity(canonical.count / 2 + 32)
        var reader = MemberReader(canonical)
        var expected = 0
        while let (name, value) = reader.next() {
            guard let number = number(of: canonical, name, after: expected) else { return canonical }
            append(canonical, value, number: number, at: place, to: &coded)
            expected = number + 1
        }
        return reader.isAtEnd && !coded.isEmpty ? coded : canonical
    }

    /// Most names are the next one in the list, or nearly.
    private static func number(of bytes: [UInt8], _ name: Range<Int>, after expected: Int) -> Int? {
        for number in expected..<names.count where bytes.has(names[number], at: name) { return number }
        for number in 0..<expected where bytes.has(names[number], at: name) { return number }
        return nil
    }

    private static func append(
        _ bytes: [UInt8], _ json: Range<Int>, number: Int, at place: Place?, to coded: inout [UInt8]
    ) {
        if let place, Column(rawValue: number) != nil {
            var column: [UInt8] = []
            place.appendJSON(of: number, to: &column)
            if bytes.has(column, at: json) { return begin(.column, number, &coded) }
        }
        guard json.count > 1, bytes[json.lowerBound] == quote, bytes[json.upperBound - 1] == quote else {
            begin(.json, number, &coded)
            coded += bytes[json]
            return
        }
        let text = json.dropFirst().dropLast()
        // Only lengths that these have: most texts are spared the look.
        if let kind = text.count == 22 ? Kind.bytes16 : text.count == 43 ? .bytes32 : nil {
            begin(kind, number, &coded)
            if Base64URL.append(decoding: bytes[text], to: &coded) { return }
            coded.removeLast(2)
        }
        begin(.text, number, &coded)
        coded += bytes[text]
    }

    private static func begin(_ kind: Kind, _ number: Int, _ coded: inout [UInt8]) {
        coded.append(kind.rawValue)
        coded.append(UInt8(number))
    }
}

extension AuditRecordCoding.Place {
    /// A member as this row's other columns have it; nothing of one that they have not.
    fileprivate func appendJSON(of number: Int, to json: inout [UInt8]) {
        switch AuditRecordCoding.Column(rawValue: number) {
        case .sequence: json += String(sequence).utf8
        case .tenant: JSONWriter.appendString(tenant.rawValue, to: &json)
        case .time:
            json.append(UInt8(ascii: "\""))
            RFC3339.append(milliseconds: timeMilliseconds, to: &json)
            json.append(UInt8(ascii: "\""))
        case nil: break
        }
    }
}

extension [UInt8] {
    /// Whether just these bytes stand there.
    fileprivate func has(_ other: [UInt8], at range: Range<Int>) -> Bool {
        guard other.count == range.count else { return false }
        for offset in 0..<other.count where self[range.lowerBound + offset] != other[offset] { return false }
        return true
    }
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
        guard let nameEnd = quote(from: nameStart), nameEnd + 1 < bytes.count,
            bytes[nameEnd + 1] == UInt8(ascii: ":"), let valueEnd = endOfValue(from: nameEnd + 2)
        else { return nil }
        index = valueEnd
        // The last member ends the object, and nothing may follow that.
        if bytes[index] == UInt8(ascii: "}"), index + 1 == bytes.count { index += 1 }
        return (nameStart..<nameEnd, nameEnd + 2..<valueEnd)
    }

    private func quote(from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\"") { return index }
            index += 1
        }
        return nil
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
