package import HallpassCrypto
import StrictJSON

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
        sequence = head.sequence + 1
        self.tenant = tenant
        canonical = entry.canonical(tenant: tenant, sequence: sequence)
        hash = AuditRecord.hash(canonical, after: head.hash)
    }

    package var head: AuditHead { AuditHead(sequence: sequence, hash: hash) }

    package static func hash(_ canonical: [UInt8], after previous: SHA256Digest) -> SHA256Digest {
        var stream = SHA256Stream()
        stream.update(0x00 as UInt8)
        stream.update(previous)
        stream.update(canonical)
        return stream.finalize()
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

extension AuditEntry {
    /// The record's canonical form. The members are appended in the order of RFC 8785, which a test holds against
    /// the general writer; that spares the one writing thread a sort.
    package func canonical(tenant: TenantID, sequence: Int64) -> [UInt8] {
        var writer = CanonicalMembers()
        writer.add("act", act?.json)
        writer.add("act_issuer", actIssuer?.rawValue)
        writer.add("address", address)
        writer.add("admin", admin)
        writer.add("approval_id", approvalID?.text)
        writer.add("args_sha256", argumentsDigest)
        writer.add("call_id", callID?.text)
        writer.add("check", check?.rawValue)
        writer.add("client_id", client?.rawValue)
        writer.add("code", code)
        writer.add("connector", connector?.rawValue)
        writer.add("count", count)
        writer.add("credential_sha256", credentialDigest)
        writer.add("decision", decision.rawValue)
        writer.add("duration_us", durationMicroseconds)
        writer.add("environment", environment?.rawValue)
        writer.add("event", event.rawValue)
        writer.add("issuer", issuer?.rawValue)
        writer.add("jti", tokenID?.text)
        writer.add("proof_check", proofCheck?.rawValue)
        writer.add("reason", reason)
        writer.add("request_id", requestID)
        writer.add("revision", revision)
        writer.add("scope", scope?.spaceSeparated)
        writer.add("seq", sequence)
        writer.add("sub", subject?.rawValue)
        writer.add("target", target)
        writer.add("tenant", tenant.rawValue)
        writer.add(time: "time", timeMilliseconds)
        writer.add("token_kind", tokenKind?.rawValue)
        writer.add("tool", tool?.rawValue)
        writer.add("txn", transaction?.rawValue)
        return writer.finish()
    }
}

/// Writes the members of one canonical object that the caller names in order.
private struct CanonicalMembers {
    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(512) }

    mutating func add(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        begin(name)
        JSONWriter.appendString(text, to: &bytes)
    }

    mutating func add(_ name: StaticString, _ number: Int64?) {
        guard let number else { return }
        begin(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func add(_ name: StaticString, _ digest: SHA256Digest?) {
        guard let digest else { return }
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        Base64URL.append(encoding: digest, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(time name: StaticString, _ milliseconds: Int64) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        RFC3339.append(milliseconds: milliseconds, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(_ name: StaticString, _ value: JSONValue?) {
        guard let value else { return }
        begin(name)
        CanonicalJSON.append(value, to: &bytes)
    }

    private mutating func begin(_ name: StaticString) {
        bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
