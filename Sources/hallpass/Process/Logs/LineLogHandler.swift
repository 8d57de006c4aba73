import Foundation
import HallpassBroker
import HallpassCore
import Logging
import StrictJSON

/// Writes each log event as exactly one line, so that nothing a caller sent can begin a line of its own.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let clock: Clock
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes one whole line with its line feed; called from any thread.
    init(
        label: String, level: Logger.Level, format: LogFormat, clock: Clock = .system,
        write: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.clock = clock
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields =
            metadata
            .merging(metadataProvider?.get() ?? [:]) { _, new in new }
            .merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }
        let time = RFC3339.text(milliseconds: clock.nowMilliseconds())
        switch format {
        case .json: write(jsonLine(time, event, fields))
        case .human: write(humanLine(time, event, fields))
        }
    }

    private func jsonLine(
        _ time: String, _ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]
    ) -> [UInt8] {
        var object = JSONObject()
        object["time"] = .string(time)
        object["level"] = .string(event.level.rawValue)
        object["logger"] = .string(label)
        object["message"] = .string(event.message.description)
        // Members above are ours; metadata of the same name does not displace them.
        for field in fields { _ = object.append(field.key, field.value.json) }
        return JSONValue.object(object).serialized() + [UInt8(ascii: "\n")]
    }

    private func humanLine(
        _ time: String, _ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]
    ) -> [UInt8] {
        var line = "\(time) \(event.level.rawValue) \(event.message.description.onOneLine)"
        for field in fields {
            line += " \(field.key.onOneLine)=\(field.value.description.onOneLine)"
        }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }
}

extension Logger.MetadataValue {
    fileprivate var json: JSONValue {
        switch self {
        case .string(let text): return .string(text)
        case .stringConvertible(let value): return .string(value.description)
        case .array(let values): return .array(values.map(\.json))
        case .dictionary(let values):
            var object = JSONObject()
            for (name, value) in values.sorted(by: { $0.key < $1.key }) { object[name] = value.json }
            return .object(object)
        }
    }
}

extension String {
    /// Control characters and line separators as `\u{…}`: they could end the line or drive the terminal.
    fileprivate var onOneLine: String {
        var line = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case ..<0x20, 0x7F...0x9F, 0x2028, 0x2029: line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
