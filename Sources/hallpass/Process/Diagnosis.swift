import Foundation
import HallpassBroker
import HallpassCore
import HallpassCrypto
import HallpassStorage
import StrictJSON

/// One thing that `hallpass doctor` looked at.
struct Finding: Hashable, Sendable {
    enum Grade: String, Sendable {
        case ok
        /// It works, and will not for long or not as meant.
        case warn
        /// The server does not start, or must not be trusted.
        case fail
    }

    let check: String
    let grade: Grade
    /// One sentence.
    let message: String
    /// The next step, where there is one to take.
    let next: String?

    init(_ check: String, _ grade: Grade, _ message: String, next: String? = nil) {
        self.check = check
        self.grade = grade
        self.message = message
        self.next = next
    }

    init(_ check: String, failing failure: CommandFailure) {
        self.init(check, .fail, failure.message, next: failure.next)
    }

    /// `{"check","status","message","next"?}`
    var json: JSONValue {
        var object = JSONObject()
        object["check"] = .string(check)
        object["status"] = .string(grade.rawValue)
        object["message"] = .string(message)
        object["next"] = next.map(JSONValue.string)
        return .object(object)
    }
}

/// Looks at everything a server needs, and changes none of it.
struct Diagnosis {
    let settings: ServerSettings
    let environment: [String: String]

    /// Free bytes below which a warning is due, and below which the next hours may end it.
    static let lowDiskBytes: UInt64 = 1 << 30
    static let fullDiskBytes: UInt64 = 100 << 20

    func findings() async -> [Finding] {
        let (database, isInUse) = examineDatabase()
        return [library(), key()] + database + exports() + [disk(), await port(serverRuns: isInUse)]
    }

    private func library() -> Finding {
        do {
            try CryptoSelfTest.run()
            return Finding("openssl", .ok, "OpenSSL \(CryptoLibrary.version) gives right answers.")
        } catch {
            return Finding(
                "openssl", .fail, "OpenSSL \(CryptoLibrary.version) does not work.", next: "reinstall libssl3")
        }
    }

    private func key() -> Finding {
        let file = KeyFile(named: settings.keyFile, environment: environment)
        do {
            _ = try file.read()
            return Finding("key file", .ok, "\(file.path) holds a key that nobody else may read.")
        } catch {
            return Finding("key file", failing: error)
        }
    }

    private func examineDatabase() -> (findings: [Finding], isInUse: Bool) {
        let found: DatabaseInspection
        do throws(DatabaseOpeningError) {
            found = try HallpassDatabase.inspect(path: settings.database)
        } catch {
            return ([Finding("database", .fail, error.message, next: next(error))], false)
        }
        return ([database(found), lock(found)] + erasure(found), found.isInUse)
    }

    private func erasure(_ found: DatabaseInspection) -> [Finding] {
        guard !found.unerasedTenants.isEmpty else { return [] }
        let names = found.unerasedTenants.map(\.rawValue).joined(separator: ", ")
        return [
            Finding(
                "deletion", .ok,
                "What is left of deleted tenants is removed while a server runs; their keys are gone already: \(names)."
            )
        ]
    }

    /// What to do where the doctor is what was to be done.
    private func next(_ error: DatabaseOpeningError) -> String {
        switch error {
        case .corrupt: Self.restoring
        case .folderNotWritable where isOnReadOnlyDisk: Self.remounting
        case .unusable(let path, _): "df -h \(path), then dmesg | tail"
        default: error.hint
        }
    }

    private static let remounting = "dmesg | tail says why; mount -o remount,rw once that is mended"
    private static let restoring = "stop the server and put back the last backup"

    private func database(_ found: DatabaseInspection) -> Finding {
        let path = settings.database
        guard found.schemaVersion <= found.knownVersion else {
            let error = DatabaseOpeningError.newerVersion(
                path: path, found: found.schemaVersion, known: found.knownVersion)
            return Finding("database", .fail, error.message, next: error.hint)
        }
        guard found.lostKeyCount == 0 else {
            return Finding(
                "database", .fail,
                "\(path) does not find \(found.lostKeyCount) idempotency key(s) again, so their calls could run twice.",
                next:
                    "stop the server, then hallpass backup copy.sqlite and hallpass restore copy.sqlite: a copy finds them"
            )
        }
        let problems = found.integrityProblems + found.danglingReferences
        guard let problem = problems.first else {
            let megabytes = (found.databaseBytes + found.logBytes) / 1_000_000
            let sound = "\(path) is sound: schema version \(found.schemaVersion), \(megabytes) MB."
            guard let fence = found.fence else { return Finding("database", .ok, sound) }
            return Finding("database", .ok, "\(sound) It is \(fence.text): the next start ends all tokens from before.")
        }
        return Finding(
            "database", .fail, "\(path) is damaged (\(problems.count) times, first: \(problem)).",
            next: Self.restoring)
    }

    private func lock(_ found: DatabaseInspection) -> Finding {
        guard found.isInUse else { return Finding("lock", .ok, "No server has the database open.") }
        let who = found.processID.map { "Process \($0)" } ?? "A process"
        return Finding("lock", .ok, "\(who) has the database open: a server is running on it.")
    }

    private func exports() -> [Finding] {
        settings.auditDestinations.map(\.destination).compactMap { destination in
            do throws(DatabaseOpeningError) {
                let found = try HallpassDatabase.inspectExport(path: settings.database, to: destination)
                return Self.export(found, to: destination, nowSeconds: HallpassBroker.Clock.system.nowSeconds)
            } catch {
                // The finding about the database says what is wrong with it.
                return nil
            }
        }
    }

    /// A record is exported within seconds where nothing is in the way.
    static let exportLagSeconds: Int64 = 60

    static func export(_ found: ExportInspection, to destination: ExportDestination, nowSeconds: Int64) -> Finding {
        let place = destination.name
        let missing = found.backlog.reduce(0) { $0 + $1.count }
        guard let oldest = found.backlog.map(\.oldestMilliseconds).min() else {
            return Finding("export", .ok, "\(place) has all of the audit.")
        }
        let sentence = "\(place) lacks \(missing) records, the oldest of \(RFC3339.text(milliseconds: oldest))"
        if let trouble = found.trouble {
            return Finding(
                "export", .warn, "\(sentence): since \(RFC3339.text(seconds: trouble.since)) \(trouble.reason).",
                next: "put the receiver right; the server goes on by itself, with nothing left out")
        }
        guard nowSeconds - oldest / 1_000 >= exportLagSeconds else { return Finding("export", .ok, "\(sentence).") }
        return Finding("export", .warn, "\(sentence).", next: "look whether the server runs: hallpass doctor")
    }

    private func disk() -> Finding {
        let folder = URL(fileURLWithPath: settings.database).deletingLastPathComponent().path
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            return Finding("disk", .warn, "The free space of \(folder) cannot be read.", next: "df -h \(folder)")
        }
        guard !isOnReadOnlyDisk else {
            return Finding("disk", .fail, "The file system of \(folder) is read-only.", next: Self.remounting)
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        return Self.disk(freeBytes: free, folder: folder)
    }

    /// One that became so after an error is marked writable all the same, and says so only when a file is opened.
    private var isOnReadOnlyDisk: Bool {
        let descriptor = open(settings.database + ".lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == EROFS }
        close(descriptor)
        return false
    }

    static func disk(freeBytes: UInt64, folder: String) -> Finding {
        let sentence = "\(folder) has \(freeBytes >> 20) MiB free"
        if freeBytes < fullDiskBytes {
            return Finding("disk", .fail, "\(sentence), and every call writes a record.", next: "df -h \(folder)")
        }
        if freeBytes < lowDiskBytes {
            return Finding("disk", .warn, "\(sentence), which will not last.", next: "df -h \(folder)")
        }
        return Finding("disk", .ok, "\(sentence).")
    }

    private func port(serverRuns: Bool) async -> Finding {
        do {
            _ = try await PortProbe.freePort(host: settings.host, port: settings.port)
            return Finding("port", .ok, "\(settings.host):\(settings.port) is free to listen on.")
        } catch let failure as CommandFailure {
            guard !serverRuns else {
                return Finding(
                    "port", .ok, "\(settings.host):\(settings.port) is taken, it seems by the running server.")
            }
            return Finding("port", failing: failure)
        } catch {
            return Finding("port", .warn, "Whether the port is free could not be found out.")
        }
    }
}
