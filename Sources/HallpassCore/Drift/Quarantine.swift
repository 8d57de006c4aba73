/// A tool whose server was seen with another definition than the registered one. It is not to be called until a person has
/// looked: what was approved is not what would run.
package struct QuarantinedTool: Hashable, Sendable {
    package let connector: ConnectorID
    package let observed: ToolDefinition
    /// Unix seconds: when this definition was first reported.
    package let observedAt: Int64
    /// Who reported it, as the registry's history writes authors.
    package let reportedBy: String
    /// Unix seconds: when the server was seen with the registered definition again. That lifts nothing by itself: a definition
    /// that changes and changes back is what a person should hear of most of all.
    package var settledAt: Int64?

    package init(
        connector: ConnectorID, observed: ToolDefinition, observedAt: Int64, reportedBy: String, settledAt: Int64? = nil
    ) {
        self.connector = connector
        self.observed = observed
        self.observedAt = observedAt
        self.reportedBy = reportedBy
        self.settledAt = settledAt
    }

    package var key: Quarantine.Key { Quarantine.Key(connector: connector, tool: observed.name) }
}

/// The tools of a tenant that wait for somebody to look at what has become of them.
package struct Quarantine: Sendable {
    package struct Key: Hashable, Sendable, Comparable {
        package let connector: ConnectorID
        package let tool: ToolName

        package init(connector: ConnectorID, tool: ToolName) {
            self.connector = connector
            self.tool = tool
        }

        package static func < (left: Self, right: Self) -> Bool {
            (left.connector, left.tool) < (right.connector, right.tool)
        }
    }

    private let tools: [Key: QuarantinedTool]

    package init(_ tools: [QuarantinedTool] = []) {
        self.tools = Dictionary(tools.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(key: Key) -> QuarantinedTool? { tools[key] }

    package func holds(_ tool: ToolName, of connector: ConnectorID) -> Bool {
        !tools.isEmpty && tools[Key(connector: connector, tool: tool)] != nil
    }

    /// By connector and name.
    package var all: [QuarantinedTool] { tools.values.sorted { $0.key < $1.key } }

    /// What is to be written after a server was looked at: what drifted, and what is settled or has drifted again.
    package func updates(
        _ drifts: [ToolDrift], of connector: ConnectorID, reportedBy author: String, nowSeconds: Int64
    ) -> [QuarantinedTool] {
        drifts.compactMap { drift in
            let known = tools[Key(connector: connector, tool: drift.name)]
            switch (drift.state, drift.observed) {
            case (.changed, let observed?):
                if var known, known.observed == observed {
                    guard known.settledAt != nil else { return nil }
                    known.settledAt = nil
                    return known
                }
                return QuarantinedTool(
                    connector: connector, observed: observed, observedAt: nowSeconds, reportedBy: author)
            case (.same, _):
                guard var known, known.settledAt == nil else { return nil }
                known.settledAt = nowSeconds
                return known
            case (_, _): return nil
            }
        }
    }

    /// Those that a change of the registry takes the ground from: the tool is gone, or is now registered as it was seen.
    package func released(by changes: [RegistryChange]) -> [QuarantinedTool] {
        guard !tools.isEmpty else { return [] }
        return changes.flatMap { change -> [QuarantinedTool] in
            switch (change.before, change.after) {
            case (_, .connector(let connector)?):
                all.filter { quarantined in
                    guard quarantined.connector == connector.id else { return false }
                    guard let tool = connector.tool(quarantined.observed.name) else { return true }
                    return ToolDefinition(of: tool) == quarantined.observed
                }
            case (.connector(let connector)?, nil): all.filter { $0.connector == connector.id }
            case (_, _): []
            }
        }
    }
}
