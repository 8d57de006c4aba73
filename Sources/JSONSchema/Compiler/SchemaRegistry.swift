package import StrictJSON

/// Documents that references may lead to, by absolute URI. Nothing is ever fetched: what is not here does not exist.
///
/// The meta-schemas of the two dialects are always there.
package struct SchemaRegistry: Sendable {
    private var documents: [String: JSONValue]

    package init(_ documents: [String: JSONValue] = [:]) {
        self.documents = MetaSchemas.documents
        for (uri, document) in documents { add(document, at: uri) }
    }

    package mutating func add(_ document: JSONValue, at uri: String) {
        documents[URIReference(uri).withoutFragment.text] = document
    }

    /// - Parameter uri: absolute, without fragment.
    func document(at uri: String) -> JSONValue? { documents[uri] }
}
