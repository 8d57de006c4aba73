import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON

/// The audit: searched newest first, or as the chain that it is.
struct AuditRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(.get, "/v1/tenants/{tenant}/audit", .adminRead, .none, list),
            Route(.get, "/v1/tenants/{tenant}/audit/chain", .auditExport, .none, chain),
            Route(.get, "/v1/tenants/{tenant}/audit/checkpoints", .auditExport, .none, checkpoints),
            Route(.get, "/v1/tenants/{tenant}/audit/keys", .auditExport, .none, keys),
        ]
    }

    /// `{"items","next_cursor"?}`; a page may be empty and have more after it.
    @Sendable
    private func list(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (page, filter) = try call.query { reader in (Page(reading: reader), AuditQuery(reading: reader)) }
        var query = filter
        query.before = try page.afterNumber()
        query.limit = page.limit
        let found = try await broker.audit(query, by: admin)
        var object = JSONObject()
        object["items"] = .array(found.records.map(\.json))
        if let next = found.next { object["next_cursor"] = Page.cursor(String(next)) }
        return Answer(.ok, object)
    }

    /// `{"items":[{"seq","hash","record"}],"head":{"seq","hash"},"trimmed"?:{"checkpoint","signature"}}`: each record as its
    /// canonical text, which is what the hash covers; `trimmed` is what the chain begins after, where it is not whole.
    @Sendable
    private func chain(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (after, limit) = try call.query { reader in
            (
                reader.optionalNumber("after", in: 0...JSONValue.safeIntegerMaximum) ?? 0,
                Page(reading: reader, hasCursor: false).limit
            )
        }
        // The head first: the chain may grow meanwhile, and then the items reach beyond it instead of ending before it.
        let head = try await broker.auditHead(by: admin)
        let records = try await broker.auditChain(after: after, limit: limit, by: admin)
        // Last what it begins after: if it is trimmed meanwhile, this tells why the items do not follow.
        let trim = try await broker.auditTrim(by: admin)
        let items = records.map { record -> JSONValue in
            [
                "seq": .integer(record.sequence), "hash": .string(Base64URL.encode(record.hash)),
                "record": .string(String(decoding: record.canonical, as: UTF8.self)),
            ]
        }
        var answer = JSONObject()
        answer["items"] = .array(items)
        answer["head"] = ["seq": .integer(head.sequence), "hash": .string(Base64URL.encode(head.hash))]
        answer["trimmed"] = trim?.signed.json
        return Answer(json: .object(answer))
    }
}

extension AuditRoutes {
    /// `{"items":[{"checkpoint":{"hash","seq","tenant","time"},"signature"}]}`, oldest first.
    @Sendable
    private func checkpoints(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let page = try call.query(Page.init(reading:))
        let rows = try await broker.checkpoints(
            after: try page.afterNumber() ?? 0, limit: page.limit + 1, by: admin)
        return page.answer(rows, key: { String($0.checkpoint.head.sequence) }, \.json)
    }

    /// `{"items":[{"algorithm":"Ed25519","public_key"}]}`, the newest last.
    @Sendable
    private func keys(_ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let items = try await broker.auditKeys(by: admin).map { key -> JSONValue in
            ["algorithm": "Ed25519", "public_key": .string(Base64URL.encode(key.bytes))]
        }
        return Answer(json: ["items": .array(items)])
    }
}

extension AuditQuery {
    /// `?event=&decision=&code=&client_id=&sub=&connector=&tool=&request_id=&jti=&call_id=&txn=&since=&until=`
    fileprivate init(reading reader: JSONObjectReader) {
        self.init()
        event = reader.optionalChoice("event", AuditEvent.self)
        decision = reader.optionalChoice("decision", AuditDecision.self)
        code = reader.optionalString("code", lengthBytes: 1...64)
        client = reader.optional("client_id", rule: ClientID.rule, ClientID.init)
        subject = reader.optional("sub", rule: Subject.rule, Subject.init)
        connector = reader.optional("connector", rule: ConnectorID.rule, ConnectorID.init)
        tool = reader.optional("tool", rule: ToolName.rule, ToolName.init)
        requestID = reader.optionalString("request_id", lengthBytes: 1...64)
        tokenID = reader.optional("jti", rule: "must be a jti, 22 characters") { TokenID($0) }
        callID = reader.optional("call_id", rule: "must be a call_id, 22 characters") { CallID($0) }
        transaction = reader.optional("txn", rule: TransactionID.rule, TransactionID.init)
        since = reader.optional("since", rule: RFC3339.rule, RFC3339.seconds).map { $0 * 1_000 }
        until = reader.optional("until", rule: RFC3339.rule, RFC3339.seconds).map { $0 * 1_000 }
    }
}

extension RFC3339 {
    fileprivate static var rule: String { "must be an RFC 3339 time in UTC, such as 2026-11-21T03:04:05Z" }
}

extension AuditRecord {
    /// The record with its `hash` beside its own members.
    fileprivate var json: JSONValue {
        // What was stored was canonical; a row that no longer is says so by having nothing but its place.
        let stored = (try? JSONParser.parse(canonical))?.objectValue
        var object = stored ?? JSONObject()
        if stored == nil { object["seq"] = .integer(sequence) }
        object["hash"] = .string(Base64URL.encode(hash))
        return .object(object)
    }
}
