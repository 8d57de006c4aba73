import HallpassCore

enum TenantIDs {
    static let acme = id("acme")
    static let globex = id("globex")
    static let umbrella = id("umbrella")

    private static func id(_ text: String) -> TenantID {
        guard let id = TenantID(text) else { preconditionFailure("a literal identifier") }
        return id
    }
}
