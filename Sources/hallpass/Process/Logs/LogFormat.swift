/// How a log line is written.
enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// For a terminal.
    case human
}
