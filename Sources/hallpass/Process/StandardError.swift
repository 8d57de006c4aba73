import Foundation

/// Where logs and refusals go, past any buffer: a line is out before what follows it can fail.
enum StandardError {
    /// Writes all of `bytes`; what cannot be written is dropped, because there is nowhere to say so.
    @Sendable
    static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(
                    STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    static func writeLine(_ text: String) { write(Array("\(text)\n".utf8)) }
}
