/// Who a call is for, as proven to the broker: never built from what a caller merely wrote, except by a client that is
/// registered to assert actors.
package struct Actor: Hashable, Sendable {
    package let subject: Subject
    package let groups: Set<GroupName>

    package init(subject: Subject, groups: Set<GroupName> = []) {
        self.subject = subject
        self.groups = groups
    }
}

/// Who acts for the actor: the current agent first, then whoever it acts for in turn; 1 to 4 links.
///
/// Source: RFC 8693 section 4.1.
package struct ActorChain: Hashable, Sendable {
    package let subjects: [Subject]

    package init?(_ subjects: [Subject]) {
        guard (1...Limits.actorChainDepth).contains(subjects.count) else { return nil }
        self.subjects = subjects
    }

    /// A chain of one.
    package init(_ agent: Subject) { subjects = [agent] }
}
