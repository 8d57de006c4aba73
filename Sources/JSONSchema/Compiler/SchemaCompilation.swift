import StrictJSON

/// One schema being compiled: subschemas wait in a queue, so that neither nesting nor references recurse.
struct SchemaCompilation {
    let options: SchemaOptions
    let limits: SchemaLimits
    var index: SchemaIndex
    private var nodes: [SchemaNode?] = []
    private var nodeByLocation: [LocationID: NodeID] = [:]
    private var queue: [LocationID] = []
    private var queueStart = 0
    private var patterns: [String: Pattern] = [:]
    private var dynamicNames: Set<String> = []
    private(set) var warnings: [SchemaWarning] = []
    /// What is wrong so far: one keyword that cannot be read keeps no other from being looked at.
    private(set) var errors: [SchemaError] = []

    init(options: SchemaOptions, registry: SchemaRegistry, limits: SchemaLimits) {
        self.options = options
        self.limits = limits
        index = SchemaIndex(options: options, limits: limits, registry: registry)
    }

    mutating func run(_ schema: JSONValue) throws(SchemaError) -> CompiledSchema {
        let top = try index.addDocument(schema, uri: "")
        warnAboutMissingDialect(schema, at: top)
        let root = node(at: top)
        for location in index.schemaLocations { _ = node(at: location) }
        try compileQueue()
        if let first = errors.first { throw first }
        let nodes = nodes.compactMap(\.self)
        try ReferenceLoops.refuse(in: nodes, locationOf: nodeByLocation, index.locations)
        let program = CompiledSchema.Program(
            nodes: nodes, root: root, locations: index.locations, dynamicAnchors: dynamicAnchorNodes(),
            hasDynamicReferences: !dynamicNames.isEmpty)
        return CompiledSchema(warnings: warnings, program: program)
    }

    private mutating func compileQueue() throws(SchemaError) {
        repeat {
            // In the order found, so that what is reported stands in the order of the document.
            while queueStart < queue.count {
                let location = queue[queueStart]
                queueStart += 1
                if let id = nodeByLocation[location] {
                    nodes[id] = try collect { (compilation: inout SchemaCompilation) throws(SchemaError) in
                        try compilation.compile(location)
                    }
                }
            }
            addDynamicAnchors()
        } while queueStart < queue.count
    }

    private mutating func compile(_ location: LocationID) throws(SchemaError) -> SchemaNode {
        let resource = index.resource(of: location)
        switch index.locations[location] {
        case .bool(true):
            return SchemaNode(keywords: [], resource: resource, tracksEvaluated: false)
        case .bool(false):
            return SchemaNode(
                keywords: [NothingKeyword(location: location)], resource: resource, tracksEvaluated: false)
        case .object(let object):
            let dialect = index.dialect(at: location)
            let schema = Subschema(object: object, location: location, dialect: dialect)
            let keywords = try KeywordTable.compile(schema, &self)
            let tracksEvaluated = keywords.contains { $0 is any UnevaluatedKeyword }
            return SchemaNode(keywords: keywords, resource: resource, tracksEvaluated: tracksEvaluated)
        case .null, .integer, .number, .string, .array:
            throw SchemaError(
                kind: .malformed, pointer: index.locations.pointer(to: location), rule: "schema",
                message: "a schema must be an object or a boolean")
        }
    }
}

// MARK: - What keywords ask for

extension SchemaCompilation {
    /// The node for a schema, compiled now or later.
    mutating func node(at location: LocationID) -> NodeID {
        if let known = nodeByLocation[location] { return known }
        nodes.append(nil)
        nodeByLocation[location] = nodes.count - 1
        queue.append(location)
        return nodes.count - 1
    }

    mutating func pattern(_ source: String, _ keyword: String, in schema: Subschema) throws(SchemaError) -> Pattern {
        if let known = patterns[source] { return known }
        guard patterns.count < limits.patterns else {
            throw index.exceeded("patterns", "has more than \(limits.patterns) patterns", at: schema.location)
        }
        let pattern: Pattern
        do {
            pattern = try Pattern(source)
        } catch {
            throw self.error(
                .invalidPattern, keyword, in: schema, "the regular expression is not accepted: \(error.message)")
        }
        for leniency in pattern.leniencies { warn(.readAsMeant, keyword, in: schema, "in the pattern, \(leniency)") }
        patterns[source] = pattern
        return pattern
    }

    /// The node a reference leads to, and the name to look for on the way when it is a dynamic one.
    mutating func reference(
        _ keyword: String, in schema: Subschema
    ) throws(SchemaError) -> (node: NodeID, dynamicAnchor: String?)? {
        guard let text = try string(keyword, in: schema) else { return nil }
        guard let target = try index.resolve(text, from: schema.location) else {
            throw error(
                .unresolvableReference, keyword, in: schema,
                "the reference leads to nothing in this document or the registry, and nothing is fetched")
        }
        if keyword == "$dynamicRef", let name = target.dynamicAnchor { dynamicNames.insert(name) }
        return (node(at: target.location), target.dynamicAnchor)
    }
}

// MARK: - Dynamic anchors

extension SchemaCompilation {
    /// Any anchor of a wanted name may turn out to be the outermost, so all of them get nodes.
    private mutating func addDynamicAnchors() {
        for resource in index.resources {
            for (name, location) in resource.dynamicAnchors where dynamicNames.contains(name) {
                _ = node(at: location)
            }
        }
    }

    private func dynamicAnchorNodes() -> [[String: NodeID]] {
        index.resources.map { resource in
            resource.dynamicAnchors.filter { dynamicNames.contains($0.key) }.compactMapValues { nodeByLocation[$0] }
        }
    }
}

// MARK: - Errors and warnings

extension SchemaCompilation {
    func error(
        _ kind: SchemaError.Kind, _ keyword: String, in schema: Subschema, _ message: String
    ) -> SchemaError {
        SchemaError(
            kind: kind, pointer: index.locations.pointer(to: schema.location, keyword: keyword), rule: keyword,
            message: message)
    }

    func malformed(_ keyword: String, in schema: Subschema, _ message: String) -> SchemaError {
        error(.malformed, keyword, in: schema, message)
    }

    /// Reads on where something cannot be read, and remembers it.
    ///
    /// - Returns: `nil` where nothing was found, and where what was found is wrong.
    /// - Throws: only a limit: past one there is no reading on.
    mutating func collect<Value>(
        _ read: (inout SchemaCompilation) throws(SchemaError) -> Value?
    ) throws(SchemaError) -> Value? {
        do throws(SchemaError) {
            return try read(&self)
        } catch {
            guard error.kind != .limitExceeded else { throw error }
            if errors.count < limits.findings, !errors.contains(error) { errors.append(error) }
            return nil
        }
    }

    mutating func warn(
        _ kind: SchemaWarning.Kind, _ keyword: String, in schema: Subschema, _ message: String
    ) {
        guard warnings.count < limits.findings else { return }
        warnings.append(
            SchemaWarning(
                kind: kind, pointer: index.locations.pointer(to: schema.location, keyword: keyword), rule: keyword,
                message: message))
    }

    private mutating func warnAboutMissingDialect(_ schema: JSONValue, at location: LocationID) {
        guard let object = schema.objectValue, object["$schema"] == nil else { return }
        warnings.append(
            SchemaWarning(
                kind: .readAsMeant, pointer: "", rule: "$schema",
                message: "no dialect is named; read as \(options.defaultDialect.rawValue)"))
    }
}
