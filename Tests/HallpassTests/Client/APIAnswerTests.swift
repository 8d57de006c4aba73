import ArgumentParser
import AsyncHTTPClient
import NIOCore
import StrictJSON
import Testing

@testable import hallpass

struct APIAnswerTests {
    private let server: ServerAddress

    init() throws { server = try #require(ServerAddress("http://127.0.0.1:8080")) }

    private func read(_ status: Int, _ text: String) throws -> JSONObject {
        try APIAnswer.read(status: status, body: Array(text.utf8), from: server)
    }

    @Test(arguments: [200, 201, 299])
    func `an object with a good status is an answer, a denial too`(status: Int) throws {
        #expect(try read(status, "{\"ok\":false,\"decision\":\"deny\"}")["decision"] == "deny")
    }

    @Test func `a refusal comes with everything that was said`() throws {
        let body = """
            {"ok":false,"error":{"code":"invalid_request","message":"No.","retryable":true,"retry_after_seconds":7,
             "suggested_action":"fix_request","request_id":"r1",
             "details":[{"path":"/documents/0/id","rule":"format","message":"must be an id"}]}}
            """
        let error = #expect(throws: APIError.self) { try read(400, body) }
        #expect(error?.code == "invalid_request")
        #expect(error?.isRetryable == true)
        #expect(error?.retryAfterSeconds == 7)
        #expect(error?.suggestedAction == "fix_request")
        #expect(error?.requestID == "r1")
        #expect(error?.details == [JSONViolation(path: "/documents/0/id", rule: "format", message: "must be an id")])
        #expect(error?.failure.exitCode == .refused)
        #expect(error?.failure.next == "run the same command again in 7 s")
    }

    @Test func `a refusal that a person can lift says whom to ask and how to go on`() throws {
        let body = """
            {"ok":false,"error":{"code":"LIMIT","message":"No.","retryable":false,
             "suggested_action":"route_to_human_approval","request_id":"r1","details":[
             {"path":"/n","rule":"maximum","message":"m"},{"path":"","rule":"approval","message":"w","approval_id":"abc"}]}}
            """
        let failure = try #require(throws: APIError.self) { try read(403, body) }.failure
        #expect(failure.details.map(\.approvalID) == [nil, "abc"])
        #expect(failure.next?.contains("hallpass approvals approve abc") == true)
        #expect(failure.text.contains("abc"))
        #expect(failure.json["error"]?["details"]?.arrayValue?.last?["approval_id"] == "abc")
    }

    @Test(arguments: [
        (200, ""), (200, "ok"), (200, "[]"), (200, "{\"a\":1,\"a\":2}"), (302, ""), (302, "{}"), (404, "<html>"),
        (500, ""),
        (403, "{\"error\":\"access_denied\"}"), (400, "{\"ok\":false,\"error\":{\"code\":1}}"),
    ])
    func `what one of our servers would not say is not taken for its answer`(status: Int, body: String) {
        let failure = #expect(throws: CommandFailure.self) { try read(status, body) }
        #expect(failure?.exitCode == .noServer)
        #expect(failure?.code == "bad_answer")
    }

    @Test func `silence is a sentence with the next step`() throws {
        let failure =
            TransportTrouble.failure(ChannelError.connectTimeout(.seconds(5)), server: server) as? CommandFailure
        #expect(
            failure?.text == "hallpass: No server answers at http://127.0.0.1:8080.\nNext: start one: hallpass serve")
        #expect(failure?.exitCode == .noServer)
        let late = TransportTrouble.failure(HTTPClientError.readTimeout, server: server) as? CommandFailure
        #expect(late?.message.contains("in time") == true)
    }

    @Test func `a failure in JSON has the protocol's shape`() throws {
        var failure = CommandFailure.localFile("It is not there.", next: "ls")
        failure.details = [.init(file: "a.yaml", line: 3, path: "/id", rule: "format", message: "must be an id")]
        #expect(
            failure.json == [
                "ok": false,
                "error": [
                    "code": "local_file", "message": "It is not there.", "retryable": false, "next": "ls",
                    "details": [
                        ["file": "a.yaml", "line": 3, "path": "/id", "rule": "format", "message": "must be an id"]
                    ],
                ],
            ])
    }

    @Test func `escape sequences that a server sends do not reach the terminal`() {
        let failure = CommandFailure(.refused, code: "x", "red \u{1B}[31m \u{202E}text\r", next: nil)
        #expect(failure.text == "hallpass: red \\u{1b}[31m \\u{202e}text\\u{d}")
    }
}
