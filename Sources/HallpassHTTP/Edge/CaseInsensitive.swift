extension Sequence<UInt8> {
    /// Whether both are the same but for the case of ASCII letters, as names of header fields and of schemes are compared.
    ///
    /// Source: RFC 9110 sections 5.1 and 11.1.
    func isSameWord(as other: some Sequence<UInt8>) -> Bool {
        elementsEqual(other) { left, right in
            left == right || left ^ right == 0x20 && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(left | 0x20)
        }
    }
}
