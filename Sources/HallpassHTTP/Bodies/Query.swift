import HTTPTypes
import HallpassCore
import HallpassCrypto
import StrictJSON

extension Call {
    /// Reads the query; a parameter that `read` does not ask for is refused by name.
    func query<Value>(_ read: (JSONObjectReader) -> Value?) throws -> Value {
        try JSONObjectReader.decode(.object(query), read)
    }

    /// For a route that has no query parameters.
    func requireNoQuery() throws {
        if query.isEmpty { return }
        try query { _ in () }
    }
}

/// `?limit=&cursor=`
struct Page {
    let limit: Int
    /// The last key of the page before.
    let after: String?

    init(reading reader: JSONObjectReader) { self.init(reading: reader, hasCursor: true) }

    /// - Parameter hasCursor: `false` for a list that counts its pages otherwise.
    init(reading reader: JSONObjectReader, hasCursor: Bool) {
        let range = Int64(Limits.pageSize.lowerBound)...Int64(Limits.pageSize.upperBound)
        limit = Int(reader.optionalNumber("limit", in: range) ?? 50)
        after =
            !hasCursor
            ? nil
            : reader.optional("cursor", rule: "must be a next_cursor of an earlier answer") { text in
                Base64URL.decode(text).flatMap { String(validating: $0, as: UTF8.self) }
            }
    }

    /// The last key as a number, for lists that are numbered.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` for a cursor of some other list.
    func afterNumber() throws(HallpassError) -> Int64? {
        guard let after else { return nil }
        guard let number = Int64(after), number >= 0 else {
            throw .invalidRequest(
                path: "/cursor", rule: "format", message: "must be a next_cursor of an earlier answer")
        }
        return number
    }

    /// Opaque to clients, so that what it is made of can change.
    static func cursor(_ lastKey: String) -> JSONValue { .string(Base64URL.encode(Array(lastKey.utf8))) }
}

extension Page {
    /// `{"items","next_cursor"?}` of rows that were read one beyond the limit, to know whether there are more.
    func answer<Row>(_ rows: [Row], key: (Row) -> String, _ json: (Row) -> JSONValue) -> Answer {
        let shown = rows.prefix(limit)
        var object = JSONObject()
        object["items"] = .array(shown.map(json))
        if rows.count > limit, let last = shown.last { object["next_cursor"] = Page.cursor(key(last)) }
        return Answer(.ok, object)
    }
}
