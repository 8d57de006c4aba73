package import StrictJSON

/// What leads from one state of a tenant's registry to another.
package struct RegistryDiff: Hashable, Sendable {
    package let fromRevision: Int64
    package let toRevision: Int64
    /// What is added or changed, in order of dependence; then what is removed, in the reverse of it: at no point between
    /// does a resource name one that is not there.
    package let changes: [RegistryChange]

    /// At revision 0 nothing has been registered yet, the tenant included.
    package init(from before: TenantRegistry, to after: TenantRegistry) {
        self.init(from: before, to: after, among: Set(before.resources.map(\.key) + after.resources.map(\.key)))
    }

    /// Looks only at `keys`: whoever changed two resources of a hundred thousand knows which.
    init(from before: TenantRegistry, to after: TenantRegistry, among keys: Set<ResourceKey>) {
        fromRevision = before.revision
        toRevision = after.revision
        var puts: [RegistryChange] = []
        var removals: [RegistryChange] = []
        for key in keys.sorted() {
            switch (before.registered(key), after.registered(key)) {
            case (let old?, let new?) where old.isWritten(like: new): continue
            case (nil, nil): continue
            case (let old, let new?): puts.append(RegistryChange(before: old, after: new))
            case (let old, nil): removals.append(RegistryChange(before: old, after: nil))
            }
        }
        changes = puts + removals.reversed()
    }

    package var isEmpty: Bool { changes.isEmpty }

    /// `{"from", "to", "changes": [{"op", "kind", "name", "members": [{"pointer", "before"?, "after"?}]}]}`; what is
    /// created or deleted is one member, the whole document, whose pointer is `""`.
    package var json: JSONValue {
        [
            "from": .integer(fromRevision),
            "to": .integer(toRevision),
            "changes": .array(
                changes.map { change in
                    var object = change.header
                    object["members"] = .array(change.members.map(\.json))
                    return .object(object)
                }),
        ]
    }
}

extension TenantRegistry {
    fileprivate func registered(_ key: ResourceKey) -> RegistryResource? {
        key.kind == .tenant && revision == 0 ? nil : resource(key)
    }
}

extension RegistryResource {
    /// By the documents, because `==` on free text takes what only looks the same for the same.
    fileprivate func isWritten(like other: RegistryResource) -> Bool { json == other.json }
}

extension RegistryChange {
    package enum Operation: String, Hashable, Sendable {
        case create, update, delete
    }

    package var operation: Operation {
        switch (before, after) {
        case (nil, _): .create
        case (_, nil): .delete
        case (_, _): .update
        }
    }

    /// What of the document differs; the whole of it where it is created or deleted.
    package var members: [MemberChange] {
        MemberChange.between(before?.json, after?.json, at: .root)
    }

    /// The members that every JSON form of a change starts with.
    var header: JSONObject {
        var object = JSONObject()
        object["op"] = .string(operation.rawValue)
        object["kind"] = .string(key.kind.rawValue)
        object["name"] = .string(key.name)
        return object
    }
}
