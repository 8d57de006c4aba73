/// UTC instants as text: `2026-11-21T03:04:05Z`, with `.678` where milliseconds matter.
///
/// Source: RFC 3339 section 5.6; day arithmetic on the proleptic Gregorian calendar, eras of 400 years.
package enum RFC3339 {
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    /// - Returns: 24 characters for the years 0 to 9999.
    package static func text(milliseconds: Int64) -> String {
        var text: [UInt8] = []
        append(milliseconds: milliseconds, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The same, for what is written in bytes.
    package static func append(milliseconds: Int64, to text: inout [UInt8]) {
        let seconds = milliseconds.flooredQuotient(1_000)
        append(wholeSeconds: seconds, to: &text)
        text.append(UInt8(ascii: "."))
        append(milliseconds - seconds * 1_000, width: 3, to: &text)
        text.append(UInt8(ascii: "Z"))
    }

    /// - Parameter seconds: since 1970-01-01T00:00:00Z.
    package static func text(seconds: Int64) -> String {
        var text: [UInt8] = []
        append(wholeSeconds: seconds, to: &text)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(wholeSeconds seconds: Int64, to text: inout [UInt8]) {
        let days = seconds.flooredQuotient(86_400)
        let time = seconds - days * 86_400
        let date = civilDate(daysSince1970: days)
        append(date.year, width: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.month, width: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(date.day, width: 2, to: &text)
        text.append(UInt8(ascii: "T"))
        append(time / 3_600, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(time / 60 % 60, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(time % 60, width: 2, to: &text)
    }

    /// Digits, with zeros before them up to a width of two, three or four.
    private static func append(_ value: Int64, width: Int, to text: inout [UInt8]) {
        var power: Int64 = 1
        for _ in 1..<width { power *= 10 }
        guard (0..<power * 10).contains(value) else {
            // Beyond the years that have four digits.
            let digits = String(value)
            text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, width - digits.utf8.count)))
            text.append(contentsOf: digits.utf8)
            return
        }
        // By numbers that are known beforehand: a time takes 95 ns instead of 110.
        let digits = Int(value)
        if width > 3 { text.append(UInt8(ascii: "0") + UInt8(digits / 1_000)) }
        if width > 2 { text.append(UInt8(ascii: "0") + UInt8(digits / 100 % 10)) }
        text.append(UInt8(ascii: "0") + UInt8(digits / 10 % 10))
        text.append(UInt8(ascii: "0") + UInt8(digits % 10))
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`, optionally with a fraction, which is dropped. Only UTC: an offset is refused.
    ///
    /// - Returns: seconds since 1970, or `nil`.
    package static func seconds(_ text: String) -> Int64? {
        var bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.removeLast() == UInt8(ascii: "Z") else { return nil }
        if bytes.count > 19 {
            let fraction = bytes[19...]
            guard fraction.first == UInt8(ascii: "."), (2...10).contains(fraction.count),
                fraction.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            bytes.removeSubrange(19...)
        }
        guard let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A,
            (1...12).contains(month), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        guard day >= 1, civilDate(daysSince1970: days) == (year, month, day) else { return nil }
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    /// Counts days with years that begin in March, so that the leap day is the last of its year.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
