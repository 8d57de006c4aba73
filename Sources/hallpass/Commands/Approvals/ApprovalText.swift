import StrictJSON

/// An approval as people read it.
enum ApprovalText {
    static func table(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("ID", "STATE", "EXPIRES", "WHO", "WHAT", "CAUSE")
        for item in items {
            table.append(
                item.text("id"), item.text("state"), item.text("expires_at"), who(item), what(item),
                (item["cause"] ?? .null).text("code"))
        }
        return table
    }

    /// One member a line, then the arguments.
    static func lines(_ approval: JSONValue) -> [String] {
        let cause = approval["cause"] ?? .null
        var members = [
            ("Approval", "\(approval.text("id")), \(approval.text("state"))"), ("Who", who(approval)),
            ("What", what(approval)), ("Why", "\(cause.text("code")): \(cause.text("message"))"),
            ("Asked", approval.text("requested_at")), ("Expires", approval.text("expires_at")),
        ]
        if let decision = approval["decision"] {
            members.append(
                ("Decided", "\(decision.text("verdict")) by \(decision.text("author")), \(decision.text("time"))"))
            members.append(("Reason", decision.text("reason")))
        }
        let width = members.map(\.0.count).max() ?? 0
        var lines = members.map { name, text in
            "\(name):\(String(repeating: " ", count: width - name.count)) \(text.printable)"
        }
        guard let arguments = approval["arguments"] else { return lines }
        // Each line by itself: what was asked for may be any text, and must not redraw what stands above it.
        lines += ["Arguments:"] + arguments.prettyPrinted().split(separator: "\n").map { String($0).printable }
        return lines
    }

    /// `issue_refund at billing-mcp@prod for bob is approved`
    static func sentence(_ approval: JSONValue) -> String {
        let actor = approval["actor"] ?? .null
        return "\(what(approval)) for \(actor.text("sub")) is \(approval.text("state"))"
    }

    private static func what(_ approval: JSONValue) -> String {
        "\(approval.text("tool")) at \(approval.text("connector"))@\(approval.text("environment"))"
    }

    /// `bob, through support-agent, via support-gateway`
    private static func who(_ approval: JSONValue) -> String {
        let actor = approval["actor"] ?? .null
        var agents: [String] = []
        var link = actor["act"]
        while let agent = link {
            agents.append(agent.text("sub"))
            link = agent["act"]
        }
        return (["\(actor.text("sub"))"] + agents.map { "through \($0)" } + ["via \(approval.text("client_id"))"])
            .joined(separator: ", ")
    }
}
