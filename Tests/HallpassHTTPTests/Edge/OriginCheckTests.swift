import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct OriginCheckTests {
    /// What a page elsewhere can have a browser send with our cookie, as far as the browser lets it.
    private static let foreign: [(String, @Sendable (inout HTTPFields) -> Void)] = [
        ("no header", { $0[.hallpassRequest] = nil }), ("another value", { $0[.hallpassRequest] = "0" }),
        ("two values", { $0.append(HTTPField(name: .hallpassRequest, value: "1")) }),
        ("no origin", { $0[.origin] = nil }), ("null", { $0[.origin] = "null" }),
        ("another host", { $0[.origin] = "https://evil.example" }),
        ("another port", { $0[.origin] = "https://broker.example:8443" }),
        ("another scheme", { $0[.origin] = "http://broker.example" }),
        ("a longer host", { $0[.origin] = "https://broker.example.evil.example" }),
        ("two origins", { $0.append(HTTPField(name: .origin, value: "https://evil.example")) }),
        ("another site, by the browser's word", { $0[.fetchSite] = "cross-site" }),
        ("another port, by the browser's word", { $0[.fetchSite] = "same-site" }),
    ]

    @Test func `a session changes nothing at the wish of another site's page`() async throws {
        try await TestServer.run { server in
            let browser = try await Browser.firstAdmin(server)
            for (name, change) in Self.foreign {
                for (method, path) in [
                    (HTTPRequest.Method.delete, "/v1/session"), (.post, "/v1/session/password"),
                    (.put, "/v1/tenants/acme/environments/test"),
                ] {
                    let reply = try await browser.ask(method, path, json: [:], changing: change)
                    #expect(reply.status == 403, "\(name) \(path)")
                    #expect(try await server.fixture.lastRecord(of: "platform")["admin"] == "root", "\(name)")
                }
            }
            let own = try await browser.ask(
                .put, "/v1/tenants/acme/environments/test", json: ["kind": "Environment", "id": "test"])
            #expect(own.status == 201)
        }
    }

    @Test func `nobody is signed in from another site's page`() async throws {
        try await TestServer.run { server in
            _ = try await Browser.firstAdmin(server)
            for headers: HTTPFields in [[.origin: "https://evil.example"], [.fetchSite: "cross-site"]] {
                #expect(try await Browser.signIn(server, "platform", "root", headers: headers).status == 403)
            }
            #expect(try await Browser.signIn(server, "platform", "root").status == 200)
        }
    }

    @Test func `a session is read without ceremony`() async throws {
        try await TestServer.run { server in
            let browser = try await Browser.firstAdmin(server)
            let reply = try await browser.ask(.get, "/v1/tenants") { headers in
                headers[.hallpassRequest] = nil
                headers[.origin] = nil
                headers[.fetchSite] = nil
            }
            #expect(reply.status == 200)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080", true), ("http://localhost:8080", true), ("http://LOCALHOST:8080", false),
        ("https://localhost:8080", false), ("http://localhost", false), ("http://localhost:8081", false),
    ])
    func `the page's own address is good by whatever name the browser found it`(origin: String, isGood: Bool) {
        let check = OriginCheck(publicURL: "http://127.0.0.1:8080/broker", hasTLS: false)
        let headers: RequestHeaders = [.host: "localhost:8080", .hallpassRequest: "1", .origin: origin]
        let isTaken: Bool
        do throws(HallpassError) {
            try check.requireOwnPage(headers)
            isTaken = true
        } catch {
            isTaken = false
        }
        #expect(isTaken == isGood)
    }

    @Test(arguments: [
        ("hallpass_session=abc", "abc"), ("a=1; hallpass_session=abc; b=2", "abc"), ("a=1;hallpass_session=abc", "abc"),
        ("a=hallpass_session=abc", nil), ("xhallpass_session=abc", nil), ("", nil), ("hallpass_session=", ""),
        ("__Host-hallpass_session=abc", nil),
    ])
    func `the cookie is found among others`(field: String, value: String?) throws {
        let found = try SessionCookie(isSecure: false).read([.cookie: field])
        #expect(found == value)
    }

    @Test func `two cookies of the name are none`() {
        #expect(throws: HallpassError.invalidClient) {
            try SessionCookie(isSecure: false).read([.cookie: "hallpass_session=a; hallpass_session=b"])
        }
    }
}
