package import HallpassCore

extension Broker {
    /// Makes the platform's own tenant and the one client that can make everything else, with every role there is but
    /// that of a mere viewer.
    ///
    /// It needs no credentials, because there are none yet: what guards it is that it runs where the key file and the
    /// database are, and works once.
    ///
    /// - Returns: the client's secret, to be shown once.
    /// - Throws: ``HallpassError/revisionConflict`` where there is a platform tenant already.
    package func bootstrap(admin id: ClientID, _ context: CallContext) async throws(HallpassError) -> ClientSecret {
        let client = Client(id: id, kind: .automation(roles: Self.firstRoles), description: "Made by hallpass init.")
        let tenant = Tenant(id: .platform)
        return try await gate.pass { () async throws(HallpassError) in
            guard snapshot.tenants[.platform] == nil else { throw .revisionConflict }
            let plan: RegistryPlan
            do throws(RegistryViolations) {
                plan = try RegistryPlan.make(
                    current: TenantRegistry(tenant: tenant), documents: [.tenant(tenant), .client(client)], prune: false
                )
            } catch {
                throw .internal
            }
            let author = ChangeAuthor(tenant: .platform, name: "init", caller: nil)
            let answer = try await commit(plan, summary: "init", by: author, context)
            guard let secret = answer.secrets[id] else { throw .internal }
            return secret
        }
    }
}
