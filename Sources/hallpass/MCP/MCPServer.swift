import AsyncHTTPClient
import Foundation
import HallpassBroker
import HallpassCore
import NIOCore
import NIOHTTP1
import StrictJSON

/// The command line's way to a running MCP server: from the operator's own machine, so wherever that machine reaches.
///
/// Whatever the server does, this ends in time.
struct MCPServer: Sendable {
    let address: ServerAddress
    /// Shown as a bearer token; `nil` where the server asks for none.
    let token: String?

    /// Every tool, page after page, as the server describes it.
    func tools() async throws -> [JSONObject] {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: .seconds(ClientLimits.connectSeconds), read: .seconds(ClientLimits.silenceSeconds))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<[JSONObject], any Error>
        do {
            result = .success(
                try await withinTime {
                    var conversation = ToolsConversation(token: token) { try await carry($0, over: http) }
                    return try await conversation.tools()
                })
        } catch let failure as ToolsFailure {
            result = .failure(strange(failure))
        } catch {
            result = .failure(error)
        }
        // What was asked is answered by now; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
        return try result.get()
    }

    /// A server that sends a byte now and then would else keep this waiting for good.
    private func withinTime<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value
    {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(Limits.toolFetchSeconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw ToolsFailure.tooSlow }
            return value
        }
    }

    private func carry(_ message: ToolsMessage, over http: HTTPClient) async throws -> ToolsAnswer {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers.add(name: "User-Agent", value: "hallpass")
        for (name, value) in message.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: message.body))
        do {
            let response = try await http.execute(request, timeout: .seconds(ClientLimits.silenceSeconds))
            return try await message.answer(
                status: Int(response.status.code), header: { response.headers.first(name: $0) }, body: response.body)
        } catch let failure as ToolsFailure {
            throw failure
        } catch {
            throw trouble(error)
        }
    }

    private func strange(_ failure: ToolsFailure) -> CommandFailure {
        let what = "What is at \(address) \(failure.message)."
        switch failure {
        case .unauthorized: return .badAnswer(what, next: "add --token-file FILE with a bearer token for it")
        case .redirect: return .badAnswer(what, next: "name the address itself")
        case .tooSlow: return .noServer(what, next: "check the MCP server")
        default: return .badAnswer(what, next: "check the address and the server")
        }
    }

    private func trouble(_ error: any Error) -> any Error {
        let failure = TransportTrouble.failure(error, server: address)
        guard var found = failure as? CommandFailure else { return failure }
        found.next = "check the address, and that the MCP server runs"
        return found
    }
}
