import HTTPTypes
import HallpassCore

/// What a body must be sent as.
enum BodyType: Sendable {
    case json
    case form

    var expected: StaticText {
        switch self {
        case .json: "application/json"
        case .form: "application/x-www-form-urlencoded"
        }
    }

    /// Accepts the type itself, with `charset=utf-8` as its only parameter.
    ///
    /// - Throws: ``HallpassError/unsupportedMediaType(expected:)``, also for a body that is compressed.
    func check(_ headers: RequestHeaders) throws(HallpassError) {
        guard let value = headers[.contentType],
            headers[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true
        else { throw .unsupportedMediaType(expected: expected) }
        // What nearly everyone sends; the rest of this took 5 thousand instructions.
        if value == expected.text { return }
        let parts = value.lowercased().utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { String(decoding: $0.trimmingSpaces(), as: UTF8.self) }
        guard parts[0] == expected.text, parts.dropFirst().allSatisfy(Self.isUTF8), parts.count <= 2 else {
            throw .unsupportedMediaType(expected: expected)
        }
    }

    private static func isUTF8(_ parameter: String) -> Bool {
        parameter == "charset=utf-8" || parameter == "charset=\"utf-8\""
    }
}

extension Substring.UTF8View {
    /// Without the optional white space of HTTP at both ends. Source: RFC 9110 section 5.6.3.
    fileprivate func trimmingSpaces() -> Substring.UTF8View {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var rest = self
        while let first = rest.first, isSpace(first) { rest = rest.dropFirst() }
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        return rest
    }
}
