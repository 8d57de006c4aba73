import HallpassCore
import HallpassCrypto
import StrictJSON

/// A record as other systems read it: an event of the class API Activity.
///
/// Source: Open Cybersecurity Schema Framework 1.3.0, class 6003. What the class has no place for stands in `unmapped`, with
/// the record as it was hashed, so that the chain can be checked from there too.
enum OCSFEvent {
    private static let classUID: Int64 = 6_003

    static func line(_ record: AuditRecord) -> [UInt8] {
        JSONValue.object(event(record)).serialized() + [UInt8(ascii: "\n")]
    }

    static func event(_ record: AuditRecord) -> JSONObject {
        // A record that was checked against the chain is JSON.
        let fields = (try? JSONParser.parse(record.canonical)) ?? .null
        let isRefused = fields.text("decision") == AuditDecision.deny.rawValue
        let activity = activityID(fields.text("event"))
        var event = JSONObject()
        event["activity_id"] = .integer(activity)
        event["category_uid"] = 6
        event["class_uid"] = .integer(classUID)
        event["type_uid"] = .integer(classUID * 100 + activity)
        event["time"] = .integer(RFC3339.seconds(fields.text("time")).map { $0 * 1_000 } ?? 0)
        event["severity_id"] = isRefused ? 3 : 1
        event["status_id"] = isRefused ? 2 : 1
        event["status_code"] = fields["code"]
        event["status_detail"] = fields["check"]
        event["duration"] = fields["duration_us"]?.integerValue.map { .integer($0 / 1_000) }
        event["metadata"] = metadata(fields, record)
        event["api"] = api(fields)
        event["actor"] = actor(fields)
        event["src_endpoint"] = fields["address"].map { ["ip": $0] } ?? [:]
        event["unmapped"] = [
            "hash": .string(Base64URL.encode(record.hash)),
            "record": .string(String(decoding: record.canonical, as: UTF8.self)),
        ]
        return event
    }

    /// Where a file of such events ends; `nil` for an empty one.
    static func lastHead(path: String, tenant: TenantID) throws -> AuditHead? {
        let reader = try LineReader(path: path)
        while try reader.next() != nil {}
        guard let line = reader.previous else { return nil }
        // Which rule of JSON broke does not matter: we did not write it.
        let event = (try? JSONParser.parse(line)) ?? .null
        guard event["metadata"]?.text("tenant_uid") == tenant.rawValue,
            let sequence = event["metadata"]?["sequence"]?.integerValue,
            let hash = (event["unmapped"]?["hash"]?.stringValue).flatMap({ Base64URL.decodeDigest(Array($0.utf8)) })
        else {
            throw CommandFailure.localFile(
                "The last line of \(path) is no event of tenant \(tenant)'s chain.", next: "name a new file: --out FILE"
            )
        }
        return AuditHead(sequence: sequence, hash: hash)
    }

    /// Create, Read, Update, Delete, Other.
    private static func activityID(_ event: String) -> Int64 {
        switch AuditEvent(rawValue: event) {
        case .mint, .tenantCreate, .clientSecretIssue: 1
        case .introspect, .verify, .adminRead, .auditExport: 2
        case .outcome, .registryChange, .keyRotate, .keyEncryptionKeyRotate: 3
        case .revoke, .revokeToken, .clientSecretRevoke, .keyCompromise, .keyRetire, .auditTrim: 4
        default: 99
        }
    }

    private static func metadata(_ fields: JSONValue, _ record: AuditRecord) -> JSONValue {
        var metadata = JSONObject()
        metadata["version"] = "1.3.0"
        metadata["product"] = [
            "name": "Hallpass", "vendor_name": "Hallpass", "version": .string(ProductVersion.hallpass),
        ]
        metadata["uid"] = fields["request_id"]
        metadata["correlation_uid"] = fields["txn"]
        metadata["tenant_uid"] = .string(record.tenant.rawValue)
        metadata["sequence"] = .integer(record.sequence)
        return .object(metadata)
    }

    private static func api(_ fields: JSONValue) -> JSONValue {
        var api = JSONObject()
        let tool = fields["tool"]?.stringValue
        api["operation"] = .string(tool.map { "\(fields.text("event")) \($0)" } ?? fields.text("event"))
        if let connector = fields["connector"] {
            var service = JSONObject()
            service["name"] = connector
            service["labels"] = fields["environment"].map { .array([$0]) }
            api["service"] = .object(service)
        }
        api["request"] = fields["request_id"].map { ["uid": $0] }
        return .object(api)
    }

    private static func actor(_ fields: JSONValue) -> JSONValue {
        var actor = JSONObject()
        actor["user"] = fields["sub"].map { ["name": $0] }
        actor["invoked_by"] = fields["act"]?["sub"]
        actor["app_name"] = fields["client_id"]
        return .object(actor)
    }
}
