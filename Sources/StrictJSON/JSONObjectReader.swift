/// Reads an object that has a closed set of fields, and gathers all that is wrong with it instead of the first thing.
///
///     let card = try JSONObjectReader.decode(document) { reader in
///         let server = reader.requiredString("server", lengthBytes: 1...64)
///         let mode = reader.requiredObject("auth") { auth in auth.requiredChoice("mode", AuthMode.self) }
///         guard let server, let mode else { return nil }
///         return Card(server: server, mode: mode)
///     }
///
/// Every accessor returns `nil` where the field is absent or wrong, having noted the violation; a field that no accessor
/// asked for is a violation of its own. So fields have to be read first and missed afterwards, as above: a `guard` in
/// front of an accessor leaves the fields after it unread, and they are then reported as unknown.
///
/// A null is not an absent field: an optional field that is null is refused. ``optionalValue(_:)`` takes any value.
package final class JSONObjectReader {
    package let object: JSONObject

    /// Where ``object`` stands in the document.
    package let pointer: JSONPointer

    private let findings: Findings
    private var isRead: [Bool]

    private init(_ object: JSONObject, at pointer: JSONPointer, findings: Findings) {
        self.object = object
        self.pointer = pointer
        self.findings = findings
        isRead = Array(repeating: false, count: object.count)
    }

    /// Runs `read` over `document` and checks that it asked for every field there is.
    ///
    /// - Parameters:
    ///   - pointer: where `document` stands in what its author wrote; paths of violations start there.
    ///   - read: `nil` where a violation keeps it from building the value.
    /// - Throws: all violations, where there is one or `read` returned `nil`.
    package static func decode<Value>(
        _ document: JSONValue, at pointer: JSONPointer = .root, _ read: (JSONObjectReader) -> Value?
    ) throws(JSONViolations) -> Value {
        let findings = Findings()
        let value = nested(document, at: pointer, findings: findings, read)
        if let value, findings.violations.isEmpty { return value }
        // A closure that gives up without a word is a bug of ours, but the document stays refused.
        if findings.violations.isEmpty { findings.add(pointer, rule: "format", message: "is not valid") }
        throw JSONViolations(violations: findings.violations)
    }

    private static func nested<Value>(
        _ document: JSONValue, at pointer: JSONPointer, findings: Findings, _ read: (JSONObjectReader) -> Value?
    ) -> Value? {
        guard let object = document.objectValue else {
            findings.add(pointer, rule: "type", message: "must be an object")
            return nil
        }
        let reader = JSONObjectReader(object, at: pointer, findings: findings)
        let value = read(reader)
        reader.refuseUnknownFields()
        return value
    }

    private func refuseUnknownFields() {
        for (member, isRead) in zip(object.members, isRead) where !isRead {
            guard !findings.isFull else { return }
            let path = pointer.appending(Self.printable(member.name))
            findings.add(path, rule: "unknown", message: "is not a field of this object")
        }
    }

    /// A name from outside as far as it may be shown: 64 bytes of printable ASCII, all else replaced or cut.
    private static func printable(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(64).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        return String(shown) + (shown.count < name.unicodeScalars.count ? "?" : "")
    }
}

extension JSONObjectReader {
    /// Notes a violation of a rule that the accessors do not know, at the field `name` of this object.
    ///
    /// - Parameter message: a clause that follows the path; static, so that it cannot repeat a value.
    package func refuse(_ name: String, rule: StaticString, message: StaticString) {
        refuse(at: pointer.appending(name), rule: rule.description, message: message.description)
    }

    /// - Parameter message: made of this program's own words and limits only.
    package func refuse(at pointer: JSONPointer, rule: String, message: String) {
        findings.add(pointer, rule: rule, message: message)
    }

    /// The field's value, which from now on counts as read.
    func take(_ name: String, _ presence: Presence) -> JSONValue? {
        guard let position = object.position(of: name) else {
            if presence == .required { refuse(name, rule: "required", message: "is required") }
            return nil
        }
        isRead[position] = true
        return object.members[position].value
    }

    /// The field's value as `extract` sees it; where that is `nil` the field is of the wrong type.
    func take<Value>(
        _ name: String, _ presence: Presence, as type: StaticString, _ extract: (JSONValue) -> Value?
    ) -> Value? {
        guard let value = take(name, presence) else { return nil }
        if let extracted = extract(value) { return extracted }
        let hint = presence == .optional && value.isNull ? " or be left out, not null" : ""
        refuse(at: pointer.appending(name), rule: "type", message: "must be \(type)\(hint)")
        return nil
    }

    /// Reads `value`, which stands somewhere below this object, as a closed object of its own.
    func nested<Value>(_ value: JSONValue, at pointer: JSONPointer, _ read: (JSONObjectReader) -> Value?) -> Value? {
        Self.nested(value, at: pointer, findings: findings, read)
    }

    enum Presence { case required, optional }
}

/// What one document's readers found, the outermost and all nested ones.
private final class Findings {
    private(set) var violations: [JSONViolation] = []

    var isFull: Bool { violations.count == JSONViolations.countMaximum }

    func add(_ pointer: JSONPointer, rule: String, message: String) {
        guard !isFull else { return }
        violations.append(JSONViolation(path: pointer.description, rule: rule, message: message))
    }
}
