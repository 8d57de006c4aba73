import Testing

@testable import hallpass

struct StoryPageTests {
    @Test func `the story is eighteen calls, then the audit`() {
        #expect(
            StoryStep.allCases.map(\.expected) == [
                "execute", "token_already_used", "tool_not_allowed", "actor_not_granted", "insufficient_scope",
                "wrong_audience", "bad_signature", "token_expired", "inactive", "invalid_arguments",
                "REFUND_EXCEEDS_LIMIT", "execute", "replay", "idempotency_conflict", "all revoked",
                "token_revoked", "invalid_client", "execute", "all there", "unbroken", "broken at that record",
            ])
        #expect(Set(StoryStep.allCases.map(\.title)).count == StoryStep.allCases.count)
    }

    private func page(_ environment: [String: String] = ["LANG": "C.UTF-8"], isTerminal: Bool = false) -> StoryPage {
        StoryPage(environment: environment, isTerminal: isTerminal)
    }

    @Test func `a right answer has its mark`() {
        #expect(
            page().line(.oneBitChanged, asked: "verify it", answer: "bad_signature")
                == "✓ One bit changed                    verify it → bad_signature")
    }

    @Test func `a wrong answer says what would have been right`() {
        #expect(
            page().line(.oneBitChanged, asked: "verify it", answer: "execute")
                == "✗ One bit changed                    verify it → execute, and should be bad_signature")
    }

    @Test(arguments: [
        ([:], false), (["LANG": "C"], false), (["LANG": "de_DE.ISO-8859-1"], false), (["LANG": "en_US.utf8"], true),
        (["LANG": "C", "LC_ALL": "C.UTF-8"], true), (["LANG": "C.UTF-8", "LC_ALL": "C"], false),
        (["LC_CTYPE": "C.UTF-8", "LC_ALL": ""], true),
    ])
    func `a terminal that reads only ASCII is shown only ASCII`(environment: [String: String], isUTF8: Bool) {
        let page = page(environment)
        let lines = [
            page.line(.revoked, asked: "x", answer: "inactive"), page.line(.revoked, asked: "x", answer: "active"),
        ]
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } } == !isUTF8)
        #expect(lines[0].hasPrefix(isUTF8 ? "✓ " : "ok   "))
        #expect(lines[1].hasPrefix(isUTF8 ? "✗ " : "FAIL "))
    }

    @Test(arguments: [
        (["LANG": "C"], true, true), (["LANG": "C"], false, false), (["NO_COLOR": "1"], true, false),
        (["NO_COLOR": ""], true, true), (["TERM": "dumb"], true, false),
    ])
    func `colour is for terminals that want it`(environment: [String: String], isTerminal: Bool, hasColor: Bool) {
        let line = page(environment, isTerminal: isTerminal).line(.revoked, asked: "x", answer: "inactive")
        #expect(line.contains("\u{1B}[32m") == hasColor)
        #expect(line.contains("\u{1B}") == hasColor)
    }

    @Test func `what a server says does not drive the terminal`() {
        let line = page().line(.revoked, asked: "x", answer: "\u{1B}[2J")
        #expect(!line.contains("\u{1B}"))
    }
}
