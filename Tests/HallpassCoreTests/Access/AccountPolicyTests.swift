import HallpassCore
import Testing

struct AccountPolicyTests {
    private static let root = Account(
        name: AccountName(tenant: .platform, username: "root"), roles: [.platformAdmin, .tenantAdmin])
    private static let other = Account(
        name: AccountName(tenant: .platform, username: "other"), roles: [.platformAdmin])
    private static let clerk = Account(name: AccountName(tenant: .platform, username: "clerk"), roles: [.viewer])
    private static let vera = Account(name: AccountName(tenant: "acme", username: "vera"), roles: [.viewer])

    private static let platformAdmin = AccountPolicy(person: root.name, isPlatformAdmin: true)
    private static let tenantAdmin = AccountPolicy(
        person: AccountName(tenant: "acme", username: "tina"), isPlatformAdmin: false)
    private static let machine = AccountPolicy(person: nil, isPlatformAdmin: true)

    private func code(_ check: () throws(HallpassError) -> Void) -> ErrorCode? {
        do throws(HallpassError) {
            try check()
            return nil
        } catch {
            return error.code
        }
    }

    private func with(_ roles: Set<Role>, _ account: Account) -> Account { Account(name: account.name, roles: roles) }

    @Test func `a tenant admin gives every role of the tenant, and platform_admin to nobody`() {
        let all = with([.tenantAdmin, .security, .auditor, .viewer], Self.vera)
        #expect(code { () throws(HallpassError) in try Self.tenantAdmin.check(nil, becoming: all, among: []) } == nil)
        for policy in [Self.tenantAdmin, Self.platformAdmin, Self.machine] {
            let made = code { () throws(HallpassError) in
                try policy.check(nil, becoming: with([.platformAdmin], Self.vera), among: [])
            }
            #expect(made != nil)
        }
        let clerk = AccountPolicy(person: Self.clerk.name, isPlatformAdmin: false)
        let made = code { () throws(HallpassError) in
            try clerk.check(nil, becoming: with([.platformAdmin], Self.other), among: [Self.root])
        }
        #expect(made == .forbidden)
    }

    @Test func `who is no platform admin touches no platform admin's account, link or sessions`() {
        let policy = AccountPolicy(person: Self.clerk.name, isPlatformAdmin: false)
        let refusals = [
            code { () throws(HallpassError) in
                try policy.check(Self.root, becoming: with([.viewer], Self.root), among: [Self.other])
            },
            code { () throws(HallpassError) in try policy.check(Self.root, becoming: nil, among: [Self.other]) },
            code { () throws(HallpassError) in try policy.checkInvitation(Self.root) },
            code { () throws(HallpassError) in try policy.checkReach(Self.root) },
        ]
        #expect(refusals == [.forbidden, .forbidden, .forbidden, .forbidden])
    }

    @Test func `nobody changes, removes or invites themselves`() {
        let refusals = [
            code { () throws(HallpassError) in
                try Self.platformAdmin.check(
                    Self.root, becoming: with([.platformAdmin], Self.root), among: [Self.other])
            },
            code { () throws(HallpassError) in
                try Self.platformAdmin.check(Self.root, becoming: nil, among: [Self.other])
            },
            code { () throws(HallpassError) in try Self.platformAdmin.checkInvitation(Self.root) },
        ]
        #expect(refusals == [.forbidden, .forbidden, .forbidden])
    }

    @Test func `a namesake in another tenant is somebody else`() {
        let namesake = Account(name: AccountName(tenant: "acme", username: "root"), roles: [.viewer])
        let refusal = code { () throws(HallpassError) in
            try Self.platformAdmin.check(namesake, becoming: nil, among: [])
        }
        #expect(refusal == nil)
    }

    @Test func `the last platform admin stays one, whoever asks`() {
        for after in [nil, with([.security], Self.root)] {
            let last = code { () throws(HallpassError) in
                try Self.machine.check(Self.root, becoming: after, among: [Self.clerk])
            }
            #expect(last == .limitReached)
            let oneOfTwo = code { () throws(HallpassError) in
                try Self.machine.check(Self.root, becoming: after, among: [Self.clerk, Self.other])
            }
            #expect(oneOfTwo == nil)
        }
    }
}
