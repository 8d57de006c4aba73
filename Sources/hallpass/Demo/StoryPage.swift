import Foundation

/// How a step is told: one line with a mark, what was asked and what was answered.
struct StoryPage: Sendable {
    let isUTF8: Bool
    let hasColor: Bool

    /// As the terminal can show it.
    ///
    /// - Parameter environment: `LC_ALL`, `LC_CTYPE` and `LANG` say what it can read, `NO_COLOR` what it shall not show.
    init(environment: [String: String], isTerminal: Bool) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = locale.lowercased()
        isUTF8 = name.contains("utf-8") || name.contains("utf8")
        hasColor = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    static var standardOutput: StoryPage {
        StoryPage(environment: ProcessInfo.processInfo.environment, isTerminal: isatty(STDOUT_FILENO) == 1)
    }

    /// - Parameters:
    ///   - asked: what was asked of the server.
    ///   - answer: what it said, in a word.
    func line(_ step: StoryStep, asked: String, answer: String) -> String {
        let isRight = answer == step.expected
        let title = step.title.padding(toLength: Self.titleWidth, withPad: " ", startingAt: 0)
        let instead = isRight ? "" : ", and should be \(step.expected)"
        return "\(mark(isRight)) \(title)  \(asked) \(arrow) \(answer.printable)\(instead)"
    }

    private static let titleWidth = StoryStep.allCases.map(\.title.count).max() ?? 0

    private var arrow: String { isUTF8 ? "→" : "->" }

    private func mark(_ isRight: Bool) -> String {
        let text =
            switch (isUTF8, isRight) {
            case (true, true): "✓"
            case (true, false): "✗"
            case (false, true): "ok  "
            case (false, false): "FAIL"
            }
        guard hasColor else { return text }
        return "\u{1B}[\(isRight ? 32 : 31)m\(text)\u{1B}[0m"
    }
}
