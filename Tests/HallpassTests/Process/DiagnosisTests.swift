import Foundation
import StrictJSON
import Testing

@testable import hallpass

struct DiagnosisTests {
    @Test(arguments: [
        (Diagnosis.fullDiskBytes - 1, Finding.Grade.fail), (Diagnosis.fullDiskBytes, .warn),
        (Diagnosis.lowDiskBytes - 1, .warn), (Diagnosis.lowDiskBytes, .ok),
    ])
    func `a disk is graded by what is free`(freeBytes: UInt64, grade: Finding.Grade) {
        #expect(Diagnosis.disk(freeBytes: freeBytes, folder: "/d").grade == grade)
    }

    @Test func `a sound instance passes everything, and a missing key does not`() async throws {
        let folder = try TemporaryFolder()
        let instance = Instance(folder: "\(folder.path)/var")
        try await instance.create(url: "http://127.0.0.1:8080")
        let sources = try SettingSources(
            flags: ["database": instance.database, "kek-file": instance.keyFile], environment: [:], file: nil)
        let diagnosis = Diagnosis(settings: try ServerSettings(from: sources), environment: [:])
        let checks = ["openssl", "key file", "database", "lock"]
        #expect(await diagnosis.findings().prefix(4).map(\.check) == checks)
        #expect(await diagnosis.findings().prefix(4).allSatisfy { $0.grade == .ok })

        unlink(instance.keyFile)
        let failing = await diagnosis.findings().prefix(4).filter { $0.grade == .fail }
        #expect(failing.map(\.check) == ["key file"])
        #expect(failing.first?.next == "hallpass init, or name it: --kek-file FILE")

        unlink(instance.database)
        #expect(await diagnosis.findings().first { $0.check == "database" }?.grade == .fail)
    }

    @Test func `a finding is a line for people and an object for programs`() {
        let finding = Finding("disk", .warn, "It is full.", next: "df -h")
        #expect(finding.text == "warn  disk      It is full.\n                Next: df -h")
        #expect(
            finding.json == ["check": "disk", "status": "warn", "message": "It is full.", "next": "df -h"])
        #expect(Finding("port", .ok, "It is free.").json["next"] == nil)
    }
}
