import HallpassCore
import HallpassCrypto
import StrictJSON

/// An audit record as it lies in its column: its canonical JSON, with names, digests and what other columns hold said shorter.
///
/// A record is most of what a call leaves on disk, and most of a record is the same in every other: this took it from 460 bytes to
/// 220. What is hashed, handed out and exported is always the JSON; each coded form stands for one, byte for byte.
///
/// A coded record is a row of members, each a kind, the number of its name and a value. Kinds are bytes below 8, which JSON never
/// holds as such, so a text ends where the next member begins. A record from before there was this lies there as it is: it begins
/// with `{`.
enum AuditRecordCoding {
    /// What other columns of its row say of a record.
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

    private static let quote = UInt8(ascii: "\"")

    /// Codes a record by what is known of it from when it was written, into memory that is there already: a verification's takes
    /// 4 thousand instructions; appended to an array it took 6.5, and to find the members in the canonical JSON again three times
    /// as long as that.
    ///
    /// - Parameter text: for the row that it will lie in, whose other columns say tenant, place and time.
    static func encode(_ text: AuditText) -> [UInt8] {
        text.canonical.withUnsafeBytes { json in
            // Each member takes less than in JSON, where its name stands before it.
            [UInt8](unsafeUninitializedCapacity: json.count) { output, count in
                let output = UnsafeMutableRawBufferPointer(output)
                for (member, value) in text.members {
                    let value = UnsafeRawBufferPointer(rebasing: json[value])
                    count += code(value, of: member, to: UnsafeMutableRawBufferPointer(rebasing: output[count...]))
                }
            }
        }
    }

    /// - Returns: the canonical JSON. What no coding wrote comes back as it is; it meets no hash.
    static func decode(_ coded: [UInt8], at place: Place) -> [UInt8] {
        guard let kind = coded.first, kind != UInt8(ascii: "{") else { return coded }
        var canonical: [UInt8] = []
        canonical.reserveCapacity(coded.count * 2 + 64)
        var index = 0
        while index < coded.count {
            guard let kind = Kind(rawValue: coded[index]), index + 1 < coded.count,
                let member = AuditMember(rawValue: coded[index + 1])
            else { return coded }
            index += 2
            let end = kind.byteCount.map { index + $0 } ?? coded[index...].firstIndex { $0 < Kind.end } ?? coded.count
            guard end <= coded.count else { return coded }
            member.opening.withUTF8Buffer { canonical.append(contentsOf: $0) }
            switch kind {
            case .json: canonical += coded[index..<end]
            case .column: place.appendJSON(of: member, to: &canonical)
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
        canonical[0] = UInt8(ascii: "{")
        return canonical
    }

    /// What a coded record holds of a member that is this text, and perhaps of another that begins with it. Not for what is in
    /// columns.
    static func trace(of text: String, in member: AuditMember) -> [UInt8] {
        let json = JSONValue.string(text).serialized()
        return [UInt8](unsafeUninitializedCapacity: json.count + headBytes) { output, count in
            count = json.withUnsafeBytes { code($0, of: member, to: UnsafeMutableRawBufferPointer(output)) }
        }
    }

    /// Kind and member.
    private static let headBytes = 2

    /// Writes a member to where `output` begins.
    ///
    /// - Parameter json: its value.
    /// - Returns: how many bytes it took.
    private static func code(
        _ json: UnsafeRawBufferPointer, of member: AuditMember, to output: UnsafeMutableRawBufferPointer
    ) -> Int {
        precondition(output.count >= headBytes + json.count, "a coded member that is longer than in JSON")
        let place = UnsafeMutableRawBufferPointer(rebasing: output[headBytes...])
        let kind: Kind
        let count: Int
        switch member {
        case .sequence, .tenant, .time: (kind, count) = (.column, 0)
        default: (kind, count) = code(json, to: place)
        }
        output[0] = kind.rawValue
        output[1] = member.rawValue
        return headBytes + count
    }

    /// A value that is in no other column.
    private static func code(_ json: UnsafeRawBufferPointer, to place: UnsafeMutableRawBufferPointer) -> (Kind, Int) {
        guard json.count > 1, json.first == quote, json.last == quote else {
            place.copyMemory(from: json)
            return (.json, json.count)
        }
        let text = UnsafeRawBufferPointer(rebasing: json.dropFirst().dropLast())
        // Only lengths that these have: most texts are spared the look.
        if let (kind, count) = text.count == 22 ? (Kind.bytes16, 16) : text.count == 43 ? (.bytes32, 32) : nil,
            Base64URL.decode(
                text.assumingMemoryBound(to: UInt8.self),
                filling: UnsafeMutableRawBufferPointer(rebasing: place[..<count]))
        {
            return (kind, count)
        }
        place.copyMemory(from: text)
        return (.text, text.count)
    }
}

extension AuditRecordCoding {
    /// What records are counted by. Names as they stand there; whether they are ours is for others to say.
    struct Outcome: Hashable {
        fileprivate(set) var event = ""
        fileprivate(set) var decision = ""
        fileprivate(set) var code: String?
    }

    /// Reads the outcome without making the record's JSON, and steps over the rest: 25,000 records are counted in 30 ms of CPU
    /// instead of 180.
    ///
    /// - Returns: `nil` for a record that is not coded, that is of another time than its row, or whose names do not lie there
    ///   as plain text: its JSON says it all.
    static func outcome(of coded: [UInt8]) -> Outcome? {
        var outcome = Outcome()
        var isOfItsRow = false
        var index = 0
        while index + 1 < coded.count {
            guard let kind = Kind(rawValue: coded[index]), let member = AuditMember(rawValue: coded[index + 1]) else {
                return nil
            }
            let start = index + 2
            let end = kind.byteCount.map { start + $0 } ?? coded[start...].firstIndex { $0 < Kind.end } ?? coded.count
            guard end <= coded.count else { return nil }
            switch member {
            case .code, .decision, .event:
                let value = coded[start..<end]
                guard kind == .text, !value.contains(UInt8(ascii: "\\")) else { return nil }
                outcome.set(member, String(decoding: value, as: UTF8.self))
            case .time: isOfItsRow = kind == .column
            default: break
            }
            index = end
        }
        return index == coded.count && isOfItsRow ? outcome : nil
    }
}

extension AuditRecordCoding.Outcome {
    fileprivate mutating func set(_ member: AuditMember, _ name: String) {
        switch member {
        case .code: code = name
        case .decision: decision = name
        case .event: event = name
        default: break
        }
    }
}

extension AuditRecordCoding.Place {
    /// A member as this row's other columns have it; nothing of one that they have not.
    fileprivate func appendJSON(of member: AuditMember, to json: inout [UInt8]) {
        switch member {
        case .sequence: json += String(sequence).utf8
        case .tenant: JSONWriter.appendString(tenant.rawValue, to: &json)
        case .time:
            json.append(UInt8(ascii: "\""))
            RFC3339.append(milliseconds: timeMilliseconds, to: &json)
            json.append(UInt8(ascii: "\""))
        default: break
        }
    }
}
