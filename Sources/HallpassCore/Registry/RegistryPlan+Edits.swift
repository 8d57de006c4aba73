import StrictJSON

/// Plans for one resource at a time, as the admin API changes them.
extension RegistryPlan {
    /// Plans to add or replace one resource.
    ///
    /// - Throws: ``HallpassError/invalidRequest(_:)`` with all that is wrong; paths start at the resource's document.
    package static func put(
        _ resource: RegistryResource, into current: TenantRegistry
    ) throws(HallpassError) -> RegistryPlan {
        do {
            return try make(current: current, documents: [resource], prune: false)
        } catch {
            throw error.error { _ in .root }
        }
    }

    /// Plans to remove one resource and, with `cascade`, all that cannot do without it.
    ///
    /// - Throws: ``HallpassError/notFound``; ``HallpassError/inUse(by:)`` without `cascade`;
    ///   ``HallpassError/invalidRequest(_:)`` for the tenant, which is not removed from within.
    package static func delete(
        _ key: ResourceKey, from current: TenantRegistry, cascade: Bool
    ) throws(HallpassError) -> RegistryPlan {
        guard current.resource(key) != nil else { throw .notFound }
        guard key.kind != .tenant else {
            throw .invalidRequest(path: "", rule: "tenant", message: "is a tenant, which is not removed from within")
        }
        let dependents = RegistryDependents(of: key, in: current)
        guard cascade || dependents.isEmpty else { throw .inUse(by: dependents.names) }
        var registry = current
        dependents.remove(from: &registry)
        registry.remove(key)
        return RegistryPlan(from: current, to: registry, touching: dependents.keys.union([key]))
    }
}
