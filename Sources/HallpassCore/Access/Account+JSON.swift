package import StrictJSON

extension Account {
    /// `{"roles","subject"?,"display_name"?}`: what is left out is taken away.
    package init?(reading reader: JSONObjectReader, as name: AccountName) {
        let roles = reader.requiredRoles("roles")
        let subject = reader.optionalString("subject", orElse: Subject.rule, Subject.init)
        let displayName = reader.optionalFreeText("display_name")
        guard let roles else { return nil }
        self.init(name: name, roles: roles, subject: subject, displayName: displayName)
    }

    /// `{"tenant","username","display_name"?,"subject"?,"roles"}`
    package var json: JSONObject {
        var object = JSONObject()
        object["tenant"] = .string(name.tenant.rawValue)
        object["username"] = .string(name.username.rawValue)
        object["display_name"] = displayName.map(JSONValue.string)
        object["subject"] = subject.map { .string($0.rawValue) }
        object["roles"] = JSONValue(names: roles.map(\.rawValue).sorted())
        return object
    }
}
