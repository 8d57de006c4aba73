import Foundation
import GRDB
package import HallpassCore
import StrictJSON

/// Which of a tenant's audit records to list; what is `nil` does not narrow.
package struct AuditQuery: Hashable, Sendable {
    package var event: AuditEvent?
    package var decision: AuditDecision?
    /// The broker's own or a constraint's.
    package var code: String?
    package var client: ClientID?
    package var subject: Subject?
    package var connector: ConnectorID?
    package var tool: ToolName?
    package var requestID: String?
    package var tokenID: TokenID?
    package var callID: CallID?
    package var transaction: TransactionID?
    /// Milliseconds since 1970, included.
    package var since: Int64?
    /// Milliseconds since 1970, excluded.
    package var until: Int64?
    /// A record's sequence, excluded: where the last page ended.
    package var before: Int64?
    package var limit: Int
    /// How far back to look from `before`, in records.
    package var reach: Int64

    package init(limit: Int = Limits.pageSize.upperBound, reach: Int64 = Limits.auditRecordsPerSearch) {
        self.limit = limit
        self.reach = reach
    }

    /// ` AND …`, with what it binds: it may let more through than ``matches(_:)`` does. `before` is for the store to turn into a
    /// stretch of the chain.
    ///
    /// No index stands behind the members: each would cost every call, and a search is rare. So a search looks at a stretch of
    /// the chain at a time.
    var condition: (sql: String, arguments: StatementArguments) {
        var sql = ""
        var arguments = StatementArguments()
        for (comparison, bound) in [("time_ms >= ?", since), ("time_ms < ?", until)] {
            guard let bound else { continue }
            sql += " AND \(comparison)"
            arguments += [bound]
        }
        for (member, value) in members {
            guard let value else { continue }
            sql += " AND (instr(record, ?) OR substr(record, 1, 1) = x'7B')"
            arguments += [Data(AuditRecordCoding.trace(of: value, in: member))]
        }
        return (sql, arguments)
    }

    /// Whether a record that the condition let through is one that was asked for.
    func matches(_ record: AuditRecord) -> Bool {
        let wanted = members.compactMap { member, value in value.map { (member, $0) } }
        guard !wanted.isEmpty else { return true }
        // A record that is no JSON was not written by us, and is for `audit verify` to name.
        guard let object = (try? JSONParser.parse(record.canonical))?.objectValue else { return false }
        return wanted.allSatisfy { member, value in
            object[member.name]?.stringValue.map { $0.hasSameBytes(as: value) } ?? false
        }
    }

    private var members: [(AuditMember, String?)] {
        [
            (.requestID, requestID), (.tokenID, tokenID?.text), (.callID, callID?.text),
            (.transaction, transaction?.rawValue), (.subject, subject?.rawValue), (.code, code),
            (.tool, tool?.rawValue), (.client, client?.rawValue), (.connector, connector?.rawValue),
            (.decision, decision?.rawValue), (.event, event?.rawValue),
        ]
    }
}

/// What a search found in its stretch of the chain.
package struct AuditPage: Sendable {
    /// Newest first.
    package let records: [AuditRecord]
    /// Where to look on, as ``AuditQuery/before``, while there is more of the chain; a stretch may hold nothing that matches.
    package let next: Int64?
}
