import Testing

@testable import HallpassCore

struct `The nearest name` {
    @Test(arguments: [
        ("find_contcat", "find_contact"),
        ("find_contacts", "find_contact"),
        ("ind_contact", "find_contact"),
        ("pord", "prod"),
        ("fimd_comtacd", "find_contact"),
        ("fimd_comtacdd", nil),
        ("prd", "prod"),
        ("pd", nil),
        ("porf", nil),
        ("opdr", nil),
        ("", nil),
        ("x", nil),
        ("add_note", "add_note"),
    ])
    func `is within one slip in three letters, and three at most`(name: String, expected: String?) {
        let answer = NearestName.suggestion(for: name, among: ["find_contact", "add_note", "prod"])
        #expect(answer == expected)
    }

    @Test func `is the closest, and of equals the first by name`() {
        #expect(NearestName.suggestion(for: "contacts", among: ["contacs", "contact", "contakt"]) == "contacs")
        #expect(NearestName.suggestion(for: "contracts", among: ["contracx", "contract"]) == "contract")
    }
}
