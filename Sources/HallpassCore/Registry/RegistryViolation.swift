package import StrictJSON

/// One thing that keeps a registry, or the documents for one, from being accepted.
package struct RegistryViolation: Hashable, Sendable {
    /// The resource that is wrong; `nil` where the document was too wrong to name one.
    package let key: ResourceKey?
    /// Counted from 0 among the documents given; `nil` where what is wrong is registered already and was not among them.
    package let document: Int?
    /// Its path starts at the resource's document.
    package let violation: JSONViolation

    package init(key: ResourceKey?, document: Int? = nil, violation: JSONViolation) {
        self.key = key
        self.document = document
        self.violation = violation
    }
}

/// Something in a document that was accepted and that its author may not have meant.
package struct RegistryWarning: Hashable, Sendable {
    package let key: ResourceKey
    /// Counted from 0 among the documents given.
    package let document: Int
    /// Its path starts at the resource's document.
    package let finding: JSONViolation

    /// `{"document","kind","name","path","rule","message"}`
    package var json: JSONValue {
        [
            "document": .integer(Int64(document)), "kind": .string(key.kind.rawValue), "name": .string(key.name),
            "path": .string(finding.path), "rule": .string(finding.rule), "message": .string(finding.message),
        ]
    }
}

/// Everything that was found wrong with a registry or its documents; never empty.
package struct RegistryViolations: Error, Hashable, Sendable {
    /// The first ``countMaximum``: first what the documents say, in their order, then what they would break elsewhere.
    package let violations: [RegistryViolation]

    package static let countMaximum = JSONViolations.countMaximum

    package init(_ violations: [RegistryViolation]) {
        // The offset keeps the order found within one document; `sorted` does not promise to.
        let ordered = violations.enumerated().sorted { left, right in
            (left.element.document ?? .max, left.offset) < (right.element.document ?? .max, right.offset)
        }
        self.violations = ordered.prefix(Self.countMaximum).map(\.element)
    }
}

extension RegistryViolations {
    /// The refusal of a request that held the documents.
    ///
    /// - Parameter pointer: where the request has the document of this index.
    package func error(at pointer: (Int) -> JSONPointer) -> HallpassError {
        .invalidRequest(
            violations.map { found in
                let path = found.violation.path
                if let document = found.document {
                    return JSONViolation(
                        path: pointer(document).description + path, rule: found.violation.rule,
                        message: found.violation.message)
                }
                let place = [found.key?.text, path.isEmpty ? nil : path].compactMap(\.self).joined(separator: " ")
                return JSONViolation(
                    path: "", rule: found.violation.rule,
                    message: "would break \(place), which \(found.violation.message)")
            })
    }
}
