import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON

extension Broker {
    /// What the ledger needs to issue a token on an approval, or else to ask for one.
    ///
    /// - Parameters:
    ///   - token: signed already; its number is the approval's too, should one have to be asked for.
    ///   - shown: the approval that the caller named.
    func claim(
        _ token: TokenRow, on demand: ApprovalDemand, for request: MintRequest, shown: ApprovalID?, nowSeconds: Int64,
        by client: AuthenticatedClient
    ) throws(Refusal) -> ApprovalClaim {
        guard let tool = request.tool, let arguments = request.arguments, let digest = request.argumentsDigest,
            let deployment = client.snapshot.registry.deployments[token.deployment]
        else { throw Refusal(.approval, .internal) }
        let bytes = CanonicalJSON.bytes(of: .object(arguments))
        guard bytes.count <= Limits.approvalArgumentsBytes else {
            throw Refusal(
                .approval,
                .invalidRequest(
                    path: "/arguments", rule: "approval",
                    message: "must be at most \(Limits.approvalArgumentsBytes) bytes, because a person has to read them"
                ))
        }
        let id: ApprovalID?
        let sealed: [UInt8]
        do {
            id = ApprovalID(sequence: token.sequence, nonce: try RandomBytes.generate(count: 8))
            sealed = try id.map { try client.vault.seal(arguments: bytes, of: $0) } ?? []
        } catch {
            // Nothing is asked without randomness; what is wrong is for the health check to say.
            throw Refusal(.key, .unavailable)
        }
        guard let id else { throw Refusal(.approval, .internal) }
        let approval = Approval(
            id: id,
            call: ApprovableCall(
                client: client.client.id, subject: request.actor.subject, act: request.act,
                deployment: token.deployment,
                tool: tool, argumentsDigest: digest),
            cause: demand.cause, requestedAt: nowSeconds, expiresAt: nowSeconds + deployment.approval.lifetimeSeconds)
        return ApprovalClaim(
            token: token, demand: demand, shown: shown, request: ApprovalRequest(approval: approval, arguments: sealed))
    }
}
