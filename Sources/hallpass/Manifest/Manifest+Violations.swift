import StrictJSON

extension Manifest {
    /// A server's warning, where it stands in the files.
    func locate(_ warning: JSONValue) -> CommandFailure.Detail {
        let path = warning.text("path")
        var detail = CommandFailure.Detail(path: path, rule: warning.text("rule"), message: warning.text("message"))
        if let index = warning["document"]?.integerValue, let pointer = JSONPointer(parsing: path) {
            detail = locate(
                CommandFailure.Detail(
                    path: JSONPointer(tokens: ["documents", String(index)] + pointer.tokens).description,
                    rule: detail.rule, message: detail.message))
        }
        return detail
    }

    /// A server's violation, where it stands in the files: `/documents/3/auth/scopes/0` is about the fourth document.
    func locate(_ detail: CommandFailure.Detail) -> CommandFailure.Detail {
        guard let pointer = JSONPointer(parsing: detail.path), pointer.tokens.count >= 2,
            pointer.tokens[0] == "documents", let index = Int(pointer.tokens[1]), documents.indices.contains(index)
        else { return detail }
        let document = documents[index]
        let inside = JSONPointer(tokens: Array(pointer.tokens.dropFirst(2)))
        return CommandFailure.Detail(
            file: document.file, line: document.source.line(of: inside), path: inside.description, rule: detail.rule,
            message: detail.message)
    }
}
