import StrictJSON

/// `{"keys":[…]}`, registered by an admin or published by a provider. Source: RFC 7517 section 5.
package enum JSONWebKeySet {
    /// Why a published set is of no use.
    package enum Fault: Error, Hashable, Sendable {
        case notJSON
        case notKeySet
        case tooManyKeys
        case repeatedID
        case noUsableKey
    }

    /// Reads what a provider publishes. Keys for other purposes or of other kinds may stand among them; keys that would be
    /// refused at registration are left out too, and what is signed with them proves nothing.
    package static func published(_ bytes: [UInt8]) throws(Fault) -> [JSONWebKey] {
        // Which rule of JSON broke does not matter: the set is the provider's to mend.
        guard let document = try? JSONParser.parse(bytes, limits: JSONLimits(depth: Limits.jsonDepth)) else {
            throw .notJSON
        }
        guard let objects = document.objectValue?["keys"]?.arrayValue else { throw .notKeySet }
        guard objects.count <= Limits.publishedKeys else { throw .tooManyKeys }
        // A fault in one key is no fault of the others.
        let usable = objects.compactMap { $0.objectValue.flatMap { try? JSONWebKey($0) } }
        let keys = usable.count == 1 ? usable : usable.filter { $0.id != nil }
        guard Set(keys.map(\.id)).count == keys.count else { throw .repeatedID }
        guard !keys.isEmpty else { throw .noUsableKey }
        return keys
    }

    static func json(_ keys: [JSONWebKey]) -> JSONValue { ["keys": .array(keys.map(\.json))] }
}

extension JSONObjectReader {
    /// A set as an admin registers it: every key has to be one that can be used.
    func optionalKeySet(_ name: String) -> [JSONWebKey]? {
        optionalObject(name) { reader in
            guard let elements = reader.requiredArray("keys", count: 1...Limits.keysPerIssuer) else { return nil }
            var keys: [JSONWebKey] = []
            var seen: Set<KeyName> = []
            for (index, element) in elements.enumerated() {
                let place = reader.pointer.appending("keys").appending(index)
                guard let object = element.objectValue else {
                    reader.refuse(at: place, rule: "type", message: "must be an object")
                    continue
                }
                do throws(JSONWebKey.Fault) {
                    let key = try JSONWebKey(object)
                    reader.checkID(key.id, isOnly: elements.count == 1, seen: &seen, at: place.appending("kid"))
                    keys.append(key)
                } catch {
                    reader.refuse(
                        at: place.appending(error.member.description), rule: error.rule.description,
                        message: error.message.description)
                }
            }
            return keys.count == elements.count ? keys : nil
        }
    }

    private func checkID(_ id: KeyName?, isOnly: Bool, seen: inout Set<KeyName>, at place: JSONPointer) {
        guard let id else {
            if !isOnly { refuse(at: place, rule: "required", message: "is required where there are several keys") }
            return
        }
        if !seen.insert(id).inserted {
            refuse(at: place, rule: "unique", message: "must not repeat that of an earlier key")
        }
    }
}
