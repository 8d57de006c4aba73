import HallpassCore
import StrictJSON

/// The gateway's secret is in other hands: what is out is ended, the secret is changed, and work goes on.
extension Story {
    /// The count beforehand may hold tokens that expire meanwhile.
    mutating func revokeGateway() async throws -> Outcome {
        for _ in 0..<3 { leakedTokens.append(try await mintNote()) }
        let body: JSONValue = [
            "dimension": "client", "id": .string(cast.gateway.id), "reason": "Its secret was in a build log.",
        ]
        var request = APIRequest.post("v1", "tenants", cast.tenant.rawValue, "revocations", body: .json(body))
        let revoke = request
        request.query = [("dry_run", "1")]
        let counted = try await client.require(request, as: cast.operators)["revoked_tokens"]?.integerValue ?? 0
        let answer = try await client.send(revoke, as: cast.operators)
        note(answer, .revoke, .allow, code: answer.code)
        let revoked = answer.body["revoked_tokens"]?.integerValue ?? 0
        let isRight = (Int64(leakedTokens.count)...max(counted, 3)).contains(revoked)
        return Outcome(
            asked: "revoke client \(cast.gateway.id), which has \(counted) tokens out",
            answer: isRight ? StoryStep.gatewayRevoked.expected : answer.code ?? "\(revoked) revoked")
    }

    mutating func verifyLeakedTokens() async throws -> Outcome {
        var answers: Set<String> = []
        for token in leakedTokens { answers.insert(try await verify(token, by: cast.crmServer, .deny)) }
        return Outcome(
            asked: "verify the \(leakedTokens.count) tokens it had just minted",
            answer: answers.sorted().joined(separator: ", "))
    }

    /// The refusal of a secret that nobody has is on record with the platform, which knows no tenant of it.
    mutating func endLeakedSecret() async throws -> Outcome {
        let ended = try await client.send(
            APIRequest(method: .delete, path: secretsPath + [cast.gateway.secretName]),
            as: cast.operators)
        note(ended, .clientSecretRevoke, .allow, code: ended.code)
        let answer = try await mint(Wish(arguments: note()))
        return Outcome(asked: "end its secret, mint with it", answer: answer.code ?? "minted")
    }

    mutating func goOn() async throws -> Outcome {
        let issued = try await client.send(APIRequest(method: .post, path: secretsPath), as: cast.operators)
        note(issued, .clientSecretIssue, .allow, code: issued.code)
        let asked = "give it another secret, mint and verify"
        guard let secret = issued.body["secret"]?.stringValue else {
            return Outcome(asked: asked, answer: issued.code ?? "status \(issued.status)")
        }
        try files.keepSecret(cast.tenant, cast.gateway.id, secret)
        cast.gateway = try ClientCredentials(secret: secret, id: cast.gateway.id)
        let answer = try await verify(try await mintNote(), by: cast.crmServer, .execute)
        return Outcome(asked: asked, answer: answer)
    }

    private var secretsPath: [String] {
        ["v1", "tenants", cast.tenant.rawValue, "clients", cast.gateway.id, "secrets"]
    }
}
