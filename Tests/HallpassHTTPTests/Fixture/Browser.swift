import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

@testable import HallpassHTTP

/// What a page of ours sends: the cookie that it was given, and who it is.
struct Browser: Sendable {
    static let origin = "https://broker.example"
    static let password = "tall grass in may"

    let server: TestServer
    /// `name=value`
    let cookie: String

    /// The first person, who has just set a password.
    static func firstAdmin(_ server: TestServer) async throws -> Browser {
        let link = try await server.fixture.broker.inviteFirstAdmin(CallContext(requestID: "fixture", address: nil))
        let reply = try await server.ask(
            .post, "/v1/setup", as: nil,
            json: ["token": .string(link.token), "username": "root", "password": .string(password)])
        return try Browser(server, reply)
    }

    /// A person of tenant acme, made and invited by the fixture's own admin.
    static func person(_ server: TestServer, _ username: String, _ account: JSONValue) async throws -> Browser {
        let admin = try server.fixture.acme("admin")
        let path = "/v1/tenants/acme/admins/\(username)"
        _ = try await server.ask(.put, path, as: admin, json: account)
        return try await setUp(server, username, try await server.ask(.post, "\(path)/invitation", as: admin))
    }

    static func setUp(
        _ server: TestServer, _ username: String, _ invitation: Reply, _ password: String = password
    ) async throws -> Browser {
        let reply = try await server.ask(
            .post, "/v1/setup", as: nil,
            json: [
                "token": .string(try invitation.text("token")), "username": .string(username),
                "password": .string(password),
            ])
        return try Browser(server, reply)
    }

    static func signIn(
        _ server: TestServer, _ tenant: String, _ username: String, _ password: String = password,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        try await server.ask(
            .post, "/v1/session", as: nil,
            json: ["tenant": .string(tenant), "username": .string(username), "password": .string(password)],
            headers: headers)
    }

    init(_ server: TestServer, _ reply: Reply) throws {
        self.server = server
        cookie = String(try required(try required(reply.headers[.setCookie]).split(separator: ";").first))
    }

    var headers: HTTPFields {
        [.cookie: cookie, .hallpassRequest: "1", .origin: Self.origin, .fetchSite: "same-origin"]
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, json: JSONValue? = nil,
        changing: (inout HTTPFields) -> Void = { _ in }
    ) async throws -> Reply {
        var headers = headers
        changing(&headers)
        return try await server.ask(method, path, as: nil, json: json, headers: headers)
    }
}
