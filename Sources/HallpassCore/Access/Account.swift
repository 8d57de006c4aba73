/// A person who uses the admin API.
package struct Account: Hashable, Sendable {
    package let name: AccountName
    package let roles: Set<Role>
    /// The `sub` under which the same person stands in calls, so that nobody approves their own.
    package let subject: Subject?
    package let displayName: String?

    package init(name: AccountName, roles: Set<Role>, subject: Subject? = nil, displayName: String? = nil) {
        self.name = name
        self.roles = roles
        self.subject = subject
        self.displayName = displayName
    }

    /// Every name that this person may stand under in a call.
    package var subjects: Set<Subject> {
        // An account's name always is a subject: its alphabet is the smaller one.
        Set([subject, Subject(name.username.rawValue)].compactMap { $0 })
    }
}

package typealias Username = Identifier<Account>

/// A person's name is their own within one tenant only.
package struct AccountName: Hashable, Sendable, CustomStringConvertible {
    package let tenant: TenantID
    package let username: Username

    package init(tenant: TenantID, username: Username) {
        self.tenant = tenant
        self.username = username
    }

    /// `platform/alice`: neither name can hold the slash.
    package var description: String { "\(tenant)/\(username)" }

    /// As a tenant's own records have it: the name alone for one of its people, the whole name for one of the platform's.
    package func seen(from tenant: TenantID) -> String {
        tenant == self.tenant ? username.rawValue : description
    }
}

extension Account {
    /// Why a text may not become this person's password; `nil` if it may.
    ///
    /// Length is what makes a password hard to guess, so no classes of characters are asked for. Source: NIST SP 800-63B
    /// section 5.1.1.2.
    package static func rejection(ofPassword password: String, for username: Username) -> String? {
        let count = password.utf8.count
        guard Limits.passwordBytes.contains(count) else {
            return "must be \(Limits.passwordBytes.lowerBound) to \(Limits.passwordBytes.upperBound) bytes"
        }
        var rest = password.lowercased().filter { $0.isLetter || $0.isNumber }
        let isMonotonous = Set(rest).count < 5
        for word in obviousWords + [username.rawValue] { rest = rest.replacing(word, with: "") }
        guard isMonotonous || rest.count < 5 else { return nil }
        return "must not be among the first that anyone would try"
    }

    /// What those make theirs of who were told that it has to be long. The longer ones come first, so that none is left in
    /// pieces.
    private static let obviousWords = [
        "correcthorsebatterystaple", "administrator", "abcdefghijkl", "1234567890", "qwertyuiop", "123456789",
        "asdfghjkl",
        "iloveyou", "password", "passwort", "hallpass", "changeme", "welcome", "letmein", "qwerty", "admin",
    ]
}
