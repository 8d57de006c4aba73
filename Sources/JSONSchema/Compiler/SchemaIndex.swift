import StrictJSON

/// Every schema document in reach, its resources and anchors; documents of the registry join when something refers to
/// them.
struct SchemaIndex {
    private(set) var locations = SchemaLocations()
    private(set) var resources: [SchemaResource] = []
    /// Schemas found so far, in the order found; those of the compiled document come first.
    private(set) var schemaLocations: [LocationID] = []
    private var indexedLocations: Set<LocationID> = []
    private var resourceByURI: [String: ResourceID] = [:]
    private var resourceByLocation: [LocationID: ResourceID] = [:]

    private let options: SchemaOptions
    private let limits: SchemaLimits
    private let registry: SchemaRegistry

    init(options: SchemaOptions, limits: SchemaLimits, registry: SchemaRegistry) {
        self.options = options
        self.limits = limits
        self.registry = registry
    }

    func resource(of location: LocationID) -> ResourceID {
        var next: LocationID? = location
        while let location = next {
            if let resource = resourceByLocation[location] { return resource }
            next = locations.parent(of: location)
        }
        preconditionFailure("every document's root has a resource")
    }

    func dialect(at location: LocationID) -> Dialect { resources[resource(of: location)].dialect }

    mutating func child(of parent: LocationID, _ token: String) -> LocationID? { locations.child(of: parent, token) }
}

// MARK: - Documents

extension SchemaIndex {
    /// - Parameter uri: where the document is in the registry; empty for the compiled one.
    mutating func addDocument(_ document: JSONValue, uri: String) throws(SchemaError) -> LocationID {
        let location = locations.addDocument(document, uri: uri)
        try measure(document, at: location)
        let base = URIReference(uri.isEmpty ? options.baseURI : uri).withoutFragment
        let dialect = try declaredDialect(document, at: location) ?? Dialect(options.defaultDialect)
        let resource = addResource(SchemaResource(base: base, root: location, dialect: dialect))
        resourceByURI[base.text] = resource
        try indexSchemas(under: location)
        return location
    }

    private mutating func addResource(_ resource: SchemaResource) -> ResourceID {
        resources.append(resource)
        resourceByLocation[resource.root] = resources.count - 1
        return resources.count - 1
    }

    private func measure(_ document: JSONValue, at location: LocationID) throws(SchemaError) {
        let measure: JSONMeasure
        do throws(JSONMeasure.Excess) {
            measure = try JSONMeasure(document, maximumDepth: limits.depth, maximumValues: limits.values)
        } catch {
            switch error {
            case .depth: throw exceeded("depth", "is nested more than \(limits.depth) levels deep", at: location)
            case .values: throw exceeded("values", "has more than \(limits.values) values", at: location)
            }
        }
        guard measure.textBytes <= limits.textBytes else {
            throw exceeded("textBytes", "has more than \(limits.textBytes) bytes of text", at: location)
        }
    }

    func exceeded(_ rule: String, _ message: String, at location: LocationID) -> SchemaError {
        SchemaError(
            kind: .limitExceeded, pointer: locations.pointer(to: location), rule: rule, message: "the schema \(message)"
        )
    }

    private func declaredDialect(_ schema: JSONValue, at location: LocationID) throws(SchemaError) -> Dialect? {
        guard let declared = schema.objectValue?["$schema"] else { return nil }
        let pointer = locations.pointer(to: location, keyword: "$schema")
        guard let text = declared.stringValue else {
            throw SchemaError(kind: .malformed, pointer: pointer, rule: "$schema", message: "must be a string")
        }
        let uri = URIReference(text)
        if uri.fragment ?? "" == "" {
            let name = uri.withoutFragment.text
            if let standard = Dialect.standard(name) { return standard }
            if let meta = registry.document(at: name)?.objectValue, let dialect = Dialect.defined(by: meta) {
                return dialect
            }
        }
        throw SchemaError(
            kind: .unknownDialect, pointer: pointer, rule: "$schema",
            message: "the dialect is not known; \(Dialect.Draft.draft202012.rawValue) and "
                + "\(Dialect.Draft.draft07.rawValue)# are")
    }
}

// MARK: - Schemas, identifiers, anchors

extension SchemaIndex {
    /// Records the schema at `top` and all below it, unless they are known.
    private mutating func indexSchemas(under top: LocationID) throws(SchemaError) {
        var queue = [top]
        while let location = queue.popLast() {
            guard indexedLocations.insert(location).inserted else { continue }
            guard schemaLocations.count < limits.subschemas else {
                throw exceeded("subschemas", "has more than \(limits.subschemas) subschemas", at: location)
            }
            schemaLocations.append(location)
            guard let object = locations[location].objectValue else { continue }
            let isHidden = dialect(at: location).draft == .draft07 && object["$ref"] != nil
            // In draft-07 whatever stands beside $ref is ignored, identifiers too.
            if isHidden { continue }
            try identify(object, at: location)
            try addAnchors(of: object, at: location)
            for path in SubschemaPositions.paths(in: object).reversed() {
                var child = location
                for token in path { child = locations.child(of: child, token) ?? child }
                queue.append(child)
            }
        }
    }

    private mutating func identify(_ object: JSONObject, at location: LocationID) throws(SchemaError) {
        guard let value = object["$id"] else { return }
        guard let text = value.stringValue else { throw malformed("$id", "must be a string", at: location) }
        let outer = resource(of: location)
        let isDraft07 = resources[outer].dialect.draft == .draft07
        if isDraft07, text.hasPrefix("#"), text != "#" {
            return try addAnchor(String(text.dropFirst()), "$id", in: outer, at: location, isDynamic: false)
        }
        let uri = URIReference(text)
        guard uri.fragment ?? "" == "" else { throw malformed("$id", "must not have a fragment", at: location) }
        let base = uri.withoutFragment.resolved(against: resources[outer].base)
        let dialect = try declaredDialect(.object(object), at: location) ?? resources[outer].dialect
        let known = resourceByURI[base.text]
        if let known, resources[known].root != location {
            throw malformed("$id", "is the identifier of another schema too", at: location)
        }
        guard known == nil else { return }
        let inner = addResource(SchemaResource(base: base, root: location, dialect: dialect))
        resourceByURI[base.text] = inner
        // A document is also found where it was retrieved from.
        if locations.parent(of: location) == nil { resourceByURI[resources[outer].base.text] = inner }
    }

    private mutating func addAnchors(of object: JSONObject, at location: LocationID) throws(SchemaError) {
        let resource = resource(of: location)
        guard resources[resource].dialect.draft == .draft202012 else { return }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let value = object[keyword] else { continue }
            guard let name = value.stringValue, Self.isAnchorName(name) else {
                throw malformed(keyword, "must be a letter or '_', then letters, digits, '-', '_' or '.'", at: location)
            }
            try addAnchor(name, keyword, in: resource, at: location, isDynamic: keyword == "$dynamicAnchor")
        }
    }

    private mutating func addAnchor(
        _ name: String, _ keyword: String, in resource: ResourceID, at location: LocationID, isDynamic: Bool
    ) throws(SchemaError) {
        if let other = resources[resource].anchors.updateValue(location, forKey: name), other != location {
            throw malformed(keyword, "names two schemas of one resource", at: location)
        }
        if isDynamic { resources[resource].dynamicAnchors[name] = location }
    }

    /// JSON Schema Core section 8.2.2.
    private static func isAnchorName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first == 0x5F || isLetter(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private func malformed(_ keyword: String, _ message: String, at location: LocationID) -> SchemaError {
        SchemaError(
            kind: .malformed, pointer: locations.pointer(to: location, keyword: keyword), rule: keyword,
            message: message)
    }
}

// MARK: - References

extension SchemaIndex {
    struct Target {
        let location: LocationID
        /// The fragment, where it names a `$dynamicAnchor` of the resource it leads to.
        let dynamicAnchor: String?
    }

    /// Follows `$ref` or `$dynamicRef` as written at `location`.
    ///
    /// - Returns: `nil` when it leads nowhere.
    mutating func resolve(_ reference: String, from location: LocationID) throws(SchemaError) -> Target? {
        let base = resources[resource(of: location)].base
        let uri = URIReference(reference).resolved(against: base)
        guard let resource = try resource(at: uri.withoutFragment.text) else { return nil }
        guard let fragment = PercentEncoding.decoded(uri.fragment ?? "") else { return nil }
        if fragment.isEmpty { return Target(location: resources[resource].root, dynamicAnchor: nil) }
        if !fragment.hasPrefix("/") {
            guard let location = resources[resource].anchors[fragment] else { return nil }
            let isDynamic = resources[resource].dynamicAnchors[fragment] != nil
            return Target(location: location, dynamicAnchor: isDynamic ? fragment : nil)
        }
        guard let pointer = JSONPointer(parsing: fragment) else { return nil }
        var location = resources[resource].root
        for token in pointer.tokens {
            guard let child = locations.child(of: location, token) else { return nil }
            location = child
        }
        try indexSchemas(under: location)
        return Target(location: location, dynamicAnchor: nil)
    }

    private mutating func resource(at uri: String) throws(SchemaError) -> ResourceID? {
        if let known = resourceByURI[uri] { return known }
        guard let document = registry.document(at: uri) else { return nil }
        _ = try addDocument(document, uri: uri)
        return resourceByURI[uri]
    }
}
