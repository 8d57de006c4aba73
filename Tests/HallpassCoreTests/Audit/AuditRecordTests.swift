import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

struct AuditRecordTests {
    static let acme: TenantID = "acme"

    /// Every field set, so that a field written out of order cannot hide.
    static var fullEntry: AuditEntry {
        var entry = AuditEntry(event: .verify, decision: .deny, timeMilliseconds: 1_795_216_335_678, requestID: "r1")
        entry.code = "token_expired"
        entry.check = .time
        entry.client = ClientID("crm-server")
        entry.admin = "alice"
        entry.address = "127.0.0.1"
        entry.subject = Subject("zoë \"the\" \u{1F600}")
        entry.act = ActorChain(["agent", "gateway"])
        entry.issuer = IssuerID("corp")
        entry.actIssuer = IssuerID("agents")
        entry.proofCheck = .signature
        entry.connector = ConnectorID("crm-mcp")
        entry.environment = EnvironmentID("prod")
        entry.tool = ToolName("add_note")
        entry.scope = Fixture.scopes("notes:write contacts:read")
        entry.argumentsDigest = SHA256.hash([])
        entry.tokenID = TokenID(bytes: [UInt8](repeating: 3, count: 16))
        entry.tokenKind = .call
        entry.callID = CallID(bytes: [UInt8](repeating: 4, count: 16))
        entry.approvalID = ApprovalID(bytes: [UInt8](repeating: 5, count: 16))
        entry.transaction = TransactionID("order-17")
        entry.durationMicroseconds = 250
        entry.target = "connector crm-mcp"
        entry.revision = 3
        entry.count = 2
        entry.reason = "leaked\nbadly"
        return entry
    }

    @Test func `a record is written in canonical form`() throws {
        let bytes = Self.fullEntry.text(tenant: Self.acme, sequence: 9).canonical
        let value = try JSONParser.parse(bytes)
        #expect(CanonicalJSON.bytes(of: value) == bytes)
        #expect(value.objectValue?.count == 31)
        #expect(value.objectValue?["time"] == "2026-11-20T23:12:15.678Z")
        #expect(value.objectValue?["seq"] == 9)
        #expect(value.objectValue?["code"] == "token_expired")
    }

    @Test func `a record's members lie where it says`() throws {
        let entry = Self.fullEntry
        let text = entry.text(tenant: Self.acme, sequence: 9)
        let value = try JSONParser.parse(text.canonical)
        #expect(text.members.count == 31)
        for (member, range) in text.members {
            let found = try JSONParser.parse(Array(text.canonical[range]))
            #expect(found == value.objectValue?[member.name])
        }
    }

    @Test func `what is not known is left out`() throws {
        let entry = AuditEntry(event: .mint, decision: .allow, timeMilliseconds: 0, requestID: "r")
        let text = String(decoding: entry.text(tenant: Self.acme, sequence: 1).canonical, as: UTF8.self)
        #expect(
            text
                == #"{"decision":"allow","event":"mint","request_id":"r","seq":1,"tenant":"acme","time":"1970-01-01T00:00:00.000Z"}"#
        )
    }

    @Test func `a refusal says which check spoke and with which code`() {
        let entry = AuditEntry(event: .mint, decision: .allow, timeMilliseconds: 0, requestID: "r")
            .refused(Refusal(.grant, .actorNotGranted))
        #expect(entry.decision == .deny)
        #expect(entry.check == .grant)
        #expect(entry.code == "actor_not_granted")
    }
}
