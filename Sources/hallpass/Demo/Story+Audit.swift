import Foundation
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassStorage
import NIOPosix
import StrictJSON

/// The audit: that everything is on record, and that nobody changes a record unseen.
extension Story {
    func findTraces() async throws -> Outcome {
        var missing: [Trace] = []
        for trace in traces where try await !isOnRecord(trace) { missing.append(trace) }
        let asked = "look up the request ids of all \(traces.count) requests"
        guard let first = missing.first else { return Outcome(asked: asked, answer: StoryStep.auditListsAll.expected) }
        return Outcome(
            asked: asked, answer: "\(missing.count) missing, first \(first.event.rawValue) \(first.requestID)")
    }

    private func isOnRecord(_ trace: Trace) async throws -> Bool {
        guard let record = try await record(of: trace) else { return false }
        return record["event"]?.stringValue == trace.event.rawValue
            && record["decision"]?.stringValue == trace.decision.rawValue
            && record["code"]?.stringValue == trace.code
    }

    func verifyChain() async throws -> Outcome {
        let verdict = try await AuditVerification(tenant: cast.tenant, checkpoints: []).run { after in
            let query = [("after", String(after)), ("limit", String(ClientLimits.pageRows))]
            let request = APIRequest.get("v1", "tenants", cast.tenant.rawValue, "audit", "chain", query: query)
            return try AuditChainPage(await client.require(request, as: cast.operators), tenant: cast.tenant)
        }
        switch verdict {
        case .intact(let count, _, _):
            return Outcome(asked: "hash all \(count) records of \(cast.tenant)", answer: StoryStep.chainHolds.expected)
        case .broken(let sequence, let reason):
            return Outcome(asked: "hash all records of \(cast.tenant)", answer: "broken at \(sequence): \(reason)")
        }
    }

    /// - Returns: `nil` unless there is exactly one.
    private func record(of trace: Trace) async throws -> JSONObject? {
        let request = APIRequest.get(
            "v1", "tenants", cast.tenant.rawValue, "audit", query: [("request_id", trace.requestID)])
        let found = try await client.require(request, as: cast.operators)["items"]?.arrayValue ?? []
        return found.count == 1 ? found[0].objectValue : nil
    }

    /// What somebody does who can write to the file, and what they cannot do unseen.
    func changeByteInCopy() async throws -> Outcome {
        guard let trace = traces.first, let sequence = try await record(of: trace)?["seq"]?.integerValue else {
            return Outcome(asked: "look up the first call's record", answer: "not there")
        }
        let asked = "change one byte of record \(sequence) in a copy of the database, audit verify"
        let copy = files.database + ".changed"
        defer {
            // What stays behind is copied over the next time.
            try? FileManager.default.removeItem(atPath: copy)
        }
        try await NIOThreadPool.singleton.runIfActive { [database = files.database] in
            _ = try HallpassDatabase.backUp(
                path: database, to: copy, overwriting: true, nowSeconds: Int64(Date.now.timeIntervalSince1970))
            try Self.changeByte(of: copy, inTheRecordOf: trace.requestID)
        }
        switch try await AuditSource.database(path: copy, cast.tenant)
            .verify(AuditVerification(tenant: cast.tenant, checkpoints: []))
        {
        case .intact: return Outcome(asked: asked, answer: "unbroken")
        case .broken(sequence, _): return Outcome(asked: asked, answer: StoryStep.byteChanged.expected)
        case .broken(let other, _): return Outcome(asked: asked, answer: "broken at record \(other)")
        }
    }

    /// A record has its request's id as the bytes that the text stands for. They may stand in the file once more, where the
    /// record was before a page was divided.
    private static func changeByte(of path: String, inTheRecordOf requestID: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let id = Base64URL.decode(requestID).map({ Data($0) }), bytes.range(of: id) != nil else {
            throw CommandFailure.localFile("The record of request \(requestID) is not in \(path).", next: nil)
        }
        while let found = bytes.range(of: id) { bytes[found.upperBound - 1] ^= 1 }
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}
