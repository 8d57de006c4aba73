import HTTPTypes

/// Every route there is, found by exact path: a doubled slash or an escape is another path, and no other path is a route.
struct RouteTable: Sendable {
    /// In the order they were given.
    let routes: [Route]
    private let fixed: [String: Endpoint]
    private let patterns: [Endpoint]

    enum Match: Sendable {
        case route(Route, PathParameters)
        /// The path is there and does not take this method.
        case wrongMethod(allowed: [HTTPRequest.Method])
        case nothing
    }

    /// - Precondition: no method stands twice at one template.
    init(_ routes: [Route]) {
        self.routes = routes
        var endpoints: [String: Endpoint] = [:]
        var templates: [String] = []
        for route in routes {
            var endpoint = endpoints[route.template] ?? Endpoint(template: route.template)
            endpoint.add(route)
            if endpoints.updateValue(endpoint, forKey: route.template) == nil { templates.append(route.template) }
        }
        let all = templates.compactMap { endpoints[$0] }
        fixed = Dictionary(uniqueKeysWithValues: all.filter { !$0.hasParameters }.map { ($0.template, $0) })
        patterns = all.filter(\.hasParameters)
    }

    func match(_ target: RequestTarget, _ method: HTTPRequest.Method) -> Match {
        if let endpoint = fixed[target.path] { return endpoint.answer(method, PathParameters()) }
        let segments = target.segments
        for endpoint in patterns {
            if let parameters = endpoint.parameters(in: segments) { return endpoint.answer(method, parameters) }
        }
        return .nothing
    }
}

/// One template and what can be done there.
private struct Endpoint: Sendable {
    let template: String
    private let segments: [Segment]
    private let parameterNames: [String]
    private var routes: [HTTPRequest.Method: Route] = [:]

    private enum Segment: Sendable {
        case literal(Substring)
        case parameter
    }

    init(template: String) {
        self.template = template
        let parts = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        segments = parts.map { $0.hasPrefix("{") ? .parameter : .literal($0) }
        parameterNames = parts.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    mutating func add(_ route: Route) {
        let previous = routes.updateValue(route, forKey: route.method)
        precondition(previous == nil, "two routes of one method and template")
        // Whoever may be shown a thing may be told of it without its body.
        if case .open = route.handler { routes[.head] = route }
    }

    var hasParameters: Bool { !parameterNames.isEmpty }

    func parameters(in path: [Substring]) -> PathParameters? {
        guard path.count == segments.count else { return nil }
        var values: [String] = []
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .literal(let text): guard text == part else { return nil }
            case .parameter:
                guard let value = Self.value(part) else { return nil }
                values.append(value)
            }
        }
        return PathParameters(names: parameterNames, values: values)
    }

    /// No name needs an escape, so a segment that has one is no name; but many HTTP libraries escape the `@` in a
    /// deployment's, and that is the one that is undone.
    private static func value(_ part: Substring) -> String? {
        let value = part.split(separator: "%40", omittingEmptySubsequences: false).joined(separator: "@")
        return value.isEmpty || value.utf8.contains(UInt8(ascii: "%")) ? nil : value
    }

    func answer(_ method: HTTPRequest.Method, _ parameters: PathParameters) -> RouteTable.Match {
        if let route = routes[method] { return .route(route, parameters) }
        return .wrongMethod(allowed: routes.keys.sorted { $0.rawValue < $1.rawValue })
    }
}
