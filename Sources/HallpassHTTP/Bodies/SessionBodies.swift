import HallpassCore
import StrictJSON

/// `{"tenant","username","password"}`
struct SignInBody {
    let name: AccountName
    let password: String

    static func read(_ document: JSONValue) throws -> SignInBody {
        try JSONObjectReader.decode(document) { reader in
            let tenant = reader.required("tenant", rule: TenantID.rule, TenantID.init)
            let username = reader.required("username", rule: Username.rule, Username.init)
            let password = reader.requiredPassword("password")
            guard let tenant, let username, let password else { return nil }
            return SignInBody(name: AccountName(tenant: tenant, username: username), password: password)
        }
    }
}

/// `{"token","username","password"}`
struct SetUpBody {
    let token: String
    let username: Username
    let password: String

    static func read(_ document: JSONValue) throws -> SetUpBody {
        try JSONObjectReader.decode(document) { reader in
            let token = reader.requiredString("token", lengthBytes: 1...Limits.subjectBytes)
            let username = reader.required("username", rule: Username.rule, Username.init)
            let password = reader.requiredPassword("password")
            guard let token, let username, let password else { return nil }
            return SetUpBody(token: token, username: username, password: password)
        }
    }
}

/// `{"current","new"}`
struct PasswordBody {
    let current: String
    let new: String

    static func read(_ document: JSONValue) throws -> PasswordBody {
        try JSONObjectReader.decode(document) { reader in
            let current = reader.requiredPassword("current")
            let new = reader.requiredPassword("new")
            guard let current, let new else { return nil }
            return PasswordBody(current: current, new: new)
        }
    }
}

extension JSONObjectReader {
    /// Whether a new one will do is for the broker to say; an old one may be from before the rule.
    fileprivate func requiredPassword(_ name: String) -> String? {
        requiredString(name, lengthBytes: 1...Limits.passwordBytes.upperBound)
    }
}
