import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// What a model may know of a deployment's tools.
struct ToolRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(.get, "/v1/tools", .toolsRead, .none, for: .clients, list),
            Route(.get, "/v1/tenants/{tenant}/deployments/{name}/tools", .adminRead, .none, show),
        ]
    }

    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let deployment = try call.query { reader -> DeploymentID? in
            let connector = reader.required("connector", rule: ConnectorID.rule, ConnectorID.init)
            let environment = reader.requiredEnvironment()
            guard let connector, let environment else { return nil }
            return DeploymentID(connector: connector, environment: environment)
        }
        return Answer(tools: try broker.tools(of: deployment, by: call.client), call)
    }

    @Sendable
    private func show(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let deployment = try call.parameter("name", DeploymentID.init)
        return Answer(tools: try broker.tools(of: deployment, by: admin), call)
    }
}

extension Answer {
    /// `{"tools","digest"}`, or 304 where the caller says that it has this list already.
    fileprivate init(tools list: ToolList, _ call: Call) {
        if call.hasCached(list.digest) {
            self.init(.notModified, contentType: "application/json", body: [])
            headers[.contentType] = nil
        } else {
            self.init(json: ["tools": .array(list.tools), "digest": .string(list.digest)])
        }
        headers[.eTag] = "\"\(list.digest)\""
        // To be kept, and asked about each time: a tool that is taken away is gone with the next question.
        headers[.cacheControl] = "private, no-cache"
    }
}

extension Call {
    /// `If-None-Match`, compared weakly. Source: RFC 9110 section 13.1.2.
    fileprivate func hasCached(_ tag: String) -> Bool {
        headers[values: .ifNoneMatch].contains { field in
            field.split(separator: ",").contains { part in
                let text = String(
                    part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
                return text == "*" || text == "\"\(tag)\"" || text == "W/\"\(tag)\""
            }
        }
    }
}
