import StrictJSON

/// Writes one schema into another, keyword by keyword, so that the result accepts what both accept.
enum SchemaOverlay {
    /// Whether a schema can be changed without changing what else it says: it is not a mere reference, only its definitions
    /// are referred to, which no overlay touches, nothing collects what others have evaluated, and no property speaks for
    /// the object it is in.
    static func canBeWritten(into schema: JSONObject) -> Bool {
        guard schema["$ref"] == nil else { return false }
        return SchemaReferences.everyObject(in: .object(schema)) { object in
            let reference = object["$ref"]?.stringValue
            return reference.map { $0.hasPrefix("#/$defs/") || $0.hasPrefix("#/definitions/") } ?? true
                && object["required"]?.boolValue == nil && !object.contains { collecting.contains($0.name) }
        }
    }

    private static let collecting: Set<String> = [
        "$dynamicRef", "$dynamicAnchor", "unevaluatedProperties", "unevaluatedItems",
    ]

    /// Whether a schema means the same in every dialect and wherever it stands: it refers to nothing, and has only keywords
    /// that 2020-12 and draft-07 share.
    static func isPortable(_ schema: JSONValue) -> Bool {
        switch schema {
        case .bool: true
        case .object(let object):
            object.allSatisfy { member in
                switch member.name {
                case "properties", "patternProperties":
                    member.value.objectValue?.allSatisfy { isPortable($0.value) } ?? false
                case "allOf", "anyOf", "oneOf": member.value.arrayValue?.allSatisfy(isPortable) ?? false
                case _ where appliedKeywords.contains(member.name): isPortable(member.value)
                case "required": member.value.boolValue == nil
                case "$schema": true
                default: assertions.contains(member.name) || annotations.contains(member.name)
                }
            }
        case .null, .integer, .number, .string, .array: false
        }
    }

    private static let assertions: Set<String> = [
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength",
        "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "format",
        "nullable",
    ]
    private static let appliedKeywords: Set<String> = [
        "additionalProperties", "items", "contains", "propertyNames", "not", "if", "then", "else",
    ]
    private static let annotations: Set<String> = [
        "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "example", "$comment",
    ]

    /// - Parameter overlay: portable.
    static func narrow(_ target: JSONObject, by overlay: JSONValue) -> JSONObject {
        narrow(.object(target), by: overlay).objectValue ?? target
    }

    private static func narrow(_ target: JSONValue, by overlay: JSONValue) -> JSONValue {
        switch (target, overlay) {
        case (_, true), (false, _): return target
        case (true, _), (_, false): return overlay
        case (.object(let object), .object(let overlay)):
            // What stands beside a reference counts in one dialect and not in the other.
            if object["$ref"] != nil { return ["allOf": [target, .object(overlay)]] }
            return .object(Narrowing(object, overlay).result)
        case (_, _): return ["allOf": [target, overlay]]
        }
    }

    /// One schema object being narrowed by another.
    private struct Narrowing {
        private(set) var result: JSONObject
        /// What could not be written into ``result``.
        private var rest = JSONObject()

        init(_ target: JSONObject, _ overlay: JSONObject) {
            result = target
            if Self.isReadTogether(target) || Self.isReadTogether(overlay) || overlay["additionalProperties"] != nil {
                rest = overlay
                rest["$schema"] = nil
            } else {
                for member in overlay where member.name != "$schema" { add(member.name, member.value) }
            }
            guard !rest.isEmpty else { return }
            result["allOf"] = .array((result["allOf"]?.arrayValue ?? []) + [.object(rest)])
        }

        /// Keywords of other dialects that change what others beside them mean.
        private static func isReadTogether(_ schema: JSONObject) -> Bool {
            schema["nullable"] != nil || schema["exclusiveMaximum"]?.boolValue != nil
                || schema["exclusiveMinimum"]?.boolValue != nil
        }

        private mutating func add(_ keyword: String, _ value: JSONValue) {
            if SchemaOverlay.annotations.contains(keyword) {
                result[keyword] = result[keyword] ?? value
                return
            }
            switch keyword {
            case "properties": addProperties(value)
            case "items": addItems(value)
            case "patternProperties", "if", "then", "else", "contains", "propertyNames", "not", "allOf", "anyOf",
                "oneOf":
                rest[keyword] = value
            default:
                guard let present = result[keyword] else {
                    result[keyword] = value
                    return
                }
                if let both = Self.both(keyword, present, value) {
                    result[keyword] = both
                } else {
                    rest[keyword] = value
                }
            }
        }

        /// Naming a property for the first time would take it out of reach of `additionalProperties`.
        private mutating func addProperties(_ value: JSONValue) {
            let present = result["properties"]
            var properties = present?.objectValue ?? JSONObject()
            let isClosed =
                result["additionalProperties"] ?? true != true || present != nil && present?.objectValue == nil
            var apart = JSONObject()
            for property in value.objectValue ?? JSONObject() {
                if let own = properties[property.name] {
                    properties[property.name] = SchemaOverlay.narrow(own, by: property.value)
                } else if isClosed {
                    apart[property.name] = property.value
                } else {
                    properties[property.name] = property.value
                }
            }
            if !properties.isEmpty { result["properties"] = .object(properties) }
            if !apart.isEmpty { rest["properties"] = .object(apart) }
        }

        private mutating func addItems(_ value: JSONValue) {
            switch result["items"] {
            case nil where result["prefixItems"] == nil: result["items"] = value
            case let own? where own.arrayValue == nil && result["prefixItems"] == nil:
                result["items"] = SchemaOverlay.narrow(own, by: value)
            default: rest["items"] = value
            }
        }

        /// - Returns: the one value that says what both say, or `nil` where no single one does.
        private static func both(_ keyword: String, _ own: JSONValue, _ other: JSONValue) -> JSONValue? {
            guard own != other else { return own }
            switch keyword {
            case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties": return least(own, other)
            case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
                return least(own, other).map { $0 == own ? other : own }
            case "uniqueItems": return true
            case "required":
                guard let own = own.arrayValue, let other = other.arrayValue else { return nil }
                return .array(own + other.filter { !own.contains($0) })
            case "enum":
                guard let own = own.arrayValue, let other = other.arrayValue else { return nil }
                let common = own.filter { other.contains($0) }
                return common.isEmpty ? nil : .array(common)
            case "type": return commonType(own, other)
            default: return nil
            }
        }

        private static func least(_ own: JSONValue, _ other: JSONValue) -> JSONValue? {
            guard let left = own.doubleValue, let right = other.doubleValue else { return nil }
            return left <= right ? own : other
        }

        private static func commonType(_ own: JSONValue, _ other: JSONValue) -> JSONValue? {
            func names(_ value: JSONValue) -> [String] {
                value.stringValue.map { [$0] } ?? value.arrayValue?.compactMap(\.stringValue) ?? []
            }
            let others = Set(names(other))
            guard !others.contains("any"), !names(own).contains("any") else { return nil }
            var common: [String] = []
            for name in names(own) {
                let narrower: String? =
                    switch name {
                    case _ where others.contains(name): name
                    case "number" where others.contains("integer"): "integer"
                    case "integer" where others.contains("number"): "integer"
                    default: nil
                    }
                if let narrower, !common.contains(narrower) { common.append(narrower) }
            }
            guard let first = common.first else { return nil }
            return common.count == 1 ? .string(first) : .array(common.map(JSONValue.string))
        }
    }
}
