package import StrictJSON

/// `{deployment?: {calls, seconds}, actor?: {calls, seconds}, tools?: {<tool>: {calls, seconds}}}`
extension CallLimits {
    fileprivate init?(reading reader: JSONObjectReader) {
        let deployment = reader.optionalObject("deployment", RateLimit.init(reading:))
        let actor = reader.optionalObject("actor", RateLimit.init(reading:))
        let tools = reader.optionalObject("tools", Self.readTools) ?? [:]
        self.init(deployment: deployment, actor: actor, tools: tools)
    }

    private static func readTools(_ reader: JSONObjectReader) -> [ToolName: RateLimit] {
        if reader.object.count > Limits.toolsPerConnector {
            reader.refuse(
                at: reader.pointer, rule: "count", message: "must have at most \(Limits.toolsPerConnector) members")
        }
        var limits: [ToolName: RateLimit] = [:]
        // A name that no tool can have stays unread, and is refused as any unknown field is.
        for member in reader.object {
            guard let tool = ToolName(member.name) else { continue }
            limits[tool] = reader.requiredObject(member.name, RateLimit.init(reading:))
        }
        return limits
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["deployment"] = deployment?.json
        object["actor"] = actor?.json
        if !tools.isEmpty {
            var limits = JSONObject()
            for (tool, limit) in tools.sorted(by: { $0.key < $1.key }) { limits[tool.rawValue] = limit.json }
            object["tools"] = .object(limits)
        }
        return .object(object)
    }

    /// Reads back what ``json`` wrote, or an empty object for no limits at all.
    ///
    /// - Throws: for anything else; what exactly is wrong is for whoever wrote it, and nobody but us did.
    package static func read(_ json: JSONValue) throws(JSONViolations) -> CallLimits? {
        var document = JSONObject()
        document["limits"] = json
        return try JSONObjectReader.decode(.object(document)) { .some($0.optionalCallLimits("limits")) }
    }
}

extension RateLimit {
    fileprivate init?(reading reader: JSONObjectReader) {
        let calls = reader.requiredInteger("calls", in: Limits.rateLimitCalls)
        let seconds = reader.requiredInteger("seconds", in: Limits.rateLimitSeconds)
        guard let calls, let seconds else { return nil }
        self.init(calls: calls, seconds: seconds)
    }

    fileprivate var json: JSONValue { ["calls": .integer(calls), "seconds": .integer(seconds)] }
}

extension JSONObjectReader {
    /// - Returns: `nil` where nothing is limited.
    func optionalCallLimits(_ name: String) -> CallLimits? { optionalObject(name, CallLimits.init(reading:)) }
}
