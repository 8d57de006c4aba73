import Foundation
import HallpassCore
import HallpassCrypto
import StrictJSON

/// An exported chain: JSON Lines of `{"hash","record","seq","tenant"}`, each record as the text that its hash covers.
///
/// That of a chain which was trimmed before begins with the checkpoint that its first record follows on, as
/// `{"checkpoint","signature"}`. A file of the continuous export has the records of all tenants, and some of them twice: those of others, and those that
/// were there word for word before, are passed over.
final class AuditExportFile {
    private let tenant: TenantID
    private let path: String
    private let reader: LineReader
    private var trimmed: SignedCheckpoint?
    private var last = AuditHead.empty
    /// Of the newest records up to ``last``.
    private var hashes = [AuditHead.empty.hash]

    /// As far back as a repeated delivery reaches, with room for two.
    private static let rememberedHashes = 2 * Limits.exportBatchRecords

    /// - Throws: ``CommandFailure`` for a file that cannot be read.
    init(path: String, tenant: TenantID) throws {
        self.tenant = tenant
        self.path = path
        reader = try LineReader(path: path)
    }

    /// The next lines. They are read once and in order, so it must be where it was left.
    func page(after sequence: Int64) throws -> AuditChainPage {
        var records: [AuditRecord] = []
        while records.count < ClientLimits.pageRows, let line = try reader.next() {
            if reader.lineNumber == 1, let start = Self.beginning(line, of: tenant) {
                trimmed = start
                last = start.checkpoint.head
                hashes = [last.hash]
                continue
            }
            guard let record = Self.record(line, of: tenant) else {
                throw CommandFailure.localFile(
                    "Line \(reader.lineNumber) of \(path) is no record of an exported chain.",
                    next: "hallpass audit export")
            }
            guard record.tenant == tenant, !isRepeated(record) else { continue }
            records.append(record)
            remember(record)
        }
        // A file says nothing of where the chain ends but by ending there.
        return AuditChainPage(records: records, head: last, trimmed: trimmed)
    }

    private func remember(_ record: AuditRecord) {
        if record.sequence != last.sequence + 1 { hashes = [] }
        hashes.append(record.hash)
        if hashes.count > 2 * Self.rememberedHashes { hashes.removeFirst(Self.rememberedHashes) }
        last = record.head
    }

    private func isRepeated(_ record: AuditRecord) -> Bool {
        let index = hashes.count - 1 - Int(clamping: last.sequence - record.sequence)
        guard record.sequence <= last.sequence, index > 0 else { return false }
        return hashes[index] == record.hash
            && AuditRecord.hash(record.canonical, after: hashes[index - 1]) == record.hash
    }

    /// The last record in a file, after which an export goes on; `nil` in an empty one.
    static func lastRecord(path: String, tenant: TenantID) throws -> AuditRecord? {
        let reader = try LineReader(path: path)
        while try reader.next() != nil {}
        guard let line = reader.previous else { return nil }
        guard let record = record(line, of: tenant), record.tenant == tenant else {
            throw CommandFailure.localFile(
                "The last line of \(path) is no record of tenant \(tenant)'s chain.",
                next: "name a new file: --out FILE")
        }
        return record
    }

    static func line(_ record: AuditRecord) -> [UInt8] {
        let value: JSONValue = [
            "hash": .string(Base64URL.encode(record.hash)),
            "record": .string(String(decoding: record.canonical, as: UTF8.self)), "seq": .integer(record.sequence),
            "tenant": .string(record.tenant.rawValue),
        ]
        return value.serialized() + [UInt8(ascii: "\n")]
    }

    static func line(_ trimmed: SignedCheckpoint) -> [UInt8] { trimmed.json.serialized() + [UInt8(ascii: "\n")] }

    private static func beginning(_ line: [UInt8], of tenant: TenantID) -> SignedCheckpoint? {
        // What is no JSON is reported as what it should have been.
        guard let value = try? JSONParser.parse(line), let signed = SignedCheckpoint(json: value) else { return nil }
        return signed.checkpoint.tenant == tenant ? signed : nil
    }

    /// - Parameter tenant: whose record it is where the line does not say.
    private static func record(_ line: [UInt8], of tenant: TenantID) -> AuditRecord? {
        // Which rule of JSON broke does not matter: we did not write it.
        guard let object = (try? JSONParser.parse(line))?.objectValue,
            let hash = object["hash"]?.stringValue.flatMap({ Base64URL.decodeDigest(Array($0.utf8)) }),
            let sequence = object["seq"]?.integerValue, let text = object["record"]?.stringValue,
            let tenant = object["tenant"].map({ $0.stringValue.flatMap(TenantID.init) }) ?? tenant
        else { return nil }
        return AuditRecord(tenant: tenant, sequence: sequence, canonical: Array(text.utf8), hash: hash)
    }
}

/// The lines of a file, one after the other, however large it is.
final class LineReader {
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var position = 0
    private(set) var lineNumber = 0
    /// The line that was read last.
    private(set) var previous: [UInt8]?

    init(path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure.localFile("\(path) cannot be read.", next: "ls -l \(path)")
        }
        self.handle = handle
    }

    deinit {
        // Nothing was written, so nothing is lost.
        try? handle.close()
    }

    /// - Returns: the next line without its end; `nil` after the last. Empty lines are passed over.
    func next() throws -> [UInt8]? {
        while true {
            if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[position..<end])
                position = end + 1
                lineNumber += 1
                if line.isEmpty { continue }
                previous = line
                return line
            }
            buffer.removeSubrange(..<position)
            position = 0
            guard let more = try handle.read(upToCount: 1 << 16), !more.isEmpty else {
                guard !buffer.isEmpty else { return nil }
                let line = buffer
                buffer = []
                lineNumber += 1
                previous = line
                return line
            }
            buffer += more
        }
    }
}
