/// Refuses schemas that lead back to themselves without descending into the instance: no value could ever be judged.
///
/// Source: JSON Schema Core section 9.4.1. Loops that only a `$dynamicRef` closes at run time end at
/// ``ValidationLimits/evaluationDepth``.
enum ReferenceLoops {
    private enum Mark { case new, open, done }

    static func refuse(
        in nodes: [SchemaNode], locationOf nodeByLocation: [LocationID: NodeID], _ locations: SchemaLocations
    ) throws(SchemaError) {
        let targets = nodes.map { node in node.keywords.flatMap(\.inPlaceTargets) }
        var marks = [Mark](repeating: .new, count: nodes.count)
        for start in nodes.indices where marks[start] == .new {
            var path = [(node: start, next: 0)]
            marks[start] = .open
            while let (node, next) = path.last {
                guard next < targets[node].count else {
                    marks[node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let target = targets[node][next]
                switch marks[target] {
                case .done: break
                case .new:
                    marks[target] = .open
                    path.append((target, 0))
                case .open:
                    let location = nodeByLocation.first { $0.value == target }?.key ?? 0
                    throw SchemaError(
                        kind: .referenceLoop, pointer: locations.pointer(to: location), rule: "$ref",
                        message: "the schema leads back to itself without descending into the value")
                }
            }
        }
    }
}
