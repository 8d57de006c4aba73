import StrictJSON

/// Keyword values by the type they must have. A value of another type is an error, except where published schemas show
/// what is meant.
extension SchemaCompilation {
    func string(_ keyword: String, in schema: Subschema) throws(SchemaError) -> String? {
        guard let value = schema.object[keyword] else { return nil }
        guard let text = value.stringValue else { throw malformed(keyword, in: schema, "must be a string") }
        return text
    }

    func boolean(_ keyword: String, in schema: Subschema) throws(SchemaError) -> Bool? {
        guard let value = schema.object[keyword] else { return nil }
        guard let bool = value.boolValue else { throw malformed(keyword, in: schema, "must be true or false") }
        return bool
    }

    func number(_ keyword: String, in schema: Subschema) throws(SchemaError) -> Double? {
        guard let value = schema.object[keyword] else { return nil }
        guard let number = value.doubleValue else { throw malformed(keyword, in: schema, "must be a number") }
        return number
    }

    /// A number of things: 0 or more.
    func count(_ keyword: String, in schema: Subschema) throws(SchemaError) -> Int? {
        guard let value = schema.object[keyword] else { return nil }
        // Nothing has more than a safe integer of anything.
        if let number = value.doubleValue, number > 0x1p53, number.rounded() == number { return Int.max }
        guard let integer = value.integerValue, integer >= 0 else {
            throw malformed(keyword, in: schema, "must be an integer, 0 or more")
        }
        return Int(integer)
    }

    func strings(_ value: JSONValue, _ keyword: String, in schema: Subschema) throws(SchemaError) -> [String] {
        guard let elements = value.arrayValue else {
            throw malformed(keyword, in: schema, "must be an array of strings")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.stringValue else {
                throw malformed(keyword, in: schema, "must be an array of strings")
            }
            texts.append(text)
        }
        return texts
    }

    mutating func subschema(_ keyword: String, in schema: Subschema) -> NodeID? {
        index.child(of: schema.location, keyword).map { node(at: $0) }
    }

    /// The schema under one name of a keyword that holds several.
    mutating func subschema(_ keyword: String, _ name: String, in schema: Subschema) -> NodeID? {
        index.child(of: schema.location, keyword).flatMap { index.child(of: $0, name) }.map { node(at: $0) }
    }

    /// - Returns: empty only where the keyword is absent.
    mutating func subschemaList(_ keyword: String, in schema: Subschema) throws(SchemaError) -> [NodeID] {
        guard let value = schema.object[keyword] else { return [] }
        guard let elements = value.arrayValue, !elements.isEmpty,
            let list = index.child(of: schema.location, keyword)
        else {
            throw malformed(keyword, in: schema, "must be an array of at least one schema")
        }
        return elements.indices.compactMap { position in
            index.child(of: list, String(position)).map { node(at: $0) }
        }
    }

    mutating func subschemaMap(
        _ keyword: String, in schema: Subschema
    ) throws(SchemaError) -> [(name: String, node: NodeID)] {
        guard let object = try map(keyword, in: schema), let map = index.child(of: schema.location, keyword) else {
            return []
        }
        return object.members.compactMap { member in
            index.child(of: map, member.name).map { (member.name, node(at: $0)) }
        }
    }

    /// An object of schemas; the empty array and the null that PHP and Go write for an empty map are read as one.
    mutating func map(_ keyword: String, in schema: Subschema) throws(SchemaError) -> JSONObject? {
        guard let value = schema.object[keyword] else { return nil }
        if value == [] || value.isNull {
            warn(.readAsMeant, keyword, in: schema, "an empty array or null is read as an empty object")
            return nil
        }
        guard let object = value.objectValue else {
            throw malformed(keyword, in: schema, "must be an object of schemas")
        }
        return object
    }
}
