/// What keeps one file from being read, and where in it.
struct ManifestTrouble: Error, Hashable {
    /// `nil` where it is about the file as a whole.
    let line: Int?
    /// A word for programs: `syntax`, `duplicate`, `type`, `tag`, `quote`, `range`, `limit`.
    let rule: String
    /// A clause that never repeats a value of the file.
    let message: String

    init(line: Int? = nil, rule: String, _ message: String) {
        self.line = line
        self.rule = rule
        self.message = message
    }

    func detail(in file: String) -> CommandFailure.Detail {
        CommandFailure.Detail(file: file, line: line, path: "", rule: rule, message: message)
    }
}
