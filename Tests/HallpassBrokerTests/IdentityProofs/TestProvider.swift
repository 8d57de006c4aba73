import Foundation
import HallpassBroker
import HallpassCore
import HallpassCrypto
import JWTKit
import StrictJSON

/// An identity provider in the test's hand: it signs whatever it is told to, with keys of its own.
struct TestProvider: Sendable {
    let url: String
    private let id: String
    private let publicKey: JSONValue
    private let signer: any JWTAlgorithm

    init(_ url: String = "https://id.example", keyID: String = "k1") async throws {
        let key = ES256PrivateKey()
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: key)
        signer = try await keys.getKey()
        self.url = url
        id = keyID
        guard let parameters = key.parameters else { throw MissingParameters() }
        publicKey = [
            "kty": "EC", "crv": "P-256", "kid": .string(keyID), "use": "sig",
            "x": .string(Self.base64URL(parameters.x)), "y": .string(Self.base64URL(parameters.y)),
        ]
    }

    var jwk: JSONObject { publicKey.objectValue ?? JSONObject() }
    var jwks: JSONValue { ["keys": [publicKey]] }

    func document(_ id: String = "corp", _ change: (inout JSONObject) -> Void = { _ in }) -> JSONValue {
        var document = JSONObject()
        document["kind"] = "Issuer"
        document["id"] = .string(id)
        document["issuer"] = .string(url)
        document["audiences"] = ["hallpass"]
        document["algorithms"] = ["ES256"]
        document["jwks"] = jwks
        document["claims"] = ["groups": "groups"]
        change(&document)
        return .object(document)
    }

    /// Alice's, good for an hour; `change` spoils what a test is about.
    func claims(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        var claims = JSONObject()
        claims["iss"] = .string(url)
        claims["aud"] = "hallpass"
        claims["sub"] = "alice"
        claims["iat"] = .integer(BrokerFixture.start)
        claims["exp"] = .integer(BrokerFixture.start + 3_600)
        change(&claims)
        return claims
    }

    func token(
        _ change: (inout JSONObject) -> Void = { _ in }, header: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        try sign(JSONValue.object(claims(change)).serialized(), header: header)
    }

    func sign(_ payload: [UInt8], header change: (inout JSONObject) -> Void = { _ in }) throws -> String {
        var header = JSONObject()
        header["alg"] = "ES256"
        header["kid"] = .string(id)
        change(&header)
        let signed =
            Base64URL.encode(JSONValue.object(header).serialized()) + "." + Base64URL.encode(payload)
        return try signed + "." + Base64URL.encode(signer.sign(Array(signed.utf8)))
    }

    /// Signed with the public key as if it were a secret, as anyone could.
    func confusedToken() throws -> String {
        let secret = SecretBytes(copying: JSONValue.object(jwk).serialized())
        let header = #"{"alg":"HS256","kid":"\#(id)"}"#
        let signed =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(JSONValue.object(claims()).serialized())
        let code = try HMACSHA256Key(secret).authenticationCode(for: Array(signed.utf8))
        return signed + "." + Base64URL.encode(code)
    }

    private static func base64URL(_ text: String) -> String {
        text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

struct MissingParameters: Error {}

extension BrokerFixture {
    /// A mint with what a provider says of the actor, for a client whose own word is none.
    func mint(
        with token: String, as type: IdentityTokenType = .jwt, agent: AgentProof? = nil, tenant: String = "acme",
        client: String = "quiet-gateway"
    ) async throws -> Result<MintedToken, Refusal> {
        let command = command {
            $0.proof = .token(IdentityToken(text: token, type: type))
            $0.agent = agent
        }
        return try await mint(command, as: client, tenant: tenant)
    }

    /// The last record's event, decision, code and check of the proof.
    func lastVerdict() async throws -> [String?] {
        let record = try await audit().last
        return ["event", "decision", "code", "proof_check"].map { record?[$0]?.stringValue }
    }
}
