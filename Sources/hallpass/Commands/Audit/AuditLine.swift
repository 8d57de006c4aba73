import StrictJSON

/// One audit record as people read it: when, what, how it ended, who, where.
struct AuditLine {
    let sequence: String
    let time: String
    let event: String
    /// The decision, or the code of the refusal.
    let outcome: String
    let who: String
    let place: String

    init(_ record: JSONValue) {
        sequence = record.text("seq")
        time = record.text("time")
        event = record.text("event")
        outcome = record.text("code").isEmpty ? record.text("decision") : record.text("code")
        who = [record.text("sub"), record.text("admin"), record.text("client_id")].filter { !$0.isEmpty }.joined(
            separator: " via ")
        let deployment = [record.text("connector"), record.text("environment")].filter { !$0.isEmpty }
        place = [deployment.joined(separator: "@"), record.text("tool"), record.text("target")]
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    static func table(_ records: [JSONValue]) -> TextTable {
        var table = TextTable("SEQ", "TIME", "EVENT", "OUTCOME", "WHO", "WHAT")
        for line in records.map(AuditLine.init) {
            table.append(line.sequence, line.time, line.event, line.outcome, line.who, line.place)
        }
        return table
    }

    /// For a list without an end, whose columns cannot wait for their widest cell.
    var text: String {
        [
            sequence.padded(to: 6), time.padded(to: 24), event.padded(to: 15), outcome.padded(to: 20),
            who.padded(to: 28), place,
        ].joined(separator: "  ").printable
    }
}
