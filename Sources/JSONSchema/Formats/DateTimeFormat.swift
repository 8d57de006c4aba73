/// Dates and times of the Gregorian calendar.
///
/// Source: RFC 3339 section 5.6 and 5.7.
enum DateTimeFormat {
    static func acceptsDateTime(_ reader: inout ASCIIReader) -> Bool {
        guard readDate(&reader), reader.takeLetter("t") else { return false }
        return readTime(&reader) && reader.isAtEnd
    }

    static func acceptsDate(_ reader: inout ASCIIReader) -> Bool { readDate(&reader) && reader.isAtEnd }
    static func acceptsTime(_ reader: inout ASCIIReader) -> Bool { readTime(&reader) && reader.isAtEnd }

    private static func readDate(_ reader: inout ASCIIReader) -> Bool {
        guard let year = reader.number(digits: 4), reader.take("-"),
            let month = reader.number(digits: 2), reader.take("-"), (1...12).contains(month),
            let day = reader.number(digits: 2)
        else { return false }
        return day >= 1 && day <= days(in: month, of: year)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2:
            let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
            return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func readTime(_ reader: inout ASCIIReader) -> Bool {
        guard let hour = reader.number(digits: 2), reader.take(":"), hour <= 23,
            let minute = reader.number(digits: 2), reader.take(":"), minute <= 59,
            let second = reader.number(digits: 2), second <= 60
        else { return false }
        if reader.take("."), reader.skipDigits() == 0 { return false }
        guard let offset = readOffset(&reader) else { return false }
        // A leap second is the last of a UTC day, wherever the clock on the wall stands.
        return second < 60 || (hour * 60 + minute - offset + 1440) % 1440 == 1439
    }

    /// Minutes east of UTC.
    private static func readOffset(_ reader: inout ASCIIReader) -> Int? {
        if reader.takeLetter("z") { return 0 }
        let isEast = reader.take("+")
        guard isEast || reader.take("-"),
            let hours = reader.number(digits: 2), hours <= 23, reader.take(":"),
            let minutes = reader.number(digits: 2), minutes <= 59
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }
}
