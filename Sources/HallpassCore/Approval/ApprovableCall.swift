package import HallpassCrypto
import StrictJSON

/// The one call that an approval is for: who asks, for whom, through whom, where, and what exactly is to be done.
package struct ApprovableCall: Hashable, Sendable {
    /// The gateway that mints.
    package let client: ClientID
    package let subject: Subject
    package let act: ActorChain
    package let deployment: DeploymentID
    package let tool: ToolName
    /// As a call token binds it.
    package let argumentsDigest: SHA256Digest

    package init(
        client: ClientID, subject: Subject, act: ActorChain, deployment: DeploymentID, tool: ToolName,
        argumentsDigest: SHA256Digest
    ) {
        self.client = client
        self.subject = subject
        self.act = act
        self.deployment = deployment
        self.tool = tool
        self.argumentsDigest = argumentsDigest
    }

    /// Tells this call from every other: SHA-256 of the canonical form of all of it. The tenant is not in it: storage never
    /// looks across tenants.
    package var digest: SHA256Digest {
        var object = JSONObject()
        object["act"] = act.json
        object["args_sha256"] = .string(Base64URL.encode(argumentsDigest))
        object["client_id"] = .string(client.rawValue)
        object["connector"] = .string(deployment.connector.rawValue)
        object["environment"] = .string(deployment.environment.rawValue)
        object["sub"] = .string(subject.rawValue)
        object["tool"] = .string(tool.rawValue)
        return SHA256.hash(CanonicalJSON.bytes(of: .object(object)))
    }

    /// Everyone who has a part in it, under the names they have there.
    var parties: [String] { [subject.rawValue, client.rawValue] + act.subjects.map(\.rawValue) }
}
