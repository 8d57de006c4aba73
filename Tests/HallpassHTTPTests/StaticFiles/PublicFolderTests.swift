import HTTPTypes
import Testing

@testable import HallpassHTTP

struct PublicFolderTests {
    @Test func `a page is served with what keeps it from being framed, and not cached unasked`() async throws {
        try await TestServer.run { server in
            for path in ["/", "/index.html"] {
                let page = try await server.ask(.get, path)
                #expect(page.status == 200)
                #expect(page.headers[.contentType] == "text/html; charset=utf-8")
                #expect(page.headers[.cacheControl] == "no-cache")
                #expect(page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
                #expect(page.headers[.contentTypeOptions] == "nosniff")
                #expect(page.headers[.requestID]?.utf8.count == 22)
            }
        }
    }

    @Test func `HEAD is GET without the body, and a known tag spares it too`() async throws {
        try await TestServer.run { server in
            let page = try await server.ask(.get, "/index.html")
            let head = try await server.ask(.head, "/index.html")
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.headers[.contentLength] == String(page.bytes.count))
            let tag = try required(page.headers[.eTag])
            let again = try await server.ask(.get, "/index.html", headers: [.ifNoneMatch: tag])
            #expect(again.status == 304)
            #expect(again.bytes.isEmpty)
        }
    }

    @Test func `a file takes no other method`() async throws {
        try await TestServer.run { server in
            let reply = try await server.ask(.post, "/index.html")
            #expect(reply.status == 405)
            #expect(reply.headers[.allow] == "GET, HEAD")
            try expectErrorShape(reply, "\(reply.text)")
        }
    }

    @Test func `a folder that is not there keeps the server from starting`() {
        #expect(throws: HTTPStartError.unreadablePublicFolder(path: "/no/such/folder")) {
            try PublicFolder(path: "/no/such/folder")
        }
    }
}
