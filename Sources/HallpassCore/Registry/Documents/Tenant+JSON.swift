import StrictJSON

/// `{kind, id, display_name?}`
extension Tenant {
    init?(reading reader: JSONObjectReader) {
        let id: TenantID? = reader.requiredIdentifier("id")
        let displayName = reader.optionalFreeText("display_name")
        guard let id else { return nil }
        self.init(id: id, displayName: displayName)
    }

    func write(to object: inout JSONObject) {
        object["id"] = .string(id.rawValue)
        object["display_name"] = displayName.map(JSONValue.string)
    }
}

/// `{kind, id, protected?, description?}`
extension Environment {
    init?(reading reader: JSONObjectReader) {
        let id: EnvironmentID? = reader.requiredIdentifier("id")
        let isProtected = reader.optionalBool("protected") ?? false
        let description = reader.optionalFreeText("description")
        guard let id else { return nil }
        self.init(id: id, isProtected: isProtected, description: description)
    }

    func write(to object: inout JSONObject) {
        object["id"] = .string(id.rawValue)
        object["protected"] = .bool(isProtected)
        object["description"] = description.map(JSONValue.string)
    }
}
