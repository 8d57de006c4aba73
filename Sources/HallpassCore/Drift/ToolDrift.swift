package import StrictJSON

/// How one tool of a running server differs from what is registered.
package struct ToolDrift: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case same
        case changed
        /// The server has it, the registry does not: nobody can call it.
        case new
        /// The registry has it, the server does not.
        case removed
    }

    package let name: ToolName
    package let state: State
    /// What the server shows, with the registered tool's key where it describes none; `nil` for what was removed.
    package let observed: ToolDefinition?
    /// What a changed definition differs in.
    package let changes: [MemberChange]

    /// In the order registered, then what is new in the order seen.
    package static func between(_ registered: [Tool], _ observed: [ToolDefinition]) -> [ToolDrift] {
        let seen = Dictionary(observed.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(registered.map(\.name))
        return registered.map { tool in
            guard let definition = seen[tool.name]?.keepingKey(of: tool) else {
                return ToolDrift(name: tool.name, state: .removed, observed: nil, changes: [])
            }
            return ToolDrift(of: tool, observed: definition)
        }
            + observed.filter { !known.contains($0.name) }.map {
                ToolDrift(name: $0.name, state: .new, observed: $0, changes: [])
            }
    }

    /// - Parameter observed: as the registered tool's would be.
    package init(of tool: Tool, observed: ToolDefinition) {
        let changes = MemberChange.between(ToolDefinition(of: tool).json, observed.json, at: .root)
        self.init(name: tool.name, state: changes.isEmpty ? .same : .changed, observed: observed, changes: changes)
    }

    private init(name: ToolName, state: State, observed: ToolDefinition?, changes: [MemberChange]) {
        self.name = name
        self.state = state
        self.observed = observed
        self.changes = changes
    }

    /// `{"name","state","changes":[{"pointer","before"?,"after"?}]}`
    package var json: JSONValue {
        [
            "name": .string(name.rawValue), "state": .string(state.rawValue),
            "changes": .array(changes.map(\.json)),
        ]
    }
}
