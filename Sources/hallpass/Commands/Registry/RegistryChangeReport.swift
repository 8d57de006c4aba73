import HallpassCore
import StrictJSON

/// The answer to `apply` and `restore`: what changed, in which revision, and the secrets of clients it made.
struct RegistryChangeReport {
    private let answer: JSONObject
    let plan: ChangePlan
    let secrets: JSONObject
    /// `[{"document","kind","name","path","rule","message"}]`
    let warnings: [JSONValue]
    private let isDryRun: Bool
    private let revision: Int64

    init(_ answer: JSONObject) throws {
        guard let changes = answer["plan"]?.objectValue?["changes"]?.arrayValue,
            let revision = answer["revision"]?.integerValue
        else { throw CommandFailure.badAnswer("The server's answer has no plan.") }
        self.answer = answer
        plan = ChangePlan(changes)
        secrets = answer["secrets"]?.objectValue ?? JSONObject()
        warnings = answer["warnings"]?.arrayValue ?? []
        isDryRun = answer["dry_run"]?.boolValue ?? false
        self.revision = revision
    }

    /// - Parameter secretsFile: where the secrets were written; they are then not shown.
    func json(secretsFile: String?) -> JSONValue {
        guard let secretsFile else { return .object(answer) }
        var answer = answer
        answer["secrets"] = nil
        answer["secrets_file"] = .string(secretsFile)
        answer["secrets_of"] = .array(secrets.map { .string($0.name) })
        return .object(answer)
    }

    /// Several lines without a line break at the end.
    func text(tenant: TenantID, secretsFile: String?, warnings: SchemaWarnings = SchemaWarnings([])) -> String {
        var lines = ["Tenant \(tenant)", plan.text]
        if isDryRun {
            lines.append("This was a dry run; nothing changed.")
        } else if !plan.isEmpty {
            lines.append("Done: revision \(revision).")
        }
        return (lines + warnings.lines + secretLines(secretsFile)).joined(separator: "\n")
    }

    private func secretLines(_ secretsFile: String?) -> [String] {
        guard !secrets.isEmpty else { return [] }
        if let secretsFile {
            let owners = secrets.map(\.name).joined(separator: ", ")
            return ["", "The secrets of \(owners) are in \(secretsFile), readable by you only.".printable]
        }
        let width = secrets.map { $0.name.count }.max() ?? 0
        let rows = secrets.map { "  \($0.name.padded(to: width))  \($0.value.stringValue ?? "")".printable }
        return ["", "Secrets of new clients. Keep them now: they are not shown again."] + rows
    }
}
