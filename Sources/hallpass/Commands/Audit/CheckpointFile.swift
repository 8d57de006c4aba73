import HallpassCore
import HallpassCrypto
import StrictJSON

/// Signed checkpoints as the server wrote them, one JSON object a line, of any number of tenants.
struct CheckpointFile {
    let path: String

    /// The ends that a tenant's chain is signed to have had.
    ///
    /// - Throws: ``CommandFailure`` with exit code 5 where a checkpoint of this tenant is signed by none of the keys: then
    ///   somebody wrote it who was not the server.
    func heads(of tenant: TenantID, signedBy keys: [Ed25519PublicKey]) throws -> [AuditHead] {
        let reader = try LineReader(path: path)
        var heads: [AuditHead] = []
        while let line = try reader.next() {
            // Which rule of JSON broke does not matter: we did not write it.
            guard let value = try? JSONParser.parse(line), let signed = SignedCheckpoint(json: value) else {
                throw CommandFailure.localFile(
                    "Line \(reader.lineNumber) of \(path) is no signed checkpoint.",
                    next: "name the file that audit-checkpoint-file names")
            }
            guard signed.checkpoint.tenant == tenant else { continue }
            guard try keys.contains(where: { try signed.isSigned(by: $0) }) else {
                throw CommandFailure(
                    .chainBroken, code: "checkpoint_not_signed",
                    "The checkpoint in line \(reader.lineNumber) of \(path) is signed by none of the given keys.",
                    next: "hallpass audit keys --tenant \(tenant), and compare with the keys you noted")
            }
            heads.append(signed.checkpoint.head)
        }
        return heads
    }
}
