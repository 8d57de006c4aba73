import HallpassCore
import StrictJSON

/// `{"dimension","id","reason"}`
struct RevocationBody {
    let dimension: RevocationDimension
    let id: String
    let reason: String

    static func read(_ document: JSONValue) throws -> RevocationBody {
        try JSONObjectReader.decode(document) { reader in
            let dimension = reader.requiredChoice("dimension", RevocationDimension.self)
            let id = reader.requiredString("id", lengthBytes: 1...Limits.subjectBytes)
            let reason = reader.requiredString("reason", lengthBytes: 1...Limits.descriptionBytes)
            guard let dimension, let id, let reason else { return nil }
            return RevocationBody(dimension: dimension, id: id, reason: reason)
        }
    }
}

/// `{"reason"}`
struct DecisionBody {
    let reason: String

    static func read(_ document: JSONValue) throws -> DecisionBody {
        try JSONObjectReader.decode(document) { reader in
            reader.requiredString("reason", lengthBytes: 1...Limits.descriptionBytes).map(DecisionBody.init)
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
