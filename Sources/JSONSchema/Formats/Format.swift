/// The values of `format` that are asserted.
///
/// Source: JSON Schema Validation section 7.3.
enum Format: String, CaseIterable, Sendable {
    case dateTime = "date-time"
    case date
    case time
    case duration
    case email
    case hostname
    case ipv4
    case ipv6
    case uri
    case uriReference = "uri-reference"
    case uuid

    func accepts(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { accepts(ASCIIReader($0)) }
    }

    private func accepts(_ reader: consuming ASCIIReader) -> Bool {
        switch self {
        case .dateTime: DateTimeFormat.acceptsDateTime(&reader)
        case .date: DateTimeFormat.acceptsDate(&reader)
        case .time: DateTimeFormat.acceptsTime(&reader)
        case .duration: DurationFormat.accepts(&reader)
        case .email: EmailFormat.accepts(reader.rest)
        case .hostname: HostnameFormat.accepts(reader.rest)
        case .ipv4: IPAddressFormat.acceptsIPv4(reader.rest)
        case .ipv6: IPAddressFormat.acceptsIPv6(reader.rest)
        case .uri: URIFormat.accepts(reader.rest, requiresScheme: true)
        case .uriReference: URIFormat.accepts(reader.rest, requiresScheme: false)
        case .uuid: UUIDFormat.accepts(reader.rest)
        }
    }

    /// What the text must be, for a message.
    var noun: String {
        switch self {
        case .dateTime: "a date and time such as 2026-03-01T09:30:00Z"
        case .date: "a date such as 2026-03-01"
        case .time: "a time with its offset such as 09:30:00Z"
        case .duration: "an ISO 8601 duration such as PT15M"
        case .email: "an email address"
        case .hostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "a URI with its scheme"
        case .uriReference: "a URI or a relative reference"
        case .uuid: "a UUID such as 123e4567-e89b-12d3-a456-426614174000"
        }
    }
}
