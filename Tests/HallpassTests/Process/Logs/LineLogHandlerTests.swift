import HallpassBroker
import Logging
import StrictJSON
import Synchronization
import Testing

@testable import hallpass

struct LineLogHandlerTests {
    private let lines = Lines()

    private func logger(_ format: LogFormat, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { label in
            LineLogHandler(
                label: label, level: level, format: format, clock: HallpassBroker.Clock { 1_795_216_395_678 },
                write: lines.write)
        }
    }

    @Test func `a line for people has time, level, message and sorted fields`() {
        var logger = logger(.human)
        logger[metadataKey: "b"] = "logger's"
        logger.info("Started.", metadata: ["c": ["x", "y"], "a": "event's"])
        #expect(lines.all == [#"2026-11-20T23:13:15.678Z info Started. a=event's b=logger's c=["x", "y"]"# + "\n"])
    }

    @Test func `a line for programs is one JSON object`() throws {
        logger(.json).error("Failed.", metadata: ["code": "internal", "list": ["x"], "map": ["k": "v"]])
        let line = try #require(lines.all.first)
        #expect(line.hasSuffix("}\n"))
        #expect(
            try JSONParser.parse(Array(line.utf8)) == [
                "time": "2026-11-20T23:13:15.678Z", "level": "error", "logger": "test", "message": "Failed.",
                "code": "internal", "list": ["x"], "map": ["k": "v"],
            ])
    }

    @Test(arguments: ["a\nb", "a\r\nb", "a\u{1B}[2Jb", "a\u{0}b", "a\u{7F}b", "a\u{85}b", "a\u{2028}b", "a\"b\\"])
    func `nothing that is logged begins a line of its own or drives the terminal`(text: String) throws {
        for format in LogFormat.allCases {
            logger(format).info("\(text)", metadata: [text: "\(text)"])
        }
        let (json, human) = (lines.all[0], lines.all[1])
        #expect(json.unicodeScalars.filter { $0.value < 0x20 }.map(\.value) == [0x0A])
        let driving = human.unicodeScalars.filter { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
        }
        #expect(driving.map(\.value) == [0x0A])
        #expect(json.hasSuffix("\n") && human.hasSuffix("\n"))
        let parsed = try JSONParser.parse(Array(json.utf8))
        #expect(parsed.objectValue?["message"] == .string(text))
    }

    @Test func `metadata does not displace what the line itself says`() throws {
        logger(.json).warning("Own.", metadata: ["message": "another's", "level": "trace"])
        let object = try JSONParser.parse(Array(lines.all[0].utf8)).objectValue
        #expect(object?["message"] == "Own.")
        #expect(object?["level"] == "warning")
    }

    @Test func `an event's field beats the provider's, which beats the logger's`() {
        var handler = LineLogHandler(
            label: "t", level: .info, format: .human, clock: HallpassBroker.Clock { 0 }, write: lines.write)
        handler.metadataProvider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        var logger = Logger(label: "t") { _ in handler }
        for key in ["a", "b", "c"] { logger[metadataKey: key] = "logger" }
        logger.info("m", metadata: ["a": "event"])
        #expect(lines.all == ["1970-01-01T00:00:00.000Z info m a=event b=provider c=logger\n"])
    }

    @Test(arguments: [(Logger.Level.debug, 1), (.info, 1), (.notice, 0)])
    func `what lies below the level is not written`(level: Logger.Level, count: Int) {
        logger(.human, level: level).info("m")
        #expect(lines.all.count == count)
    }
}

private final class Lines: Sendable {
    private let written = Mutex<[String]>([])

    var all: [String] { written.withLock { $0 } }

    @Sendable
    func write(_ bytes: [UInt8]) { written.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
}
