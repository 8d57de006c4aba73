package import HallpassCrypto

/// One link of a tenant's audit chain, as stored and exported.
package struct AuditRecord: Hashable, Sendable {
    package let tenant: TenantID
    /// 1 for a tenant's first record; no gaps.
    package let sequence: Int64
    /// RFC 8785 canonical JSON; what the hash covers.
    package let canonical: [UInt8]
    /// SHA-256 of `0x00 ‖ previous hash ‖ canonical`.
    package let hash: SHA256Digest

    package init(tenant: TenantID, sequence: Int64, canonical: [UInt8], hash: SHA256Digest) {
        self.tenant = tenant
        self.sequence = sequence
        self.canonical = canonical
        self.hash = hash
    }

    /// Appends an entry to a chain.
    package init(_ entry: AuditEntry, of tenant: TenantID, after head: AuditHead) {
        let sequence = head.sequence + 1
        let canonical = entry.text(tenant: tenant, sequence: sequence).canonical
        self.init(
            tenant: tenant, sequence: sequence, canonical: canonical,
            hash: AuditRecord.hash(canonical, after: head.hash))
    }

    package var head: AuditHead { AuditHead(sequence: sequence, hash: hash) }

    package static func hash(_ canonical: [UInt8], after previous: SHA256Digest) -> SHA256Digest {
        var stream = hashing(after: previous)
        stream.update(canonical)
        return stream.finalize()
    }

    /// The hash of a record whose canonical form is still to come.
    static func hashing(after previous: SHA256Digest) -> SHA256Stream {
        var stream = SHA256Stream()
        stream.update(0x00 as UInt8)
        stream.update(previous)
        return stream
    }
}

/// The end of a chain: what the next record is hashed onto.
package struct AuditHead: Hashable, Sendable {
    package let sequence: Int64
    package let hash: SHA256Digest

    package init(sequence: Int64, hash: SHA256Digest) {
        self.sequence = sequence
        self.hash = hash
    }

    /// As it is noted by people: `SEQUENCE:HASH`, the hash in base64url.
    package var text: String { "\(sequence):\(Base64URL.encode(hash))" }

    /// Before the first record: sequence 0, 32 zero bytes.
    package static let empty: AuditHead = {
        guard let hash = SHA256Digest(bytes: [UInt8](repeating: 0, count: 32)) else {
            preconditionFailure("32 bytes are a digest")
        }
        return AuditHead(sequence: 0, hash: hash)
    }()
}
