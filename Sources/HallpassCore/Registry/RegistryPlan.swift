package import StrictJSON

/// What accepting some documents would change, and what the registry would be then. Making one changes nothing.
package struct RegistryPlan: Hashable, Sendable {
    /// In the order of ``RegistryDiff/changes``; empty where everything is as the documents say.
    package let changes: [RegistryChange]
    /// Valid as a whole. Its revision is one more than before, or the same where nothing changes.
    package let result: TenantRegistry
    /// What the authors of documents that are new or changed should know, and what keeps none of them out.
    package private(set) var warnings: [RegistryWarning] = []

    /// Plans to register `documents`.
    ///
    /// - Parameters:
    ///   - prune: also remove what the documents do not name. The tenant itself always stays.
    ///   - keeping: what `prune` must not remove: the client that asks would lock itself out.
    /// - Throws: everything that is wrong with the documents and with what the registry would become.
    package static func make(
        current: TenantRegistry, documents: [RegistryResource], prune: Bool, keeping: Set<ResourceKey> = []
    ) throws(RegistryViolations) -> RegistryPlan {
        var registry = current
        var found: [RegistryViolation] = []
        var warnings: [RegistryWarning] = []
        var documentByKey: [ResourceKey: Int] = [:]
        for (index, document) in documents.enumerated() {
            if let violation = violation(
                of: document, in: current.tenant, isRepeated: documentByKey[document.key] != nil)
            {
                found.append(RegistryViolation(key: document.key, document: index, violation: violation))
                continue
            }
            documentByKey[document.key] = index
            if current.resource(document.key) != document {
                let findings = document.schemaFindings
                found += findings.violations.map {
                    RegistryViolation(key: document.key, document: index, violation: $0)
                }
                warnings += findings.warnings.prefix(Limits.warningsPerChange - warnings.count).map {
                    RegistryWarning(key: document.key, document: index, finding: $0)
                }
            }
            registry.put(document)
        }
        var touched = Set(documentByKey.keys)
        if prune {
            let unnamed = current.resources.map(\.key).filter { documentByKey[$0] == nil && !keeping.contains($0) }
            for key in unnamed { registry.remove(key) }
            touched.formUnion(unnamed)
        }
        found += RegistryValidation.violations(in: registry).map { violation in
            let document = violation.key.flatMap { documentByKey[$0] }
            return RegistryViolation(key: violation.key, document: document, violation: violation.violation)
        }
        guard found.isEmpty else { throw RegistryViolations(found) }
        var plan = RegistryPlan(from: current, to: registry, touching: touched)
        plan.warnings = warnings
        return plan
    }

    /// - Parameters:
    ///   - registry: valid; its revision does not matter.
    ///   - touched: at least all that differs. The first change of all registers the tenant too.
    init(from current: TenantRegistry, to registry: TenantRegistry, touching touched: Set<ResourceKey>) {
        var next = registry
        next.revision = current.revision + 1
        let tenant = RegistryResource.tenant(next.tenant).key
        changes = RegistryDiff(from: current, to: next, among: touched.union([tenant])).changes
        result = changes.isEmpty ? current : next
    }

    /// What is wrong with a document in the company of the others.
    private static func violation(
        of document: RegistryResource, in tenant: Tenant, isRepeated: Bool
    ) -> JSONViolation? {
        if case .tenant(let other) = document, other.id != tenant.id {
            return JSONViolation(
                path: "/id", rule: "tenant", message: "must be \(tenant.id), the tenant this is applied to")
        }
        guard isRepeated else { return nil }
        return JSONViolation(path: "", rule: "unique", message: "has the kind and name of an earlier document")
    }
}

extension RegistryPlan {
    package var isEmpty: Bool { changes.isEmpty }

    /// Whether a client that has `platform_admin`, or had it, is another afterwards.
    package var touchesPlatformAdmin: Bool {
        changes.contains { change in
            [change.before, change.after].contains { resource in
                guard case .client(let client) = resource else { return false }
                return client.isPlatformAdmin
            }
        }
    }

    /// One line a change, for people: `+ connector crm-mcp`, `~ deployment crm-mcp@prod  auth/scopes tools_allow`,
    /// `- grant alice-crm`.
    package var lines: [String] { changes.map(\.line) }

    /// `{"changes": [{"op", "kind", "name", "fields": [pointer]}], "revision"}`; only an update has fields. `revision` is
    /// that of the result.
    package var json: JSONValue {
        [
            "changes": .array(
                changes.map { change in
                    var object = change.header
                    object["fields"] = JSONValue(names: change.changedFields.map(\.description))
                    return .object(object)
                }),
            "revision": .integer(result.revision),
        ]
    }
}

extension RegistryChange {
    fileprivate var changedFields: [JSONPointer] {
        operation == .update ? members.map(\.pointer) : []
    }

    fileprivate var line: String {
        switch operation {
        case .create: "+ \(key.text)"
        case .delete: "- \(key.text)"
        case .update: "~ \(key.text)  \(printableFields.joined(separator: " "))"
        }
    }

    /// Goes no deeper than a schema: the names in one may be any text, and a terminal must not be asked to print that.
    private var printableFields: [String] {
        var fields: [String] = []
        for pointer in changedFields {
            let depth = pointer.tokens.firstIndex(of: "input_schema").map { $0 + 1 } ?? pointer.tokens.count
            let field = pointer.tokens.prefix(depth).joined(separator: "/")
            if fields.last != field { fields.append(field) }
        }
        return fields
    }
}
