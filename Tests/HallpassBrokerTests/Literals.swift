import HallpassCore

// Names in tests are written as literals; a name that breaks its own rule is a mistake of the test and stops it.

extension Identifier: ExpressibleByStringLiteral, ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral
{
    package init(stringLiteral value: String) { self = wellFormed(Identifier(value)) }
}

extension OpaqueText: ExpressibleByStringLiteral, ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral
{
    package init(stringLiteral value: String) { self = wellFormed(OpaqueText(value)) }
}

extension ToolName: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = wellFormed(ToolName(value)) }
}

extension DeploymentID: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = wellFormed(DeploymentID(value)) }
}

extension ResourceURI: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = wellFormed(ResourceURI(value)) }
}

extension ScopeSet: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = wellFormed(ScopeSet(spaceSeparated: value)) }
}

private func wellFormed<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a literal breaks its own rule") }
    return value
}
