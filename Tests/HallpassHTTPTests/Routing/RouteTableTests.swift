import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct RouteTableTests {
    private static let table = RouteTable([
        .open("/a") { _ in Answer(json: [:]) },
        Route(.post, "/a/b", .mint) { _ in Answer(json: [:]) },
        Route(.get, "/t/{tenant}", .adminRead) { _ in Answer(json: [:]) },
        Route(.put, "/t/{tenant}", .registryChange) { _ in Answer(json: [:]) },
        Route(.get, "/t/{tenant}/c/{name}", .adminRead) { _ in Answer(json: [:]) },
    ])

    private static func found(_ method: HTTPRequest.Method, _ path: String) throws -> String {
        switch table.match(try required(RequestTarget(path)), method) {
        case .route(let route, let parameters):
            let values = ["tenant", "name"].compactMap { parameters[$0] }
            return ([route.template] + values).joined(separator: " ")
        case .wrongMethod(let allowed): return "405 \(allowed.map(\.rawValue).joined(separator: ","))"
        case .nothing: return "404"
        }
    }

    @Test(arguments: [
        ("GET", "/a", "/a"), ("HEAD", "/a", "/a"), ("POST", "/a", "405 GET,HEAD"), ("GET", "/a?b=c", "/a"),
        ("POST", "/a/b", "/a/b"), ("GET", "/a/b", "405 POST"), ("HEAD", "/a/b", "405 POST"),
        ("GET", "/t/x", "/t/{tenant} x"), ("DELETE", "/t/x", "405 GET,PUT"), ("HEAD", "/t/x", "405 GET,PUT"),
        ("GET", "/t/x/c/y@z", "/t/{tenant}/c/{name} x y@z"), ("GET", "/t/x/c/y%40z", "/t/{tenant}/c/{name} x y@z"),
        ("GET", "/", "404"), ("GET", "//", "404"), ("GET", "/a/", "404"), ("GET", "//a", "404"), ("GET", "/A", "404"),
        ("GET", "/t/", "404"), ("GET", "/t//c/y", "404"), ("GET", "/t/x//y", "404"), ("GET", "/t/x%2Fc%2Fy", "404"),
        ("GET", "/t/%41", "404"), ("GET", "/%61", "404"), ("GET", "/t/x/c/y/z", "404"), ("GET", "/a;b", "404"),
    ])
    func `a path is a route's or nothing`(method: String, path: String, answer: String) throws {
        #expect(try Self.found(try required(HTTPRequest.Method(method)), path) == answer)
    }

    @Test(arguments: ["", "a", "*", "http:///a", "http:/a", "ftp://host/a", "/a#b", "http://host/a#b", "a/b"])
    func `what is no absolute path is no target`(text: String) {
        #expect(RequestTarget(text)?.path == nil)
    }

    @Test(arguments: [
        ("http://host/a", "/a"), ("HTTPS://host:8080/a/b", "/a/b"), ("http://host", "/"), ("http://host/", "/"),
        ("http://host//a", "//a"), ("http://host?a=b/c", "/"),
    ])
    func `of a whole URL the path is the target`(text: String, path: String) {
        #expect(RequestTarget(text)?.path == path)
    }

    @Test func `a query is everything after the first question mark`() throws {
        let target = try required(RequestTarget("/a?b=c?d"))
        #expect(target.path == "/a")
        #expect(target.query == "b=c?d")
    }
}
