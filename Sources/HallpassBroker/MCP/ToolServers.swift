import HallpassCore
import StrictJSON

/// The broker's own way to ask running MCP servers for their tools. It starts no process: what is asked is at an address.
package struct ToolServers: Sendable {
    private let client: OutboundClient
    /// For a whole conversation.
    private let timeout: Duration

    package init(
        _ client: OutboundClient = OutboundClient(), timeout: Duration = .seconds(Limits.toolFetchSeconds)
    ) {
        self.client = client
        self.timeout = timeout
    }

    func tools(at url: OutboundURL, token: BearerToken?) async -> Result<[JSONObject], ToolsFailure> {
        // Each exchange has a deadline of its own, and pages may be many.
        await withTaskGroup(of: Result<[JSONObject], ToolsFailure>.self) { group in
            group.addTask { await converse(url, token) }
            group.addTask {
                // It ends early only because the other was first.
                try? await Task.sleep(for: timeout)
                return .failure(.tooSlow)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.tooSlow)
        }
    }

    private func converse(_ url: OutboundURL, _ token: BearerToken?) async -> Result<[JSONObject], ToolsFailure> {
        var conversation = ToolsConversation(token: token?.text) { message in
            let request = OutboundClient.Request(
                method: .post, url: url, headers: message.headers, body: message.body, timeout: timeout,
                answerBytes: Limits.toolAnswerBytes)
            do {
                return try await client.send(request) { head, body in
                    // Not thrown, because what is thrown there is taken for a broken connection.
                    do {
                        return Result<ToolsAnswer, ToolsFailure>.success(
                            try await message.answer(status: head.status, header: head.header, body: body))
                    } catch let failure as ToolsFailure {
                        return .failure(failure)
                    }
                }.get()
            } catch let failure as OutboundClient.Failure {
                throw ToolsFailure(failure)
            }
        }
        do {
            return .success(try await conversation.tools())
        } catch {
            return .failure(error as? ToolsFailure ?? .unreachable)
        }
    }
}

extension ToolsFailure {
    fileprivate init(_ failure: OutboundClient.Failure) {
        self =
            switch failure {
            case .unresolved: .unresolved
            case .privateAddress: .privateAddress
            case .unreachable: .unreachable
            case .tooSlow: .tooSlow
            case .tooLarge: .tooLarge
            }
    }
}

/// What a server wants to see before it shows its tools: used once, and kept nowhere.
package struct BearerToken: Sendable {
    fileprivate let text: String

    /// - Returns: `nil` for what no header carries, or what is longer than a token.
    package init?(_ text: String) {
        guard (1...Limits.credentialBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            return nil
        }
        self.text = text
    }

    package static var rule: String { "must be a token, 1 to \(Limits.credentialBytes) visible characters" }
}

extension BearerToken: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
