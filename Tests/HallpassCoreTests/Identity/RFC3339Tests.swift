import HallpassCore
import Testing

struct `An RFC 3339 time` {
    /// The seconds are those of `date -u -d TEXT +%s`.
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2000-02-29T12:00:00Z", 951_825_600),
            ("1900-02-28T23:59:59Z", -2_203_891_201), ("1900-03-01T00:00:00Z", -2_203_891_200),
            ("2026-11-21T03:04:05Z", 1_795_230_245), ("2027-01-01T00:00:00Z", 1_798_761_600),
            ("2038-01-19T03:14:08Z", 2_147_483_648), ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func `is read and written alike`(text: String, seconds: Int64) {
        #expect(RFC3339.seconds(text) == seconds)
        #expect(RFC3339.text(seconds: seconds) == text)
    }

    @Test(arguments: [
        "", "Z", "2026-11-21", "2026-11-21T03:04Z", "2026-11-21T03:04:05", "2026-11-21T03:04:05+00:00",
        "2026-11-21t03:04:05Z", "2026-11-21T03:04:05z", "2026-11-21 03:04:05Z", " 2026-11-21T03:04:05Z",
        "2026-11-21T03:04:05Z ", "2026-11-21T03:04:05.Z", "2026-11-21T03:04:05,5Z", "2026-11-21T03:04:05.1234567890Z",
        "2026-11-21T03:04:05.1x3Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "+026-01-01T00:00:00Z",
        "20260-1-01T00:00:00Z", "２026-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
    ])
    func `is refused where it is not one in UTC`(text: String) {
        #expect(RFC3339.seconds(text) == nil)
    }

    @Test(arguments: ["2026-11-21T03:04:05.9Z", "2026-11-21T03:04:05.123456789Z"])
    func `may have a fraction, which is dropped`(text: String) {
        #expect(RFC3339.seconds(text) == 1_795_230_245)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (999, "1970-01-01T00:00:00.999Z"),
            (1_000, "1970-01-01T00:00:01.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_230_245_678, "2026-11-21T03:04:05.678Z"),
        ] as [(Int64, String)])
    func `has milliseconds where they matter`(milliseconds: Int64, text: String) {
        #expect(RFC3339.text(milliseconds: milliseconds) == text)
    }

    /// Every day of an era of 400 years, after which the calendar repeats.
    @Test func `of every day comes back as the same day`() {
        for day in Int64(0)..<146_097 {
            let seconds = day * 86_400 + 86_399
            guard RFC3339.seconds(RFC3339.text(seconds: seconds)) != seconds else { continue }
            Issue.record("day \(day) does not")
            return
        }
    }
}
