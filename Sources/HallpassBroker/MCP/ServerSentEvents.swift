/// Server-sent events, as far as MCP needs them: the data of each.
///
/// Source: the HTML standard, "Server-sent events", section 9.2.6.
struct ServerSentEvents: Sendable {
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var lastWasCarriageReturn = false

    /// - Returns: the data of the events that these bytes complete.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            // A line ends with CR, LF or both.
            if byte == 0x0A, lastWasCarriageReturn {
                lastWasCarriageReturn = false
                continue
            }
            lastWasCarriageReturn = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            defer {
                data = []
                hasData = false
            }
            return hasData ? data : nil
        }
        guard line.starts(with: "data".utf8) else { return nil }
        var value = line.dropFirst(4)
        guard value.isEmpty || value.first == UInt8(ascii: ":") else { return nil }
        value = value.dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if hasData { data.append(0x0A) }
        data += value
        hasData = true
        return nil
    }
}
