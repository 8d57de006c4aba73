import HTTPTypes
import HallpassCore
import StrictJSON

/// What is sent back, before the headers that every answer has.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]
    /// What goes on after the head, instead of a body.
    var events: EventStream?
    /// How it ended, for the metrics: `nil` is well.
    var code: ErrorCode?

    init(_ status: HTTPResponse.Status, contentType: String, body: [UInt8]) {
        self.init(status, headers: [.contentType: contentType, .cacheControl: "no-store"], body: body)
    }

    /// Well, with a body of JSON.
    init(body: [UInt8]) { self.init(.ok, headers: Self.jsonHeaders, body: body) }

    private init(_ status: HTTPResponse.Status, headers: HTTPFields, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    private static let jsonHeaders: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]

    init(_ status: HTTPResponse.Status = .ok, _ object: JSONObject, code: ErrorCode? = nil) {
        self.init(status, contentType: "application/json", body: JSONValue.object(object).serialized())
        self.code = code
    }

    /// An answer that goes on.
    init(events: EventStream) {
        self.init(.ok, contentType: "text/event-stream", body: [])
        // A proxy that gathers answers before it passes them on would keep events back.
        headers[.accelBuffering] = "no"
        self.events = events
    }

    /// Done, and nothing to say.
    static var noContent: Answer {
        var answer = Answer(.noContent, contentType: "application/json", body: [])
        answer.headers[.contentType] = nil
        return answer
    }

    init(_ status: HTTPResponse.Status = .ok, json: JSONValue) {
        self.init(status, contentType: "application/json", body: json.serialized())
    }
}

extension HTTPField.Name {
    fileprivate static let accelBuffering = literal("X-Accel-Buffering")
}
