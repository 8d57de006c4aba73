import ArgumentParser
import Foundation
import StrictJSON

/// Where answers go, past any buffer, so that `audit tail` shows a record when it happens.
enum StandardOutput {
    /// - Throws: success as an exit code when nobody reads any more, as in `hallpass audit list | head`.
    static func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(
                    STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EPIPE { throw ExitCode.success }
                guard count > 0 else {
                    throw CommandFailure.localFile(
                        "Standard output cannot be written.", next: "Check the disk it goes to.")
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// - Parameter text: one or several lines; made printable by whoever put it together.
    static func writeLine(_ text: String) throws { try write(Array("\(text)\n".utf8)) }

    static func writeJSON(_ value: JSONValue) throws { try writeLine(value.prettyPrinted()) }

    /// One line, as JSON Lines has it.
    static func writeJSONLine(_ value: JSONValue) throws { try write(value.serialized() + [UInt8(ascii: "\n")]) }
}
