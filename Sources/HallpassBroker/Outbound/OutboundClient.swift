import AsyncHTTPClient
import Foundation
import HallpassCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// The one way from here to other places: identity providers, token endpoints, the operator's webhook.
///
/// A name is resolved once, every address it has is judged, and the connection goes to one that was judged: a name that leads
/// elsewhere a moment later changes nothing. Certificates are checked against the name. A redirect, which could lead to a place
/// that nobody judged and would carry a secret there, is given as the answer it is, and no proxy is used.
package struct OutboundClient: Sendable {
    /// Every address of a host, in the order in which they are to be tried.
    typealias Resolve = @Sendable (_ host: String) async -> [NetworkAddress]

    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    struct Request: Sendable {
        let method: Method
        let url: OutboundURL
        /// The operator's own, set where the server is started: it may lie in a network of theirs.
        var isOperators = false
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// For everything, from the name to the end of the answer.
        var timeout: Duration
        var answerBytes: Int
    }

    /// How an answer begins.
    struct Head: Sendable {
        let status: Int
        fileprivate let headers: HTTPHeaders

        /// The first field of that name.
        func header(_ name: String) -> String? { headers.first(name: name) }
    }

    typealias Body = HTTPClientResponse.Body

    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        /// `Retry-After`, where it is a number.
        let retryAfterSeconds: Int64?
    }

    enum Failure: Error, Hashable, Sendable {
        case unresolved
        /// The name leads into a network that is not everybody's: of this machine, of its owner, of its cloud.
        case privateAddress
        /// No connection, none that is secure, or one that broke.
        case unreachable
        case tooSlow
        case tooLarge
    }

    private let resolve: Resolve

    package init() {
        self.init { host in
            // Without threads nothing is resolved, and nobody is told more than that.
            (try? await NIOThreadPool.singleton.runIfActive { NetworkAddress.resolve(host) }) ?? []
        }
    }

    /// For tests, which have names of their own.
    init(resolve: @escaping Resolve) { self.resolve = resolve }

    func send(_ request: Request) async throws(Failure) -> Answer {
        try await send(request) { head, body in
            let bytes = try await body.collect(upTo: request.answerBytes)
            return Answer(
                status: head.status, body: Array(bytes.readableBytesView),
                retryAfterSeconds: head.header("Retry-After").flatMap { Int64($0) })
        }
    }

    /// - Parameter read: takes the answer as it comes, within the request's time; what it throws is taken for a broken
    ///   connection.
    func send<Value: Sendable>(
        _ request: Request, reading read: @escaping @Sendable (Head, Body) async throws -> Value
    ) async throws(Failure) -> Value {
        // The library's own deadline ends with the head of an answer; one that trickles in is cut off as well.
        let result = await withTaskGroup(of: Result<Value, Failure>.self) { group in
            group.addTask { await exchange(request, read) }
            group.addTask {
                // It ends early only because the other was first.
                try? await Task.sleep(for: request.timeout)
                return .failure(.tooSlow)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.tooSlow)
        }
        return try result.get()
    }

    private func exchange<Value: Sendable>(
        _ request: Request, _ read: @Sendable (Head, Body) async throws -> Value
    ) async -> Result<Value, Failure> {
        let addresses = await resolve(request.url.host)
        guard let first = addresses.first else { return .failure(.unresolved) }
        let mayGo = addresses.allSatisfy { request.url.isLoopback ? $0.isLoopback : request.isOperators || $0.isPublic }
        guard mayGo else { return .failure(.privateAddress) }
        // One of each family, because a machine may have a name for its way into a network and no way.
        guard let other = addresses.first(where: { $0.bytes.count != first.bytes.count }) else {
            return await attempt(request, at: first, read).result
        }
        let outcome = await attempt(request, at: first, read)
        return outcome.didConnect ? outcome.result : await attempt(request, at: other, read).result
    }

    /// - Returns: also whether anything of the request may have arrived: then it is not sent a second time.
    private func attempt<Value: Sendable>(
        _ request: Request, at address: NetworkAddress, _ read: @Sendable (Head, Body) async throws -> Value
    ) async -> (result: Result<Value, Failure>, didConnect: Bool) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [request.url.host: address.text]
        configuration.httpVersion = .http1Only
        // Half, so that there is time for another address.
        configuration.timeout.connect = TimeAmount(request.timeout / 2)
        configuration.connectionPool.retryConnectionEstablishment = false
        // One for each exchange, because the address is fixed in it; exchanges are minutes apart.
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: (Result<Value, Failure>, Bool)
        do {
            outcome = (.success(try await answer(request, from: http, read)), true)
        } catch is NIOTooManyBytesError {
            outcome = (.failure(.tooLarge), true)
        } catch {
            outcome = (.failure(Task.isCancelled ? .tooSlow : .unreachable), !error.isFromConnecting)
        }
        // The answer is here or it is not; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
        return outcome
    }

    private func answer<Value: Sendable>(
        _ request: Request, from http: HTTPClient, _ read: @Sendable (Head, Body) async throws -> Value
    ) async throws -> Value {
        var message = HTTPClientRequest(url: request.url.text)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers.add(name: "User-Agent", value: "hallpass")
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        if !request.body.isEmpty { message.body = .bytes(ByteBuffer(bytes: request.body)) }
        let response = try await http.execute(message, deadline: .distantFuture)
        return try await read(Head(status: Int(response.status.code), headers: response.headers), response.body)
    }
}

extension Error {
    /// No connection came about, so nothing was sent.
    fileprivate var isFromConnecting: Bool {
        if self is NIOConnectionError { return true }
        if let error = self as? HTTPClientError { return error == .connectTimeout }
        guard let error = self as? IOError else { return false }
        return [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode)
    }
}
