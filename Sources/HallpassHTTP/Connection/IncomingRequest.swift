import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// What was asked, as it was sent.
struct IncomingRequest: Sendable {
    let method: HTTPRequest.Method
    /// A path and its query, or whatever else was sent in that place.
    let target: String
    let headers: RequestHeaders
    let body: IncomingBody
    /// The peer's address without port; `nil` for what has none, such as a socket in the file system.
    let address: String?
    /// Of its connection.
    let credentials: CredentialMemory

    init(
        method: HTTPRequest.Method, target: String, headers: RequestHeaders, body: IncomingBody, address: String?,
        credentials: CredentialMemory
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.address = address
        self.credentials = credentials
    }

    /// - Returns: `nil` for a method that is none.
    init?(_ head: HTTPRequestHead, body: IncomingBody, address: String?, credentials: CredentialMemory) {
        guard let method = try? HTTPRequest.Method(head.method) else { return nil }
        self.init(
            method: method, target: head.uri, headers: RequestHeaders(head.headers), body: body, address: address,
            credentials: credentials)
    }
}

/// A request's header fields, found by their names in any case.
struct RequestHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Taken out of NIO's collection once, because each look through that is a call for each field.
    private let fields: [(name: String, value: String)]

    init(_ fields: HTTPHeaders) { self.fields = Array(fields) }

    init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        fields = elements.map { (name: $0.0.rawName, value: $0.1) }
    }

    /// What stands in the fields of this name, joined where there are several; `nil` where there is none.
    subscript(_ name: HTTPField.Name) -> String? {
        var found: String?
        each(name) { value in found = found.map { "\($0), \(value)" } ?? value }
        return found
    }

    subscript(values name: HTTPField.Name) -> [String] {
        var found: [String] = []
        each(name) { found.append($0) }
        return found
    }

    func contains(_ name: HTTPField.Name) -> Bool {
        var isFound = false
        each(name) { _ in isFound = true }
        return isFound
    }

    private func each(_ name: HTTPField.Name, _ body: (String) -> Void) {
        for field in fields where Self.isSame(field.name, name) { body(Self.trimmed(field.value)) }
    }

    private static func isSame(_ found: String, _ name: HTTPField.Name) -> Bool {
        // Most have another length, or are written as we write them.
        found.utf8.count == name.rawName.utf8.count
            && (found == name.rawName || found.utf8.isSameWord(as: name.rawName.utf8))
    }

    /// White space around a value is none of it. Source: RFC 9110 section 5.5.
    private static func trimmed(_ value: String) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard let first = value.utf8.first, let last = value.utf8.last, isSpace(first) || isSpace(last) else {
            return value
        }
        let start = value.utf8.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map(start.index(after:)) ?? start.startIndex
        return String(start[..<end]) ?? ""
    }
}
