/// So many calls in so much time: that many may come at once, and they are given back evenly over that time.
package struct RateLimit: Hashable, Sendable {
    /// 1 to 1,000,000.
    package let calls: Int64
    /// 1 to 3600.
    package let seconds: Int64

    /// - Returns: `nil` beyond ``Limits/rateLimitCalls`` or ``Limits/rateLimitSeconds``.
    package init?(calls: Int64, seconds: Int64) {
        guard Limits.rateLimitCalls.contains(calls), Limits.rateLimitSeconds.contains(seconds) else { return nil }
        self.calls = calls
        self.seconds = seconds
    }

    var milliseconds: Int64 { seconds * 1_000 }
}

/// How often one deployment may be called. Each of these holds by itself; a call takes one from every one that it falls under.
package struct CallLimits: Hashable, Sendable {
    /// All calls together.
    package let deployment: RateLimit?
    /// Those for one actor; each actor has as many.
    package let actor: RateLimit?
    /// Those of one tool, by whomever.
    package let tools: [ToolName: RateLimit]

    /// - Returns: `nil` where nothing is limited.
    package init?(deployment: RateLimit? = nil, actor: RateLimit? = nil, tools: [ToolName: RateLimit] = [:]) {
        guard deployment != nil || actor != nil || !tools.isEmpty else { return nil }
        self.deployment = deployment
        self.actor = actor
        self.tools = tools
    }

    /// Which of a deployment's limits it is.
    package enum Kind: String, Hashable, Sendable {
        case deployment, actor, tool
    }
}
