import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// Every route against every kind of bad input: one shape, no echo, one audit record where something was asked.
struct BadInputTests {
    /// Stands in what is sent, and must stand in nothing that comes back.
    private static let marker = "zq-marker-zq"

    private struct Bad: Sendable {
        let name: String
        let type: String?
        let body: [UInt8]
        let status: Int
        let code: String
        /// What the details must name.
        var names: String?
    }

    private static let json: [Bad] = [
        Bad(
            name: "wrong type", type: "text/plain", body: Array("{}".utf8), status: 415, code: "unsupported_media_type"),
        Bad(name: "no type", type: nil, body: Array("{}".utf8), status: 415, code: "unsupported_media_type"),
        Bad(
            name: "another charset", type: "application/json; charset=latin1", body: Array("{}".utf8), status: 415,
            code: "unsupported_media_type"),
        Bad(name: "empty", type: "application/json", body: [], status: 400, code: "invalid_json"),
        Bad(
            name: "half", type: "application/json", body: Array(#"{"a": "\#(marker)"#.utf8), status: 400,
            code: "invalid_json"),
        Bad(
            name: "doubled name", type: "application/json",
            body: Array(#"{"\#(marker)": 1, "\#(marker)": 2}"#.utf8), status: 400, code: "invalid_json"),
        Bad(
            name: "unknown field", type: "application/json",
            body: Array(#"{"kind": "Tenant", "surprise": "\#(marker)"}"#.utf8), status: 400, code: "invalid_request",
            names: "/surprise"),
        Bad(
            name: "array", type: "application/json; charset=utf-8", body: Array(#"["\#(marker)"]"#.utf8), status: 400,
            code: "invalid_request"),
        Bad(
            name: "not UTF-8", type: "application/json", body: Array(#"{"a": ""#.utf8) + [0xFF] + Array(#""}"#.utf8),
            status: 400, code: "invalid_json"),
    ]

    private static let form: [Bad] = [
        Bad(
            name: "wrong type", type: "application/json", body: Array("{}".utf8), status: 415,
            code: "unsupported_media_type"),
        Bad(name: "no type", type: nil, body: Array("token=a".utf8), status: 415, code: "unsupported_media_type"),
        Bad(name: "empty", type: formType, body: [], status: 400, code: "invalid_request"),
        Bad(
            name: "broken escape", type: formType, body: Array("token=\(marker)%4".utf8), status: 400,
            code: "invalid_request", names: "/token"),
        Bad(
            name: "repeated", type: formType, body: Array("token=\(marker)&token=b".utf8), status: 400,
            code: "invalid_request", names: "/token"),
        Bad(
            name: "unknown parameter", type: formType, body: Array("surprise=\(marker)".utf8), status: 400,
            code: "invalid_request", names: "/surprise"),
        Bad(name: "not UTF-8", type: formType, body: Array("token=%FF".utf8), status: 400, code: "invalid_request"),
    ]

    private static let formType = "application/x-www-form-urlencoded"

    @Test func `a bad body gets the one shape, no echo and one record on every route`() async throws {
        try await TestServer.run { server in
            for example in RouteExample.all(server) where example.isJSON || example.isForm {
                for bad in example.isForm ? Self.form : Self.json {
                    try await expect(bad, example, server)
                }
            }
        }
    }

    private func expect(_ bad: Bad, _ example: RouteExample, _ server: TestServer) async throws {
        var headers: HTTPFields = [.authorization: try server.fixture.acme(example.client).basic]
        headers[.contentType] = bad.type
        let before = try await server.fixture.auditCount()
        let reply = try await server.ask(example.route.method, example.path(), headers: headers, body: bad.body)
        let place: Comment = "\(example.testDescription): \(bad.name): \(reply.text)"
        #expect(reply.status == bad.status, place)
        try expectErrorShape(reply, place)
        #expect(try reply.code() == bad.code, place)
        if let names = bad.names {
            let paths = try reply.error()["details"]?.arrayValue?.compactMap { $0.objectValue?["path"]?.stringValue }
            #expect(paths?.contains(names) == true, place)
        }
        #expect(!reply.text.contains(Self.marker), place)
        #expect(try await server.fixture.auditCount() == before + 1, place)
        let record = try await server.fixture.lastRecord(of: "acme")
        #expect(record["code"]?.stringValue == bad.code, place)
        #expect(record["event"]?.stringValue == example.route.event?.rawValue, place)
        #expect(record["client_id"]?.stringValue == example.client, place)
        #expect(record["request_id"]?.stringValue == reply.headers[.requestID], place)
    }

    @Test func `a body over the limit is refused on every route, whatever is in it`() async throws {
        let megabyte = Array(#"{"token": ""#.utf8) + [UInt8](repeating: UInt8(ascii: "z"), count: 1 << 20)
        let tenMegabytes = megabyte + [UInt8](repeating: UInt8(ascii: "z"), count: 9 << 20)
        try await TestServer.run { server in
            for example in RouteExample.all(server) where example.isJSON || example.isForm {
                for body in [megabyte, tenMegabytes] where example.bodyLimitBytes < body.count || body == megabyte {
                    var headers: HTTPFields = [.authorization: try server.fixture.acme(example.client).basic]
                    headers[.contentType] = example.isForm ? Self.formType : "application/json"
                    let before = try await server.fixture.auditCount()
                    let reply = try await server.ask(
                        example.route.method, example.path(), headers: headers, body: body)
                    let place: Comment = "\(example.testDescription) \(body.count)"
                    let isTooLarge = body.count > example.bodyLimitBytes
                    #expect(reply.status == (isTooLarge ? 413 : 400), place)
                    try expectErrorShape(reply, place)
                    #expect(!reply.text.contains("zzzz"), place)
                    #expect(try await server.fixture.auditCount() == before + 1, place)
                }
            }
        }
    }

    @Test func `the body limit holds to the byte`() async throws {
        try await TestServer.run { server in
            for (count, status) in [
                (Limits.requestBodyBytes - 1, 400), (Limits.requestBodyBytes, 400), (Limits.requestBodyBytes + 1, 413),
            ] {
                let headers: HTTPFields = [
                    .authorization: try server.fixture.acme("gateway").basic, .contentType: "application/json",
                ]
                let body = [UInt8](repeating: UInt8(ascii: " "), count: count)
                let reply = try await server.ask(.post, "/v1/call-tokens", headers: headers, body: body)
                #expect(reply.status == status, "\(count)")
            }
        }
    }

    @Test func `two Authorization headers are refused on every route and recorded`() async throws {
        try await TestServer.run { server in
            for example in RouteExample.all(server) {
                let credentials = try server.fixture.acme(example.client)
                var headers = HTTPFields()
                headers.append(HTTPField(name: .authorization, value: credentials.basic))
                headers.append(HTTPField(name: .authorization, value: credentials.bearer))
                let before = try await server.fixture.auditCount()
                let reply = try await server.ask(example.route.method, example.path(), headers: headers)
                let place: Comment = "\(example.testDescription): \(reply.text)"
                #expect(reply.status == 400, place)
                try expectErrorShape(reply, place)
                #expect(try reply.code() == "invalid_request", place)
                #expect(try await server.fixture.auditCount() == before + 1, place)
            }
        }
    }

    @Test func `a method that a path does not take is 405 with those it takes, and nothing is recorded`() async throws {
        try await TestServer.run { server in
            let before = try await server.fixture.auditCount()
            for route in server.application.routeTable.routes {
                let reply = try await server.ask(.patch, RouteExample(route: route).path())
                let place: Comment = "\(route.template): \(reply.text)"
                #expect(reply.status == 405, place)
                try expectErrorShape(reply, place)
                let allowed = try required(reply.headers[.allow]).split(separator: ", ").map(String.init)
                #expect(allowed.contains(route.method.rawValue), place)
                #expect(!allowed.contains("PATCH"), place)
            }
            #expect(try await server.fixture.auditCount() == before)
        }
    }

    @Test(arguments: [
        "/nothing-here", "/v1", "/v1/", "/v1/verify/", "//v1/verify", "/v1//verify", "//v1///verify", "/v1%2Fverify",
        "/v1/%76erify", "/v1/tenants/acme//clients", "/v1/tenants/acme%2Fclients",
        "/v1/tenants/acme/clients/a%2Fb/secrets/x/y",
        "/./v1/verify", "/v1/../v1/verify", "/../Package.swift", "/..%2FPackage.swift", "/index.html/", "/.git/config",
    ])
    func `a path that is no route's own is 404 for everyone`(path: String) async throws {
        try await TestServer.run { server in
            let before = try await server.fixture.auditCount()
            let client = try server.fixture.acme("crm-server")
            for method in [HTTPRequest.Method.get, .post] {
                let reply = try await server.ask(method, path, as: client, json: ["token": "zq-marker-zq"])
                #expect(reply.status == 404, "\(path): \(reply.text)")
                try expectErrorShape(reply, "\(path)")
                #expect(try reply.code() == "not_found")
            }
            #expect(try await server.fixture.auditCount() == before)
        }
    }

    @Test func `an unknown query parameter is refused by name on every route for clients`() async throws {
        try await TestServer.run { server in
            for example in RouteExample.all(server) where !example.isJSON && !example.isForm {
                let reply = try await server.ask(
                    example.route.method, "\(example.path())?surprise=zq-marker-zq",
                    as: try server.fixture.acme(example.client))
                #expect(reply.status == 400, "\(example.testDescription): \(reply.text)")
                #expect(reply.text.contains("/surprise"), "\(example.testDescription): \(reply.text)")
                #expect(!reply.text.contains("zq-marker-zq"))
            }
        }
    }
}

/// The one shape of a refusal, and the headers that every answer has.
func expectErrorShape(_ reply: Reply, _ place: Comment) throws {
    let body = try reply.json()
    #expect(body["ok"]?.boolValue == false, place)
    let error = try reply.error()
    let code = try required(ErrorCode(rawValue: try required(error["code"]?.stringValue)))
    #expect(error["message"]?.stringValue?.isEmpty == false, place)
    #expect(error["retryable"]?.boolValue == code.isRetryable, place)
    #expect((error["retry_after_seconds"] != nil) == code.isRetryable, place)
    #expect(error["suggested_action"]?.stringValue == code.suggestedAction, place)
    #expect(error["request_id"]?.stringValue == reply.headers[.requestID], place)
    #expect(reply.headers[.requestID]?.utf8.count == 22, place)
    #expect(reply.headers[.contentType] == "application/json", place)
    #expect(reply.headers[.cacheControl] == "no-store", place)
    #expect(reply.headers[.contentTypeOptions] == "nosniff", place)
    #expect((reply.headers[.wwwAuthenticate] != nil) == (reply.status == 401), place)
    #expect((reply.headers[.allow] != nil) == (reply.status == 405), place)
    #expect((reply.headers[.retryAfter] != nil) == (error["retry_after_seconds"] != nil), place)
}
