/// Why a regular expression was refused at registration.
struct PatternError: Error, Hashable, Sendable {
    /// One sentence without the pattern itself.
    let message: String

    init(_ message: String) { self.message = message }
}
