import StrictJSON

typealias LocationID = Int

/// Places in schema documents, as a tree of names: a pointer as text would repeat long names at every level below them.
struct SchemaLocations: Sendable {
    private struct Place {
        let parent: LocationID?
        /// A member's name or an element's index; the document's URI where there is no parent.
        let token: String
        let value: JSONValue
    }

    private struct Step: Hashable {
        let parent: LocationID
        let token: ExactString
    }

    private var places: [Place] = []
    private var children: [Step: LocationID] = [:]

    var count: Int { places.count }

    subscript(location: LocationID) -> JSONValue { places[location].value }

    func parent(of location: LocationID) -> LocationID? { places[location].parent }
    func token(of location: LocationID) -> String { places[location].token }

    /// - Parameter uri: empty for the document that is being compiled.
    mutating func addDocument(_ document: JSONValue, uri: String) -> LocationID {
        places.append(Place(parent: nil, token: uri, value: document))
        return places.count - 1
    }

    /// The member or element that `token` names, `nil` when there is none.
    mutating func child(of parent: LocationID, _ token: String) -> LocationID? {
        let step = Step(parent: parent, token: ExactString(token))
        if let known = children[step] { return known }
        let value: JSONValue?
        switch places[parent].value {
        case .object(let object): value = object[token]
        case .array(let elements): value = Self.index(token).flatMap { $0 < elements.count ? elements[$0] : nil }
        case .null, .bool, .integer, .number, .string: value = nil
        }
        guard let value else { return nil }
        places.append(Place(parent: parent, token: token, value: value))
        children[step] = places.count - 1
        return places.count - 1
    }

    /// RFC 6901 section 4: digits without a leading zero.
    private static func index(_ token: String) -> Int? {
        guard token == "0" || (token.utf8.first != 0x30 && token.utf8.allSatisfy { (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(token)
    }

    /// - Parameter keyword: added at the end when there is one.
    func pointer(to location: LocationID, keyword: String? = nil) -> String {
        var tokens = keyword.map { [$0] } ?? []
        var place = places[location]
        while let parent = place.parent {
            tokens.append(place.token)
            place = places[parent]
        }
        var pointer = InstancePath.pointer(tokens.reversed())
        if !place.token.isEmpty { pointer = place.token + "#" + pointer }
        return pointer
    }
}
