import HallpassCore
import HallpassCrypto
import StrictJSON

/// A stretch of a tenant's chain as the server hands it out, and where the chain ends at that moment.
struct AuditChainPage: Sendable {
    /// In the order they are said to have; nothing about them is checked yet.
    let records: [AuditRecord]
    let head: AuditHead
    /// What the chain is said to begin after; `nil` where it is said to have all its records.
    let trimmed: SignedCheckpoint?

    init(records: [AuditRecord], head: AuditHead, trimmed: SignedCheckpoint? = nil) {
        self.records = records
        self.head = head
        self.trimmed = trimmed
    }

    /// Reads `{"items":[{"seq","hash","record"}],"head":{"seq","hash"},"trimmed"?}`.
    init(_ answer: JSONObject, tenant: TenantID) throws {
        guard let items = answer["items"]?.arrayValue, let head = answer["head"].flatMap(Self.place) else {
            throw CommandFailure.badAnswer("The server's answer is no part of an audit chain.")
        }
        self.head = head
        trimmed = try answer["trimmed"].map { value in
            guard let trimmed = SignedCheckpoint(json: value), trimmed.checkpoint.tenant == tenant else {
                throw CommandFailure.badAnswer("The server's answer is no part of an audit chain.")
            }
            return trimmed
        }
        records = try items.map { item in
            guard let place = Self.place(item), let record = item["record"]?.stringValue else {
                throw CommandFailure.badAnswer("The server's answer is no part of an audit chain.")
            }
            return AuditRecord(
                tenant: tenant, sequence: place.sequence, canonical: Array(record.utf8), hash: place.hash)
        }
    }

    private static func place(_ value: JSONValue) -> AuditHead? {
        guard let sequence = value["seq"]?.integerValue,
            let hash = value["hash"]?.stringValue.flatMap({ Base64URL.decodeDigest(Array($0.utf8)) })
        else { return nil }
        return AuditHead(sequence: sequence, hash: hash)
    }
}

extension APIClient {
    func auditChain(of tenant: TenantID, after sequence: Int64, limit: Int) async throws -> AuditChainPage {
        let query = [("after", String(sequence)), ("limit", String(limit))]
        return try AuditChainPage(
            await send(.get("v1", "tenants", tenant.rawValue, "audit", "chain", query: query)), tenant: tenant)
    }
}
