/// What a tool's caller is answered with, in the terms of MCP's `tools/call`.
public struct ToolAnswer: Hashable, Sendable {
    /// Where an answer comes from.
    public enum Origin: Hashable, Sendable {
        /// The tool ran for this answer.
        case executed
        /// It ran before, under the same key.
        case replayed
        /// It did not run.
        case refused
    }

    /// Whether the tool ran for it.
    public let origin: Origin
    /// The tool's result; of an error `{"ok":false,"error":{…}}`.
    public let content: JSON
    /// MCP's `isError`.
    public let isError: Bool

    init(_ outcome: Outcome, origin: Origin) {
        self.origin = origin
        switch outcome {
        case .result(let result): (content, isError) = (result, false)
        case .error: (content, isError) = (outcome.json, true)
        }
    }

    init(_ refusal: Refusal) { self.init(.error(refusal.json), origin: .refused) }

    /// For a text block: the result itself where it is a text, else JSON.
    public var text: String { content.string ?? content.text }

    /// MCP's `structuredContent`, which has to be an object; `nil` for other results.
    public var structuredContent: JSON? { content.members == nil ? nil : content }
}
