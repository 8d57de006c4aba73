package import HallpassCore
package import HallpassStorage

/// What switching something off ended.
package struct DisableReport: Sendable {
    /// `nil` for a tool, which has no tokens of its own.
    package let cutoff: RevocationCutoff?
    /// Tokens that were good until now.
    package let liveTokens: Int64
}

extension Broker {
    /// Switches something off: it is refused before this returns, and stays so until it is switched on again, whatever
    /// becomes of the registry or the process.
    ///
    /// What was minted for it up to now is ended too, in the same commit: switching it on again brings no token back.
    ///
    /// - Throws: ``HallpassError/notFound`` for what the tenant does not have, so that a slip of the pen is not taken for a
    ///   switch; ``HallpassError/invalidRequest(_:)`` for the client that asks.
    package func disable(
        _ thing: DisabledThing, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> DisableReport {
        try requireSwitch(thing, by: admin)
        let author = admin.author
        let draft = switchEntry(.disable, thing, reason: reason, by: admin, context)
        return try await gate.pass { () async throws(HallpassError) in
            guard let tenant = snapshot.tenants[admin.tenant], thing.exists(in: tenant.registry) else {
                throw .notFound
            }
            guard !admin.isItself(thing) else {
                throw .invalidRequest(
                    path: "/id", rule: "other", message: "must not be the client that asks, which could not undo it")
            }
            let outcome = try await submitCutoff(
                .disable(thing, author: author, reason: reason), for: admin.tenant
            ) { outcome in
                var entry = draft
                if case .switched(_, _?, let count) = outcome { entry.count = count }
                return entry
            }
            guard case .switched(let number, let cutoff, let liveTokens) = outcome else { throw .internal }
            publishTenant(admin.tenant) { tenant in
                let disabled = tenant.disabling(thing)
                return cutoff.map(disabled.revoking) ?? disabled
            }
            if let cutoff {
                feed.announce(.revocation(cutoff), number: number, of: admin.tenant)
            }
            feed.announce(.disable(thing), number: number, of: admin.tenant)
            return DisableReport(cutoff: cutoff, liveTokens: liveTokens)
        }
    }

    /// Switches it on again.
    ///
    /// - Throws: ``HallpassError/notFound`` for what is not off.
    package func enable(
        _ thing: DisabledThing, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        try requireSwitch(thing, by: admin)
        let entry = switchEntry(.enable, thing, reason: reason, by: admin, context)
        try await gate.pass { () async throws(HallpassError) in
            guard snapshot.tenants[admin.tenant]?.disabled.contains(thing) == true else { throw .notFound }
            let outcome = try await submit(.enable(thing), for: admin.tenant) { _ in entry }
            guard case .switched(let number, _, _) = outcome else { throw .internal }
            publishTenant(admin.tenant) { $0.enabling(thing) }
            feed.announce(.enable(thing), number: number, of: admin.tenant)
        }
    }

    /// - Returns: by kind and name.
    package func disabledThings(
        after: DisabledThing?, limit: Int, by admin: TenantAdmin
    ) async throws(HallpassError) -> [DisabledSummary] {
        _ = try registry(by: admin)
        return try await reading { try await registryStore.disabledThings(admin.tenant, after: after, limit: limit) }
    }

    /// A whole tenant is also the platform's to switch.
    private func requireSwitch(_ thing: DisabledThing, by admin: TenantAdmin) throws(HallpassError) {
        if thing.kind == .tenant, admin.permissions.contains(.createTenant) { return }
        try admin.require(.revoke)
    }

    private func switchEntry(
        _ event: AuditEvent, _ thing: DisabledThing, reason: String, by admin: TenantAdmin, _ context: CallContext
    ) -> AuditEntry {
        var entry = AuditEntry(event, .allow, by: admin, context, at: clock)
        entry.target = thing.text
        entry.reason = reason
        return entry
    }
}

extension TenantAdmin {
    /// Whether it is this very client that the switch is of.
    fileprivate func isItself(_ thing: DisabledThing) -> Bool {
        guard case .client(let client) = caller, client.tenant == tenant else { return false }
        return thing.kind == .client && thing.id == client.client.id.rawValue
    }
}
