import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

struct AuditCheckpointTests {
    private static let head = AuditHead(sequence: 42, hash: SHA256.hash(Array("head".utf8)))
    private static let checkpoint = AuditCheckpoint(tenant: "acme", head: head, timeSeconds: 1_795_216_335)

    private static func key(_ byte: UInt8 = 1) throws -> Ed25519PrivateKey {
        try Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    private static func signed() throws -> SignedCheckpoint {
        SignedCheckpoint(checkpoint: checkpoint, signature: try key().signature(for: checkpoint.signedBytes))
    }

    @Test func `what is signed is a line of its own and the canonical checkpoint`() {
        let hash = Base64URL.encode(Self.head.hash)
        let text = """
            hallpass/audit-checkpoint/v1
            {"hash":"\(hash)","seq":42,"tenant":"acme","time":"2026-11-20T23:12:15Z"}
            """
        #expect(String(decoding: Self.checkpoint.signedBytes, as: UTF8.self) == text)
    }

    @Test func `what is written is read back, and is signed by its key alone`() throws {
        let signed = try Self.signed()
        #expect(SignedCheckpoint(json: signed.json) == signed)
        let own = try Self.key().publicKey
        let other = try Self.key(2).publicKey
        let isSigned = try (signed.isSigned(by: own), signed.isSigned(by: other))
        #expect(isSigned == (true, false))
    }

    @Test func `a checkpoint of another tenant, place, hash or time is not what was signed`() throws {
        let signature = try Self.signed().signature
        let key = try Self.key().publicKey
        let changed = [
            AuditCheckpoint(tenant: "globex", head: Self.head, timeSeconds: 1_795_216_335),
            AuditCheckpoint(
                tenant: "acme", head: AuditHead(sequence: 41, hash: Self.head.hash), timeSeconds: 1_795_216_335),
            AuditCheckpoint(
                tenant: "acme", head: AuditHead(sequence: 42, hash: SHA256.hash([])), timeSeconds: 1_795_216_335),
            AuditCheckpoint(tenant: "acme", head: Self.head, timeSeconds: 1_795_216_336),
        ]
        for checkpoint in changed {
            let isSigned = try SignedCheckpoint(checkpoint: checkpoint, signature: signature).isSigned(by: key)
            #expect(!isSigned, "\(checkpoint)")
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"checkpoint":{},"signature":""}"#, #"[]"#,
        #"{"checkpoint":{"hash":"x","seq":1,"tenant":"acme","time":"2026-11-20T23:12:15Z"},"signature":"AA"}"#,
    ])
    func `anything else is no signed checkpoint`(text: String) throws {
        #expect(SignedCheckpoint(json: try JSONParser.parse(Array(text.utf8))) == nil)
    }

    @Test func `a further member makes it another thing`() throws {
        var object = try #require(try Self.signed().json.objectValue)
        object["note"] = "x"
        #expect(SignedCheckpoint(json: .object(object)) == nil)
    }
}
