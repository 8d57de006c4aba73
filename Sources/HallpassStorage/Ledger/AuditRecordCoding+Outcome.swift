extension AuditRecordCoding {
    /// What records are counted by. Names as they stand there; whether they are ours is for others to say.
    struct Outcome: Hashable {
        fileprivate(set) var event = ""
        fileprivate(set) var decision = ""
        fileprivate(set) var code: String?
    }

    /// The members that an outcome is read from, by their numbers.
    private enum Member: Int {
        case code = 9
        case decision = 13
        case event = 16
    }

    /// Reads the outcome without making the record's JSON, and steps over the rest: 25,000 records are counted in 30 ms of CPU
    /// instead of 180.
    ///
    /// - Returns: `nil` for a record that is not coded, that is of another time than its row, or that has escapes where a name
    ///   is: its JSON says it all.
    static func outcome(of coded: [UInt8]) -> Outcome? {
        var outcome = Outcome()
        var isOfItsRow = false
        var index = 0
        while index + 1 < coded.count {
            guard let kind = Kind(rawValue: coded[index]) else { return nil }
            let number = Int(coded[index + 1])
            index += 2
            let end = kind.byteCount.map { index + $0 } ?? coded[index...].firstIndex { $0 < Kind.end } ?? coded.count
            guard end <= coded.count else { return nil }
            if let member = Member(rawValue: number) {
                let value = coded[index..<end]
                guard kind == .text, !value.contains(UInt8(ascii: "\\")) else { return nil }
                let text = String(decoding: value, as: UTF8.self)
                switch member {
                case .code: outcome.code = text
                case .decision: outcome.decision = text
                case .event: outcome.event = text
                }
            } else if Column(rawValue: number) == .time {
                isOfItsRow = kind == .column
            }
            index = end
        }
        return index == coded.count && isOfItsRow ? outcome : nil
    }
}
