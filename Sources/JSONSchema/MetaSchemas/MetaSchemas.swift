import StrictJSON

/// The documents that define the two dialects, for schemas that refer to them.
enum MetaSchemas {
    static let documents: [String: JSONValue] = {
        var documents = [Dialect.Draft.draft07.rawValue: Draft07.schema]
        for document in Draft202012.all {
            if let uri = document.objectValue?["$id"]?.stringValue { documents[uri] = document }
        }
        return documents
    }()
}
