import HTTPTypes
import HallpassBroker
import HallpassCore
import NIOHTTP1

/// What is answered to what is no request, and ends its connection.
enum MalformedRequest {
    /// - Returns: `nil` for what is nobody's fault, such as a connection that broke.
    static func answer(to error: any Error, date: String) -> Response? {
        let refusal: HallpassError
        switch error {
        case ConnectionRefusal.overloaded: refusal = .overloaded
        case ConnectionRefusal.host: refusal = malformed("must have one Host, and in it a host's name")
        case HTTPParserError.headerOverflow: refusal = malformed("has more or longer headers than are read")
        case is HTTPParserError: refusal = malformed("is not HTTP/1.1")
        default: return nil
        }
        let requestID = RequestID.make()
        var answer = ErrorAnswer.make(refusal, requestID: requestID)
        if case HTTPParserError.headerOverflow = error { answer.status = .requestHeaderFieldsTooLarge }
        return Response(answer, requestID: requestID, date: date, isLast: true)
    }

    private static func malformed(_ message: String) -> HallpassError {
        .invalidRequest(path: "", rule: "http", message: message)
    }
}
