import HallpassCore
import HallpassCrypto
import StrictJSON

/// What the command line does with `audit/chain`: every hash is computed anew.
enum ChainCheck {
    /// - Returns: the head that the records lead to, as the route writes one.
    static func verify(_ items: [JSONObject], tenant: String) throws -> JSONObject {
        let id = try required(TenantID(tenant))
        var chain = AuditChain(tenant: id)
        for item in items {
            let hash = try required(Base64URL.decodeDigest(Array(try required(item["hash"]?.stringValue).utf8)))
            let record = AuditRecord(
                tenant: id, sequence: try required(item["seq"]?.integerValue),
                canonical: Array(try required(item["record"]?.stringValue).utf8), hash: hash)
            guard chain.append(record) == nil else { throw MissingValue() }
        }
        var head = JSONObject()
        head["seq"] = .integer(chain.head.sequence)
        head["hash"] = .string(Base64URL.encode(chain.head.hash))
        return head
    }
}
