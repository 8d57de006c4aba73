import HallpassCore
import Testing

struct AccountTests {
    @Test(arguments: [(11, false), (12, true), (1_024, true), (1_025, false)])
    func `a password is 12 to 1024 bytes`(count: Int, isGood: Bool) {
        let password = String((0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 * 7 % 26))) })
        #expect((Account.rejection(ofPassword: password, for: "alice") == nil) == isGood)
    }

    @Test(arguments: [
        "password1234", "Password-1234", "hallpasshallpass", "HallPass2026!!", "aaaaaaaaaaaaaaaa", "111111111111",
        "123456789012", "qwertyuiop12", "correct horse battery staple", "alice-alice-alice", "Alice2026!!!",
        "administrator1", "------------",
    ])
    func `what anyone would try first is refused`(password: String) {
        #expect(Account.rejection(ofPassword: password, for: "alice") != nil)
    }

    @Test(arguments: ["tall grass in may", "k7#Qz!p0Lw9$", "Fahrradkette im Regen", "パスワードは長いほうがよい"])
    func `what nobody would try first is taken, whatever it is made of`(password: String) {
        #expect(Account.rejection(ofPassword: password, for: "alice") == nil)
    }

    @Test func `a person of the platform has their whole name elsewhere`() {
        let root = AccountName(tenant: .platform, username: "root")
        #expect(root.seen(from: .platform) == "root")
        #expect(root.seen(from: "acme") == "platform/root")
    }

    @Test func `a person may stand in a call under either of their names`() {
        let name = AccountName(tenant: "acme", username: "alice")
        #expect(Account(name: name, roles: [.security]).subjects == ["alice"])
        let linked = Account(name: name, roles: [.security], subject: "alice@example.com")
        #expect(linked.subjects == ["alice", "alice@example.com"])
    }
}
