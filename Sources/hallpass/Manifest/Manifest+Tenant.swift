import HallpassCore
import StrictJSON

extension Manifest {
    /// The tenant that the documents are about, where one of them is a `Tenant`.
    ///
    /// - Throws: ``CommandFailure`` where they are about several.
    func tenant() throws -> TenantID? {
        let found = documents.filter { $0.value.objectValue?["kind"]?.stringValue == ResourceKind.tenant.rawValue }
        // A name that is none is for the server to refuse, with its place.
        let named = found.compactMap { document in
            document.value.objectValue?["id"]?.stringValue.flatMap { TenantID($0) }.map { ($0, document) }
        }
        guard let first = named.first else { return nil }
        if let other = named.first(where: { $0.0 != first.0 }) {
            let places = [first, other].map { "\($0.0) in \($0.1.file):\($0.1.source.line)" }
            throw CommandFailure.usage(
                "The files are about several tenants: \(places.joined(separator: ", ")).",
                next: "apply one tenant's folder at a time")
        }
        return first.0
    }
}
