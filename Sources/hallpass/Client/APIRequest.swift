import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StrictJSON

/// One thing asked of a server.
struct APIRequest: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    enum Body: Sendable {
        case none
        case json(JSONValue)
        case form([(name: String, value: String)])
    }

    let method: Method
    /// Unescaped segments.
    let path: [String]
    var query: [(name: String, value: String)] = []
    var body = Body.none

    static func get(_ path: String..., query: [(name: String, value: String)] = []) -> APIRequest {
        APIRequest(method: .get, path: path, query: query)
    }

    static func put(_ path: String..., body: Body) -> APIRequest {
        APIRequest(method: .put, path: path, body: body)
    }

    static func post(_ path: String..., body: Body = .none) -> APIRequest {
        APIRequest(method: .post, path: path, body: body)
    }
}

extension APIRequest {
    /// The path as it is sent, with its query.
    var target: String {
        let path = path.map { "/\(FormEncoding.pathSegment($0))" }.joined()
        return query.isEmpty ? path : "\(path)?\(FormEncoding.encode(query))"
    }

    /// The request as the HTTP library takes it.
    func made(for settings: ClientSettings) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: settings.server.text + target)
        request.method = HTTPMethod(rawValue: method.rawValue)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "Authorization", value: settings.credentials.basicAuthorization)
        request.headers.add(name: "User-Agent", value: "hallpass")
        switch body {
        case .none: break
        case .json(let value):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: value.serialized()))
        case .form(let fields):
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: FormEncoding.encode(fields)))
        }
        return request
    }
}
