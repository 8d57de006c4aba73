import Testing

@testable import JSONSchema

struct NearestNameTests {
    static let known = ["contact_id", "body", "visibility", "idempotency_key", "id"]

    @Test(arguments: [
        ("contactId", "contact_id"), ("contact-id", "contact_id"), ("CONTACT_ID", "contact_id"), ("boddy", "body"),
        ("bdoy", "body"), ("visiblity", "visibility"), ("idempotencyKey", "idempotency_key"), ("ID", "id"),
    ])
    func `a misspelt name finds the right one`(name: String, right: String) {
        #expect(NearestName.find(name, among: Self.known) == right)
    }

    @Test(arguments: ["", "x", "zz", "recipient", "_", "é"])
    func `a name that resembles none finds none`(name: String) {
        #expect(NearestName.find(name, among: Self.known) == nil)
    }

    @Test
    func `a name too long to be a misspelling is not compared`() {
        let name = String(repeating: "a", count: 49)
        #expect(NearestName.find(name, among: [String(repeating: "a", count: 48)]) == nil)
    }
}
