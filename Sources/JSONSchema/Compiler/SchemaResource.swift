typealias ResourceID = Int

/// A schema with an identifier of its own, and the names inside it (JSON Schema Core section 4.3.5).
struct SchemaResource: Sendable {
    let base: URIReference
    let root: LocationID
    let dialect: Dialect
    /// `$anchor` and `$dynamicAnchor`, and in draft-07 `$id: "#name"`.
    var anchors: [String: LocationID] = [:]
    var dynamicAnchors: [String: LocationID] = [:]
}
