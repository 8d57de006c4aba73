import HallpassBroker
import HallpassCore
import StrictJSON

extension ActivityReport {
    /// `{"since","complete","head","newest":{"events","codes"},"minutes":[{"time","execute","replay","deny"}],
    /// "codes":[{"code","count"}]}`, the commonest code first.
    var json: JSONObject {
        let codes = minutes.reduce(into: [:]) { sums, one in
            sums.merge(one.calls.codes) { $0 + $1 }
        }
        var object = JSONObject()
        object["since"] = .string(RFC3339.text(seconds: since * 60))
        object["complete"] = .bool(isComplete)
        object["head"] = .integer(head)
        object["newest"] = [
            "events": Self.places(newest.events.map { ($0.rawValue, $1) }),
            "codes": Self.places(newest.codes.map { ($0, $1) }),
        ]
        object["minutes"] = .array(
            minutes.map { one in
                [
                    "time": .string(RFC3339.text(seconds: one.minute * 60)),
                    "execute": .integer(Int64(one.calls.executed)), "replay": .integer(Int64(one.calls.replayed)),
                    "deny": .integer(Int64(one.calls.denied)),
                ]
            })
        object["codes"] = .array(
            codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { code, count in
                ["code": .string(code), "count": .integer(Int64(count))]
            })
        return object
    }

    /// By name, so that the same is always written the same.
    private static func places(_ places: [(name: String, sequence: Int64)]) -> JSONValue {
        var object = JSONObject()
        for place in places.sorted(by: { $0.name < $1.name }) { object[place.name] = .integer(place.sequence) }
        return .object(object)
    }
}
