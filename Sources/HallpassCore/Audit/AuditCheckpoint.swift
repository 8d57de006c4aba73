package import HallpassCrypto
package import StrictJSON

/// A statement that a tenant's chain ended with this record at this time, to be signed and kept where the chain is not.
///
/// A chain without its newest records still fits together; held against a later checkpoint it no longer does.
package struct AuditCheckpoint: Hashable, Sendable {
    package let tenant: TenantID
    package let head: AuditHead
    /// Unix seconds.
    package let timeSeconds: Int64

    package init(tenant: TenantID, head: AuditHead, timeSeconds: Int64) {
        self.tenant = tenant
        self.head = head
        self.timeSeconds = timeSeconds
    }

    /// What is signed: a line that no other signed thing begins with, then the canonical form of
    /// `{"hash","seq","tenant","time"}`.
    package var signedBytes: [UInt8] { Array("hallpass/audit-checkpoint/v1\n".utf8) + CanonicalJSON.bytes(of: json) }

    package var json: JSONValue {
        [
            "hash": .string(Base64URL.encode(head.hash)), "seq": .integer(head.sequence),
            "tenant": .string(tenant.rawValue), "time": .string(RFC3339.text(seconds: timeSeconds)),
        ]
    }

    /// Reads ``json``; `nil` for anything else.
    package init?(json: JSONValue) {
        guard let object = json.objectValue, object.count == 4,
            let hash = object["hash"]?.stringValue.flatMap({ Base64URL.decodeDigest(Array($0.utf8)) }),
            let sequence = object["seq"]?.integerValue, sequence >= 0,
            let tenant = object["tenant"]?.stringValue.flatMap(TenantID.init),
            let time = object["time"]?.stringValue.flatMap(RFC3339.seconds)
        else { return nil }
        self.init(tenant: tenant, head: AuditHead(sequence: sequence, hash: hash), timeSeconds: time)
    }
}

/// A checkpoint with its signature, of which nothing is believed yet.
package struct SignedCheckpoint: Hashable, Sendable {
    package let checkpoint: AuditCheckpoint
    /// Ed25519, 64 bytes.
    package let signature: [UInt8]

    package init(checkpoint: AuditCheckpoint, signature: [UInt8]) {
        self.checkpoint = checkpoint
        self.signature = signature
    }

    package func isSigned(by key: Ed25519PublicKey) throws(CryptoError) -> Bool {
        try key.isValid(signature, for: checkpoint.signedBytes)
    }

    /// `{"checkpoint":{"hash","seq","tenant","time"},"signature"}`
    package var json: JSONValue {
        ["checkpoint": checkpoint.json, "signature": .string(Base64URL.encode(signature))]
    }

    /// Reads ``json``; `nil` for anything else.
    package init?(json: JSONValue) {
        guard let object = json.objectValue, object.count == 2,
            let checkpoint = object["checkpoint"].flatMap(AuditCheckpoint.init(json:)),
            let signature = object["signature"]?.stringValue.flatMap({ Base64URL.decode($0) }),
            signature.count == Ed25519PublicKey.signatureByteCount
        else { return nil }
        self.init(checkpoint: checkpoint, signature: signature)
    }
}
