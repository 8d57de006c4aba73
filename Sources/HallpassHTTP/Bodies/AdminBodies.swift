import HallpassCore
import StrictJSON

/// `{"dimension","id","reason"}`
struct RevocationBody {
    let dimension: RevocationDimension
    let id: String
    let reason: String

    /// - Parameter isDryRun: nothing is done then, so there is nothing to give a reason for.
    static func read(_ document: JSONValue, isDryRun: Bool) throws -> RevocationBody {
        try JSONObjectReader.decode(document) { reader in
            let dimension = reader.requiredChoice("dimension", RevocationDimension.self)
            let id = reader.requiredString("id", lengthBytes: 1...Limits.subjectBytes)
            let reason =
                isDryRun
                ? reader.optionalString("reason", lengthBytes: 1...Limits.descriptionBytes) ?? ""
                : reader.requiredReason()
            guard let dimension, let id, let reason else { return nil }
            return RevocationBody(dimension: dimension, id: id, reason: reason)
        }
    }
}

/// `{"confirm","reason"}`: the tenant's name once more, and why it goes.
struct DeletionBody {
    let confirm: String
    let reason: String

    /// - Parameter isDryRun: nothing is done then, so nothing needs to be said.
    static func read(_ document: JSONValue, isDryRun: Bool) throws -> DeletionBody {
        guard !isDryRun || !document.isNull else { return DeletionBody(confirm: "", reason: "") }
        return try JSONObjectReader.decode(document) { reader in
            let name = 1...Limits.identifierBytes
            guard !isDryRun else {
                return DeletionBody(
                    confirm: reader.optionalString("confirm", lengthBytes: name) ?? "",
                    reason: reader.optionalString("reason", lengthBytes: 1...Limits.descriptionBytes) ?? "")
            }
            let confirm = reader.requiredString("confirm", lengthBytes: name)
            let reason = reader.requiredReason()
            guard let confirm, let reason else { return nil }
            return DeletionBody(confirm: confirm, reason: reason)
        }
    }
}

/// `{"reason"}`
struct DecisionBody {
    let reason: String

    static func read(_ document: JSONValue) throws -> DecisionBody {
        try JSONObjectReader.decode(document) { reader in reader.requiredReason().map(DecisionBody.init) }
    }
}

/// `{"dimension","id","reason"}`
struct SwitchBody {
    let thing: DisabledThing
    let reason: String

    static func read(_ document: JSONValue) throws -> SwitchBody {
        try JSONObjectReader.decode(document) { reader in
            let kind = reader.requiredChoice("dimension", HallpassError.Disableable.self)
            let id = reader.requiredString("id", lengthBytes: 1...Limits.subjectBytes)
            let reason = reader.requiredReason()
            guard let kind, let id, let reason else { return nil }
            guard let thing = DisabledThing(kind, id: id) else {
                reader.refuse("id", rule: "format", message: "is not the name of such a thing")
                return nil
            }
            return SwitchBody(thing: thing, reason: reason)
        }
    }
}

/// `{"expires_in_seconds"?}`, or nothing at all.
struct SecretBody {
    let lifetimeSeconds: Int64?

    static func read(_ document: JSONValue) throws -> SecretBody {
        guard !document.isNull else { return SecretBody(lifetimeSeconds: nil) }
        return try JSONObjectReader.decode(document) { reader in
            SecretBody(
                lifetimeSeconds: reader.optionalInteger("expires_in_seconds", in: Limits.secretLifetimeSeconds))
        }
    }
}

extension JSONObjectReader {
    /// An admin's own words, for the audit.
    fileprivate func requiredReason() -> String? {
        requiredString("reason", lengthBytes: 1...Limits.descriptionBytes)
    }
}

/// `{"documents":[…],"dry_run"?,"prune"?}`
struct ApplyBody {
    let documents: [JSONValue]
    let isDryRun: Bool
    let prune: Bool

    static func read(_ document: JSONValue) throws -> ApplyBody {
        try JSONObjectReader.decode(document) { reader in
            let documents = reader.requiredArray("documents", count: 0...Limits.documentsPerApply)
            let isDryRun = reader.optionalBool("dry_run") ?? false
            let prune = reader.optionalBool("prune") ?? false
            return documents.map { ApplyBody(documents: $0, isDryRun: isDryRun, prune: prune) }
        }
    }
}
