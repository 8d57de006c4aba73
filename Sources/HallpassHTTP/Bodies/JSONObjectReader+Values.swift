import HallpassBroker
import HallpassCore
import StrictJSON

/// The values that requests are made of.
extension JSONObjectReader {
    /// - Parameter rule: what the value must be, as a clause after its path.
    func required<Value>(_ name: String, rule: String, _ make: (String) -> Value?) -> Value? {
        made(requiredString(name), name, rule: rule, make)
    }

    func optional<Value>(_ name: String, rule: String, _ make: (String) -> Value?) -> Value? {
        made(optionalString(name), name, rule: rule, make)
    }

    /// `0` or `1`, as queries have it; absent is `false`.
    func optionalFlag(_ name: String) -> Bool {
        optional(name, rule: "must be 0 or 1") { ["0": false, "1": true][$0] } ?? false
    }

    /// A whole number written as text, as forms and queries have it.
    func optionalNumber(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        optional(name, rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }

    private func made<Value>(_ text: String?, _ name: String, rule: String, _ make: (String) -> Value?) -> Value? {
        guard let text else { return nil }
        if let value = make(text) { return value }
        refuse(at: pointer.appending(name), rule: "format", message: rule)
        return nil
    }
}

/// What `POST /v1/call-tokens` and `POST /oauth/token` have in common.
extension JSONObjectReader {
    func optionalTool() -> ToolName? { optional("tool", rule: ToolName.rule, ToolName.init) }

    func requiredEnvironment() -> EnvironmentID? {
        required("environment", rule: EnvironmentID.rule, EnvironmentID.init)
    }

    func optionalScope() -> ScopeSet? {
        let rule = "must be at most \(Limits.scopesPerSet) scopes with one space between them"
        return optional("scope", rule: rule, ScopeSet.init(spaceSeparated:))
    }

    func optionalTransaction() -> TransactionID? { optional("txn", rule: TransactionID.rule, TransactionID.init) }

    func optionalApproval() -> ApprovalID? {
        optional("approval_id", rule: "must be the approval_id of an earlier answer") { ApprovalID($0) }
    }

    /// `{"token","token_type"?}`: a JWT of an identity provider. Its length is for the check of its shape.
    func readIdentityToken() -> IdentityToken? {
        let text = requiredString("token")
        let type = optionalChoice("token_type", IdentityTokenType.self)
        return text.map { IdentityToken(text: $0, type: type ?? .jwt) }
    }

    /// `{"sub", "groups"?}`
    func readActor() -> Actor? {
        let subject = required("sub", rule: Subject.rule, Subject.init)
        let names = optionalStringArray("groups", count: 0...Limits.groupsPerActor) ?? []
        var groups: Set<GroupName> = []
        for (index, name) in names.enumerated() {
            if let group = GroupName(name) {
                groups.insert(group)
            } else {
                refuse(at: pointer.appending("groups").appending(index), rule: "format", message: GroupName.rule)
            }
        }
        return subject.map { Actor(subject: $0, groups: groups) }
    }
}

extension ActorChain {
    static var rule: String { "must be {\"sub\", \"act\"?}, at most \(Limits.actorChainDepth) deep" }
}
