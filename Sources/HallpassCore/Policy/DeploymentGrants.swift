/// One deployment's grants, by whom they are for.
///
/// A deployment may have one for each of thousands of people, and each call asks for those of one: going through a hundred of
/// them, three times, was a tenth of a verification.
struct DeploymentGrants: Sendable {
    private var ofUsers: [Subject: [Grant]] = [:]
    private var ofGroups: [Grant] = []

    /// - Returns: each deployment's.
    static func all(_ grants: some Sequence<Grant>) -> [DeploymentID: DeploymentGrants] {
        var all: [DeploymentID: DeploymentGrants] = [:]
        for grant in grants { all[grant.deployment, default: DeploymentGrants()].add(grant) }
        return all
    }

    private mutating func add(_ grant: Grant) {
        switch grant.subject {
        case .user(let subject): ofUsers[subject, default: []].append(grant)
        case .group: ofGroups.append(grant)
        }
    }

    /// Those that can be for this person: their own, and those of all groups, because whose the groups are is not known yet.
    func candidates(for subject: Subject) -> [Grant] {
        guard let own = ofUsers[subject] else { return ofGroups }
        // Where there are no groups, nothing has to be put together.
        return ofGroups.isEmpty ? own : own + ofGroups
    }
}
