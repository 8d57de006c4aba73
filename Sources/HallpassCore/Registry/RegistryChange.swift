/// One line of a plan: what a resource is now and what it becomes; exactly one side may be `nil`.
package struct RegistryChange: Hashable, Sendable {
    package let before: RegistryResource?
    package let after: RegistryResource?

    /// - Precondition: at least one side is there, and both have the same key.
    package init(before: RegistryResource?, after: RegistryResource?) {
        precondition(before != nil || after != nil, "a change of nothing")
        precondition(before == nil || after == nil || before?.key == after?.key, "a change of two things")
        self.before = before
        self.after = after
    }

    package var key: ResourceKey {
        guard let resource = after ?? before else { preconditionFailure("a change of nothing") }
        return resource.key
    }
}
