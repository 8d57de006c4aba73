/// What one document may cost its reader; the length of the input in bytes is for the caller to bound.
package struct JSONLimits: Hashable, Sendable {
    /// The parser, equality, hashing, the writers and the release of a value recurse once per level. This many levels were
    /// measured to take less than 256 KiB of stack in a release build and 1 MiB in a debug build; threads have 8 MiB.
    package static let depthMaximum = 512

    /// Levels of arrays and objects inside one another: a scalar is 0 deep, `[]` 1, `[[]]` 2.
    package let depth: Int

    /// Values of any kind, the containers and their elements; member names are not counted.
    package let valueCount: Int

    /// UTF-8 bytes of one string or member name, after its escapes were resolved.
    package let stringBytes: Int

    package static let `default` = JSONLimits()

    /// - Precondition: `depth` is at most ``depthMaximum``.
    package init(depth: Int = 64, valueCount: Int = 1_000_000, stringBytes: Int = 16_777_216) {
        precondition(depth <= Self.depthMaximum, "nesting beyond what the stack is sized for")
        self.depth = depth
        self.valueCount = valueCount
        self.stringBytes = stringBytes
    }
}
