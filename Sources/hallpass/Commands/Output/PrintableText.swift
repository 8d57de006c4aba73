extension String {
    /// For a terminal: control characters, and those that turn the direction of text, come out as `\u{…}`.
    ///
    /// What the server shows was given by many people, and an escape sequence in a subject's name could otherwise redraw
    /// what stands above it.
    var printable: String {
        guard unicodeScalars.contains(where: \.drivesTerminal) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.drivesTerminal {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var drivesTerminal: Bool {
        switch value {
        case ..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
