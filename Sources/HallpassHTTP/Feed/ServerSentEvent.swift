import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON

/// What followers read. Source: the HTML standard, "Server-sent events"; the protocol, "Introspect, revoke".
enum ServerSentEvent {
    /// A stream's beginning: when to come back after a break, the cutoffs in force, then the switches that are off.
    static func opening(_ following: RevocationFollowing) -> [UInt8] {
        var text = "retry: 2000\n\n"
        for cutoff in following.cutoffs { text += block("revocation", id: cutoff.cutoff, cutoff.json) }
        for token in following.tokens { text += block("revocation", id: nil, token.json) }
        let disabled = following.disabled.map { JSONValue.object($0.json) }
        text += block(
            "state", id: following.number,
            [
                "disabled": .array(disabled), "quarantined": .array(following.quarantined.map(\.json)),
                "revision": .integer(following.revision),
            ])
        return Array(text.utf8)
    }

    static func bytes(_ signal: Signal<RevocationEvent>) -> [UInt8] {
        switch signal {
        case .heartbeat: Array(": heartbeat\n\n".utf8)
        case .event(let event): Array(text(event).utf8)
        }
    }

    static func opening(_ report: ActivityReport) -> [UInt8] {
        Array("retry: 2000\n\n\(block("activity", id: nil, .object(report.json)))".utf8)
    }

    /// A page hears of no comment, so here the heartbeat is an event too.
    static func bytes(_ signal: Signal<ActivityReport>) -> [UInt8] {
        switch signal {
        case .heartbeat: Array(block("heartbeat", id: nil, [:]).utf8)
        case .event(let report): Array(block("activity", id: nil, .object(report.json)).utf8)
        }
    }

    private static func text(_ event: RevocationEvent) -> String {
        switch event.kind {
        case .revocation(let cutoff): block("revocation", id: event.number, cutoff.json)
        case .disable(let thing): block("disable", id: event.number, .object(thing.json))
        case .enable(let thing): block("enable", id: event.number, .object(thing.json))
        case .registry(let revision): block("registry", id: event.number, ["revision": .integer(revision)])
        case .token(let token): block("revocation", id: event.number, token.json)
        case .quarantine(let tool): block("quarantine", id: event.number, tool.json)
        case .release(let tool): block("release", id: event.number, tool.json)
        }
    }

    /// JSON has no line feed outside its strings and escapes those within, so one `data` line holds it.
    ///
    /// - Parameter id: `nil` for what nobody goes on from; the reader then keeps the one before.
    private static func block(_ name: String, id: Int64?, _ data: JSONValue) -> String {
        "\(id.map { "id: \($0)\n" } ?? "")event: \(name)\ndata: \(String(decoding: data.serialized(), as: UTF8.self))\n\n"
    }
}

extension RevocationCutoff {
    /// `{"dimension","id","cutoff","time"}`: without the reason, which is for those who administer.
    fileprivate var json: JSONValue {
        [
            "dimension": .string(dimension.rawValue), "id": .string(id), "cutoff": .integer(cutoff),
            "time": .string(RFC3339.text(seconds: createdAt)),
        ]
    }
}

extension RevokedToken {
    /// `{"dimension":"token","id","cutoff"}`: a cutoff that reaches this one.
    fileprivate var json: JSONValue {
        ["dimension": "token", "id": .string(id.text), "cutoff": .integer(sequence)]
    }
}

extension Quarantine.Key {
    /// `{"connector","tool"}`
    fileprivate var json: JSONValue {
        ["connector": .string(connector.rawValue), "tool": .string(tool.rawValue)]
    }
}

extension DisabledThing {
    /// `{"dimension","id"}`
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["dimension"] = .string(kind.rawValue)
        object["id"] = .string(id)
        return object
    }
}
