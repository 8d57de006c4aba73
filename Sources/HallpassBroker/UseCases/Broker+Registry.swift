package import HallpassCore
import HallpassCrypto
import HallpassStorage
package import StrictJSON

/// What an accepted change of the registry amounts to.
package struct RegistryAnswer: Sendable {
    package let plan: RegistryPlan
    /// The revision it made, or the current one where nothing changed or nothing was to be changed.
    package let revision: Int64
    /// The first secrets of new clients, to be shown once.
    package let secrets: [ClientID: ClientSecret]
}

/// Under which condition one resource may be replaced or removed.
package enum ChangeCondition: Hashable, Sendable {
    case none
    /// `If-Match`: only if it still is what this tag names.
    case matches(String)
    /// `If-None-Match: *`: only if it is not there yet.
    case absent
}

extension Broker {
    /// Declares what the registry should hold: all of it or none.
    ///
    /// - Parameters:
    ///   - isDryRun: stops after the plan; nothing is changed or recorded.
    ///   - prune: removes what the documents no longer name.
    /// - Throws: ``HallpassError/invalidRequest(_:)`` with a pointer `/documents/N/…` for everything that is wrong.
    package func apply(
        _ documents: [JSONValue], isDryRun: Bool, prune: Bool, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RegistryAnswer {
        try admin.require(.changeRegistry)
        return try await gate.pass { () async throws(HallpassError) in
            let current = try currentRegistry(admin)
            let plan: RegistryPlan
            let resources: [RegistryResource]
            do throws(RegistryViolations) {
                resources = try RegistryResource.readAll(documents)
                plan = try RegistryPlan.make(
                    current: current, documents: resources, prune: prune, keeping: admin.ownKeys)
            } catch {
                throw error.error { JSONPointer.root.appending("documents").appending($0) }
            }
            try admin.requireReach(plan)
            try await checkIssuerKeys(in: plan) { key in
                let index = resources.firstIndex { $0.key == key } ?? 0
                return JSONPointer.root.appending("documents").appending(index)
            }
            guard !isDryRun else { return RegistryAnswer(plan: plan, revision: current.revision, secrets: [:]) }
            return try await commit(plan, summary: prune ? "apply --prune" : "apply", by: admin.changeAuthor, context)
        }
    }

    /// Adds or replaces one resource.
    package func put(
        _ document: JSONValue, at key: ResourceKey, if condition: ChangeCondition, by admin: TenantAdmin,
        _ context: CallContext
    ) async throws(HallpassError) -> RegistryAnswer {
        try admin.require(.changeRegistry)
        return try await gate.pass { () async throws(HallpassError) in
            let current = try currentRegistry(admin)
            let resource = try read(document, as: key)
            try condition.check(current.resource(key))
            let plan = try RegistryPlan.put(resource, into: current)
            try admin.requireReach(plan)
            try await checkIssuerKeys(in: plan) { _ in .root }
            return try await commit(plan, summary: "put \(key.text)", by: admin.changeAuthor, context)
        }
    }

    /// Removes one resource, with what depends on it if `cascade` says so.
    package func delete(
        _ key: ResourceKey, cascade: Bool, if condition: ChangeCondition, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RegistryAnswer {
        try admin.require(.changeRegistry)
        return try await gate.pass { () async throws(HallpassError) in
            let current = try currentRegistry(admin)
            guard let resource = current.resource(key), key.kind != .tenant else { throw .notFound }
            guard !admin.ownKeys.contains(key) else {
                throw .forbidden(needs: "a client does not remove itself")
            }
            try condition.check(resource)
            let plan = try RegistryPlan.delete(key, from: current, cascade: cascade)
            try admin.requireReach(plan)
            return try await commit(plan, summary: "delete \(key.text)", by: admin.changeAuthor, context)
        }
    }

    /// Makes the registry what it was at an earlier revision, as a new revision.
    package func restore(
        revision: Int64, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RegistryAnswer {
        try admin.require(.changeRegistry)
        return try await gate.pass { () async throws(HallpassError) in
            let current = try currentRegistry(admin)
            guard let past = try await registry(asOf: revision, by: admin) else { throw .notFound }
            let plan: RegistryPlan
            do throws(RegistryViolations) {
                plan = try RegistryPlan.make(
                    current: current, documents: past.resources, prune: true, keeping: admin.ownKeys)
            } catch {
                throw error.error { JSONPointer.root.appending("documents").appending($0) }
            }
            try admin.requireReach(plan)
            return try await commit(plan, summary: "restore revision \(revision)", by: admin.changeAuthor, context)
        }
    }

    /// One document, which must be that of this key.
    private func read(_ document: JSONValue, as key: ResourceKey) throws(HallpassError) -> RegistryResource {
        let resource: RegistryResource
        do throws(JSONViolations) {
            resource = try RegistryResource.read(document)
        } catch {
            throw .invalidRequest(error.violations)
        }
        guard resource.key == key else {
            throw .invalidRequest(path: "", rule: "path", message: "must be the resource that the path names")
        }
        return resource
    }

    private func currentRegistry(_ admin: TenantAdmin) throws(HallpassError) -> TenantRegistry {
        let snapshot = snapshot
        if let tenant = snapshot.tenants[admin.tenant] { return tenant.registry }
        // Since the admin was let in.
        guard snapshot.deleted[admin.tenant] == nil else { throw .tenantDeleted }
        try admin.require(.createTenant)
        return TenantRegistry(tenant: Tenant(id: admin.tenant))
    }

    /// Commits, publishes, answers; in this order. To be called inside ``gate``.
    func commit(
        _ plan: RegistryPlan, summary: String, by author: ChangeAuthor, _ context: CallContext
    ) async throws(HallpassError) -> RegistryAnswer {
        let expectedRevision = snapshot.tenants[author.tenant]?.registry.revision
        let isNew = expectedRevision == nil
        guard isNew || !plan.changes.isEmpty else {
            return RegistryAnswer(plan: plan, revision: plan.result.revision, secrets: [:])
        }
        let material: NewMaterial
        do {
            material = try await newMaterial(for: plan, tenant: author.tenant, isNew: isNew)
        } catch {
            throw .unavailable
        }
        var entry = AuditEntry(
            isNew ? .tenantCreate : .registryChange, .allow, by: author.caller, in: author.tenant, context, at: clock)
        entry.target = summary
        entry.count = Int64(plan.changes.count)
        let draft = entry
        let released = snapshot.tenants[author.tenant]?.quarantine.released(by: plan.changes) ?? []
        let accepted = released.map { row in
            var entry = AuditEntry(
                .toolAccept, .allow, by: author.caller, in: author.tenant, context, at: clock)
            entry.connector = row.connector
            entry.tool = row.observed.name
            return entry
        }
        let revision = try await registryStore.commit(
            RegistryCommit(
                tenant: author.tenant, expectedRevision: expectedRevision ?? 0, changes: plan.changes,
                author: author.name, summary: summary, timeMilliseconds: clock.nowMilliseconds(),
                keys: material.keys, secrets: material.secretRows, released: released, rootKey: material.rootKey,
                dataKey: material.dataKey
            ) { revision in
                ([draft] + accepted).map { entry in
                    var entry = entry
                    entry.revision = revision
                    return entry
                }
            })
        do {
            try await reload(author.tenant)
        } catch {
            // It is on disk but cannot be read back: better to say so than to answer from the past.
            throw .storageUnavailable
        }
        for row in released { feed.announce(.release(row.key), of: author.tenant) }
        feed.announce(.registry(revision: revision), of: author.tenant)
        return RegistryAnswer(plan: plan, revision: revision, secrets: material.secrets)
    }

    private struct NewMaterial {
        var rootKey: SealedKeyRow?
        var dataKey: SealedKeyRow?
        var keys: [SigningKeyRow] = []
        var secretRows: [ClientSecretRow] = []
        var secrets: [ClientID: ClientSecret] = [:]
    }

    /// Keys for new deployments and secrets for new clients, to be committed with them.
    private func newMaterial(for plan: RegistryPlan, tenant: TenantID, isNew: Bool) async throws -> NewMaterial {
        var material = NewMaterial()
        var rootVersion: Int64 = 1
        if isNew {
            material.rootKey = try tenantKeys.makeRow(
                .root, tenant: tenant, version: 1, createdAt: clock.nowSeconds)
            material.dataKey = try tenantKeys.makeRow(
                .data, tenant: tenant, version: 1, createdAt: clock.nowSeconds)
        } else {
            rootVersion = try await registryStore.rootKeyVersion(tenant)
        }
        for change in plan.changes where change.before == nil {
            switch change.after {
            case .deployment(let deployment):
                material.keys.append(try newKey(for: deployment.id, of: tenant, rootVersion: rootVersion))
            case .client(let client):
                let secret = try ClientSecret.make(for: client.id)
                material.secrets[client.id] = secret
                material.secretRows.append(
                    ClientSecretRow(
                        tenant: tenant, client: client.id, digest: secret.digest, createdAt: clock.nowSeconds,
                        expiresAt: nil))
            default: break
            }
        }
        return material
    }
}

extension ChangeCondition {
    func check(_ resource: RegistryResource?) throws(HallpassError) {
        switch self {
        case .none: return
        case .absent: guard resource == nil else { throw .revisionConflict }
        case .matches(let tag):
            guard let resource, tag == "*" || tag == resource.entityTag else { throw .revisionConflict }
        }
    }
}

extension RegistryResource {
    /// Names this very content: the start of the SHA-256 of its canonical form, 22 characters.
    package var entityTag: String { String(Base64URL.encode(SHA256.hash(CanonicalJSON.bytes(of: json))).prefix(22)) }
}

extension TenantAdmin {
    /// What the change must not take away from whoever makes it: themselves.
    fileprivate var ownKeys: Set<ResourceKey> {
        guard case .client(let client) = caller, client.tenant == tenant else { return [] }
        return [ResourceKey(kind: .client, name: client.client.id.rawValue)]
    }

    var changeAuthor: ChangeAuthor { ChangeAuthor(tenant: tenant, name: author, caller: caller) }
}

/// In whose name a change is made: as the revision's history has it, and as the audit does.
struct ChangeAuthor {
    let tenant: TenantID
    let name: String
    /// `nil` where nobody has credentials yet.
    let caller: Caller?
}
