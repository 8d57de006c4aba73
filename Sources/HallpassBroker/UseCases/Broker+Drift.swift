package import HallpassCore
import HallpassStorage
import StrictJSON

/// What a look at a running server showed.
package struct ToolObservation: Sendable {
    package let connector: ConnectorID
    package let drifts: [ToolDrift]
    /// Those that are in quarantine now, or would be after a dry run.
    package let quarantined: [ToolName]
}

/// One quarantined tool as somebody has looked at it.
package struct QuarantineChoice: Hashable, Sendable {
    package let tool: ToolName
    /// Of the definition that was looked at, so that no other is decided on.
    package let digest: String

    package init(tool: ToolName, digest: String) {
        self.tool = tool
        self.digest = digest
    }
}

/// What servers really have, against what is registered.
extension Broker {
    /// Compares a server's list with the registered tools; those that differ are in quarantine before this returns.
    ///
    /// Only a person lifts a quarantine: a server that shows the registered definition again is noted, and that is all.
    package func observe(
        _ tools: [ToolDefinition], of connector: ConnectorID, isDryRun: Bool, by admin: TenantAdmin,
        _ context: CallContext
    ) async throws(HallpassError) -> ToolObservation {
        try admin.require(.observeTools)
        return try await gate.pass { () async throws(HallpassError) in
            guard let tenant = snapshot.tenants[admin.tenant], let known = tenant.registry.connectors[connector] else {
                throw .notFound
            }
            let drifts = ToolDrift.between(known.tools, tools)
            let quarantine = tenant.quarantine
            let updates = quarantine.updates(
                drifts, of: connector, reportedBy: admin.author, nowSeconds: clock.nowSeconds)
            if !isDryRun {
                var report = AuditEntry(.toolsObserve, .allow, by: admin, context, at: clock)
                report.connector = connector
                report.count = Int64(drifts.count { $0.state != .same })
                let entries = updates.filter { $0.settledAt == nil }.map { row in
                    var entry = AuditEntry(.toolQuarantine, .allow, by: admin, context, at: clock)
                    entry.connector = connector
                    entry.tool = row.observed.name
                    return entry
                }
                try await registryStore.quarantine(updates, of: admin.tenant, audit: [report] + entries)
                if !updates.isEmpty { try await reading { try await reload(admin.tenant) } }
                for row in updates where row.settledAt == nil {
                    feed.announce(.quarantine(row.key), of: admin.tenant)
                }
            }
            let changed = Set(drifts.filter { $0.state == .changed }.map(\.name))
            return ToolObservation(
                connector: connector, drifts: drifts,
                quarantined: known.tools.map(\.name).filter {
                    changed.contains($0) || quarantine.holds($0, of: connector)
                })
        }
    }

    /// The quarantined tools with what has become of them, by connector and name.
    package func quarantine(
        by admin: TenantAdmin
    ) throws(HallpassError) -> [(tool: QuarantinedTool, changes: [MemberChange])] {
        try admin.require(.readRegistry)
        guard let tenant = snapshot.tenants[admin.tenant] else { throw .notFound }
        return tenant.quarantine.all.compactMap { quarantined in
            let tool = tenant.registry.connectors[quarantined.connector]?.tool(quarantined.observed.name)
            return tool.map { (quarantined, ToolDrift(of: $0, observed: quarantined.observed).changes) }
        }
    }

    /// Registers what the server shows, as a new revision, and lifts the quarantines.
    ///
    /// - Throws: ``HallpassError/revisionConflict`` where the server has been seen with yet another definition since,
    ///   ``HallpassError/invalidRequest(_:)`` with paths into the Connector document where a definition cannot be registered:
    ///   its schema does not compile, or describes no idempotency key for a tool that changes something.
    package func accept(
        _ choices: [QuarantineChoice], of connector: ConnectorID, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> RegistryAnswer {
        try admin.require(.changeRegistry)
        return try await gate.pass { () async throws(HallpassError) in
            let (tenant, rows) = try chosen(choices, of: connector, by: admin)
            guard let known = tenant.registry.connectors[connector] else { throw .notFound }
            let observed = Dictionary(rows.map { ($0.observed.name, $0.observed) }, uniquingKeysWith: { $1 })
            let changed = Connector(
                id: known.id, resource: known.resource, owner: known.owner, description: known.description,
                tools: known.tools.map { tool in observed[tool.name].map(tool.redefined) ?? tool })
            let resource: RegistryResource
            do throws(JSONViolations) {
                // Through its document, so that what no document may say is not registered this way either.
                resource = try RegistryResource.read(RegistryResource.connector(changed).json)
            } catch {
                throw .invalidRequest(error.violations)
            }
            let plan = try RegistryPlan.put(resource, into: tenant.registry)
            return try await commit(
                plan, summary: "accept tools of connector \(connector)", by: admin.changeAuthor, context)
        }
    }

    /// Lifts quarantines of tools whose server has been seen with the registered definition again.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` for one whose server has not.
    package func dismiss(
        _ choices: [QuarantineChoice], of connector: ConnectorID, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) {
        try admin.require(.changeRegistry)
        try await gate.pass { () async throws(HallpassError) in
            let rows = try chosen(choices, of: connector, by: admin).rows
            let unsettled = rows.indices.filter { rows[$0].settledAt == nil }
            guard unsettled.isEmpty else {
                throw .invalidRequest(
                    unsettled.map {
                        JSONViolation(
                            path: "/tools/\($0)", rule: "settled",
                            message: "still differs from what is registered, as its server was last seen")
                    })
            }
            let entries = rows.map { row in
                var entry = AuditEntry(.toolDismiss, .allow, by: admin, context, at: clock)
                entry.connector = connector
                entry.tool = row.observed.name
                return entry
            }
            try await registryStore.release(rows, of: admin.tenant, audit: entries)
            try await reading { try await reload(admin.tenant) }
            for row in rows { feed.announce(.release(row.key), of: admin.tenant) }
        }
    }

    private func chosen(
        _ choices: [QuarantineChoice], of connector: ConnectorID, by admin: TenantAdmin
    ) throws(HallpassError) -> (tenant: TenantSnapshot, rows: [QuarantinedTool]) {
        guard let tenant = snapshot.tenants[admin.tenant] else { throw .notFound }
        var rows: [QuarantinedTool] = []
        for choice in choices {
            guard let row = tenant.quarantine[Quarantine.Key(connector: connector, tool: choice.tool)] else {
                throw .notFound
            }
            guard row.observed.digest.utf8.elementsEqual(choice.digest.utf8) else { throw .revisionConflict }
            rows.append(row)
        }
        return (tenant, rows)
    }
}

extension Tool {
    /// The same tool with what its author says of it now; what only an admin says stays.
    fileprivate func redefined(_ definition: ToolDefinition) -> Tool {
        Tool(
            name: name, description: definition.description, effect: effect, scopes: scopes,
            inputSchema: definition.inputSchema.map(JSONValue.object), isIdempotent: isIdempotent,
            needsApproval: needsApproval)
    }
}
