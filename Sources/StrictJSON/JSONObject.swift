/// The members of one JSON object, in the order they were written, each name once.
///
/// Names are told apart by their UTF-8 bytes (see ``ExactString``). Equality ignores the order of the members.
///
/// Lookup and append are linear in the member count up to ``indexedFromCount`` members and constant on average beyond,
/// so that a document of many members costs time linear in its size. Removing a member is always linear.
package struct JSONObject: Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package var value: JSONValue

        package static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }

        package func hash(into hasher: inout Hasher) {
            name.hashBytes(into: &hasher)
            hasher.combine(value)
        }
    }

    /// From this many members on, a hash table beats comparing names one by one.
    private static let indexedFromCount = 17

    package private(set) var members: [Member] = []

    /// Where each name stands in ``members``; empty while the object is small.
    private var index: [ExactString: Int] = [:]

    package init() {}
}

extension JSONObject {
    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// Setting keeps the place of a member that is there and appends one that is not; setting `nil` removes it.
    ///
    /// `nil` is the absence of a member, `JSONValue.null` the presence of a null.
    package subscript(name: String) -> JSONValue? {
        get { position(of: name).map { members[$0].value } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): insertNew(name, value)
            case (nil, nil): break
            }
        }
    }

    package func contains(_ name: String) -> Bool { position(of: name) != nil }

    /// Adds a member at the end.
    ///
    /// - Returns: `false`, and the object is as it was, when it already has a member of that name.
    package mutating func append(_ name: String, _ value: JSONValue) -> Bool {
        guard position(of: name) == nil else { return false }
        insertNew(name, value)
        return true
    }

    /// The place of a member in ``members``.
    func position(of name: String) -> Int? {
        guard index.isEmpty else { return index[ExactString(name)] }
        return members.firstIndex { $0.name.hasSameBytes(as: name) }
    }

    private mutating func insertNew(_ name: String, _ value: JSONValue) {
        if members.isEmpty { members.reserveCapacity(4) }
        members.append(Member(name: name, value: value))
        if !index.isEmpty {
            index[ExactString(name)] = members.count - 1
        } else if members.count == Self.indexedFromCount {
            rebuildIndex()
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        rebuildIndex()
    }

    private mutating func rebuildIndex() {
        index.removeAll()
        guard members.count >= Self.indexedFromCount else { return }
        for (position, member) in members.enumerated() {
            index[ExactString(member.name)] = position
        }
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
    package var underestimatedCount: Int { members.count }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        // A sum, because equal objects may hold their members in any order.
        var sum = 0
        for member in members { sum &+= member.hashValue }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}
