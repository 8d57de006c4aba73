import AsyncHTTPClient
import NIOHTTP1
import StrictJSON
import Testing

@testable import hallpass

struct APIRequestTests {
    private static func settings() throws -> ClientSettings {
        try ClientSettings(
            flags: .init(url: "http://127.0.0.1:8080/base", clientSecretFile: "f"), environment: [:],
            adminFile: { nil }, readSecret: { _ in ClientSettingsTests.secret(of: "gw") })
    }

    @Test(arguments: [
        (APIRequest.get("v1", "tenants"), "/v1/tenants"),
        (.get("v1", "deployments", "crm-mcp@prod"), "/v1/deployments/crm-mcp@prod"),
        (.get("v1", "x/../y", "a b?c#d%"), "/v1/x%2F..%2Fy/a%20b%3Fc%23d%25"),
        (.get("a", query: [("q", "ü&=+"), ("limit", "5")]), "/a?q=%C3%BC%26%3D%2B&limit=5"),
    ])
    func `names cannot leave their place in the path or the query`(request: APIRequest, target: String) {
        #expect(request.target == target)
    }

    @Test func `a request carries the client once, by Basic, and says what it sends`() throws {
        let request = APIRequest.post("v1", "verify", body: .json(["a": 1])).made(for: try Self.settings())
        #expect(request.url == "http://127.0.0.1:8080/base/v1/verify")
        #expect(request.method == .POST)
        // `gw:` and the secret, by coreutils' base64.
        let expected = "Basic Z3c6aHBfZ3dfQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="
        #expect(request.headers["Authorization"] == [expected])
        #expect(request.headers["Content-Type"] == ["application/json"])
    }

    @Test func `a form is sent as one and a question without a body has no type`() throws {
        let form = APIRequest.post("oauth", "revoke", body: .form([("token", "a b")])).made(for: try Self.settings())
        #expect(form.headers["Content-Type"] == ["application/x-www-form-urlencoded"])
        let get = APIRequest.get("healthz").made(for: try Self.settings())
        #expect(get.headers["Content-Type"] == [])
        #expect(get.body == nil)
    }
}
