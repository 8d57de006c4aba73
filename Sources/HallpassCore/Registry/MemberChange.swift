package import StrictJSON

/// One member of a document that differs between two versions of it.
package struct MemberChange: Hashable, Sendable {
    /// The elements of a list of named things, such as `tools`, stand under their names and not under their numbers
    /// (`/tools/add_note/effect`): a number would mean another tool in each of the two documents.
    package let pointer: JSONPointer
    /// `nil`: not there.
    package let before: JSONValue?
    package let after: JSONValue?

    package init(pointer: JSONPointer, before: JSONValue?, after: JSONValue?) {
        self.pointer = pointer
        self.before = before
        self.after = after
    }

    /// `{"pointer", "before"?, "after"?}`
    package var json: JSONValue {
        var object = JSONObject()
        object["pointer"] = .string(pointer.description)
        object["before"] = before
        object["after"] = after
        return .object(object)
    }

    /// Goes down into objects and lists of named things; any other value changes as a whole.
    static func between(_ before: JSONValue?, _ after: JSONValue?, at pointer: JSONPointer) -> [MemberChange] {
        guard before != after else { return [] }
        guard let old = before.flatMap(NamedMembers.init), let new = after.flatMap(NamedMembers.init),
            old.isList == new.isList
        else {
            return [MemberChange(pointer: pointer, before: before, after: after)]
        }
        var changes: [MemberChange] = []
        for member in old.members {
            changes += between(member.value, new.members[member.name], at: pointer.appending(member.name))
        }
        for member in new.members where !old.members.contains(member.name) {
            changes.append(MemberChange(pointer: pointer.appending(member.name), before: nil, after: member.value))
        }
        if old.isList, old.names(sharedWith: new) != new.names(sharedWith: old) {
            changes.append(MemberChange(pointer: pointer, before: .array(old.names), after: .array(new.names)))
        }
        return changes
    }
}

/// An object, or an array of objects that each have a `name` of their own.
private struct NamedMembers {
    let members: JSONObject
    let isList: Bool

    init?(_ value: JSONValue) {
        switch value {
        case .object(let object):
            members = object
            isList = false
        case .array(let elements):
            var members = JSONObject()
            for element in elements {
                guard let name = element.objectValue?["name"]?.stringValue, members.append(name, element) else {
                    return nil
                }
            }
            self.members = members
            isList = true
        case .null, .bool, .integer, .number, .string: return nil
        }
    }

    var names: [JSONValue] { members.map { .string($0.name) } }

    func names(sharedWith other: NamedMembers) -> [JSONValue] {
        members.filter { other.members.contains($0.name) }.map { .string($0.name) }
    }
}
