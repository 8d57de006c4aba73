import StrictJSON
import Testing

@testable import hallpass

struct ApprovalTextTests {
    private let approval: JSONValue = [
        "id": "abc", "state": "approved", "tool": "issue_refund", "connector": "billing-mcp", "environment": "prod",
        "client_id": "gateway", "actor": ["sub": "bob", "act": ["sub": "agent", "act": ["sub": "planner"]]],
        "arguments": ["note": "\u{1B}[2J\u{202E}x"], "cause": ["code": "LIMIT", "message": "Too much."],
        "requested_at": "2026-11-21T04:02:05Z", "expires_at": "2026-11-21T05:02:05Z",
        "decision": ["verdict": "approved", "author": "client:ops", "reason": "Fine.", "time": "2026-11-21T04:10:41Z"],
    ]

    @Test func `whoever decides reads who, what, why and with which arguments`() {
        let text = ApprovalText.lines(approval).joined(separator: "\n")
        for part in [
            "bob, through agent, through planner, via gateway", "issue_refund at billing-mcp@prod", "LIMIT: Too much.",
            "approved by client:ops", "Fine.", "Arguments:", "\"note\"",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(ApprovalText.sentence(approval) == "issue_refund at billing-mcp@prod for bob is approved")
    }

    @Test func `what a model asks for does not drive the terminal of whoever decides`() {
        let text = ApprovalText.lines(approval).joined(separator: "\n") + (ApprovalText.table([approval]).text ?? "")
        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }
}
