import Foundation
import Hummingbird
import Logging

/// What a request to the broker costs before anything is checked: Hummingbird as it comes, a body decoded and another encoded
/// with Foundation, both of the shape and the size that the broker's are.
@main
struct Echo {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            print("usage: echo PORT")
            exit(64)
        }
        let router = Router()
        router.post("/v1/verify") { request, context in
            let call = try await request.decode(as: VerifyRequest.self, context: context)
            return VerifyAnswer(call)
        }
        router.post("/oauth/introspect") { request, context in
            let question = try await request.decode(as: IntrospectRequest.self, context: context)
            return IntrospectAnswer(question)
        }
        router.post("/v1/call-tokens") { request, context in
            let wish = try await request.decode(as: MintRequest.self, context: context)
            return MintAnswer(wish)
        }
        var logger = Logger(label: "echo")
        logger.logLevel = .error
        try await Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger
        ).runService()
    }
}

struct Arguments: Codable {
    let contact_id: String
    let body: String
    let visibility: String
    let idempotency_key: String
}

struct Actor: Codable {
    var sub: String
    var act: Agent?

    struct Agent: Codable {
        var sub: String
    }
}

struct VerifyRequest: Codable {
    let token: String
    let tool: String
    let arguments: Arguments
}

struct VerifyAnswer: ResponseEncodable {
    var ok = true
    var decision = "execute"
    var call_id = "AAAAAAAAABcFkN2ZRT1f1A"
    var actor: Actor
    var scope = "notes:write"
    var tenant = "bench"
    var environment = "prod"
    var connector = "crm-mcp"
    var tool: String
    var expires_at = 1_795_237_395
    var lease_seconds = 300

    init(_ call: VerifyRequest) {
        actor = Actor(sub: "user-0001", act: Actor.Agent(sub: "gateway"))
        tool = call.tool
    }
}

/// The broker takes a form here; this is JSON of that size.
struct IntrospectRequest: Codable {
    let token: String
}

struct IntrospectAnswer: ResponseEncodable {
    var active = true
    var scope = "notes:write"
    var client_id = "gateway"
    var sub = "user-0001"
    var username = "user-0001"
    var token_type = "Bearer"
    var exp = 1_795_237_395
    var iat = 1_795_233_795
    var iss = "http://127.0.0.1:8080"
    var aud = "https://crm.bench.example/mcp"
    var jti: String
    var act = Actor.Agent(sub: "gateway")
    var tenant = "bench"
    var environment = "prod"
    var connector = "crm-mcp"
    var tool = "add_note"
    var authorization_details = [Detail()]

    struct Detail: Codable {
        var type = "mcp_tool_call"
        var locations = ["https://crm.bench.example/mcp"]
        var connector = "crm-mcp"
        var environment = "prod"
        var actions = ["add_note"]
    }

    init(_ question: IntrospectRequest) { jti = String(question.token.suffix(22)) }
}

struct MintRequest: Codable {
    let actor: Actor
    let connector: String
    let environment: String
    let tool: String
    let arguments: Arguments
    let expires_in: Int
}

struct MintAnswer: ResponseEncodable {
    /// As long as the broker's tokens for such a call.
    static let token = String(repeating: "a", count: 738)

    var access_token = MintAnswer.token
    var issued_token_type = "urn:ietf:params:oauth:token-type:access_token"
    var token_type = "Bearer"
    var expires_in: Int
    var scope = "notes:write"
    var jti = "znmr9qNrcm4nliJ9MrL19Q"

    init(_ wish: MintRequest) { expires_in = wish.expires_in }
}
