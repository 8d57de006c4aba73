import FoundationEssentials
import Synchronization

/// The header `Date`, written once a second.
///
/// Source: RFC 9110 sections 5.6.7 and 6.6.1.
final class DateField: Sendable {
    private let last = Mutex((seconds: Int64.min, text: ""))

    func text(atSeconds seconds: Int64) -> String {
        last.withLock { last in
            if last.seconds != seconds { last = (seconds, Self.write(seconds)) }
            return last.text
        }
    }

    private static func write(_ seconds: Int64) -> String {
        let parts = utc.dateComponents(
            [.weekday, .day, .month, .year, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: Double(seconds)))
        guard let weekday = parts.weekday, let day = parts.day, let month = parts.month, let year = parts.year,
            let hour = parts.hour, let minute = parts.minute, let second = parts.second
        else { preconditionFailure("the calendar leaves out what it was asked for") }
        let time = [hour, minute, second].map(two).joined(separator: ":")
        return "\(weekdays[weekday - 1]), \(two(day)) \(months[month - 1]) \(year) \(time) GMT"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
