import CPCRE2

/// A compiled `pattern`: found anywhere in the text, unless it is anchored (JSON Schema Validation section 6.3.3).
///
/// The compiled code is immutable and shared between threads; what a match writes to is in ``PatternMatcher``. It is
/// interpreted, not JIT-compiled: PCRE2 checks the heap and depth limits only when it interprets, and memory both
/// writable and executable is what a hardened deployment forbids.
///
/// Source: pcre2api(3), "Multithreading".
final class Pattern: @unchecked Sendable {
    let source: String
    /// A reference compares as much text as its group matched, without a callout in between.
    let hasBackreferences: Bool
    /// What was read as meant rather than as ECMA-262 in Unicode mode has it, one clause each.
    let leniencies: [String]
    private let code: OpaquePointer

    /// Bytes of a pattern once translated; PCRE2 compiles in time linear in it, apart from counted repeats, whose size
    /// its 64 KiB limit on compiled code bounds.
    private static let translatedBytes = 131_072

    init(_ source: String) throws(PatternError) {
        let translated = try PatternTranslator.translate(source)
        self.source = source
        leniencies = translated.leniencies
        hasBackreferences = translated.hasBackreferences
        code = try Self.compile(translated.pcre2)
    }

    deinit { pcre2_code_free_8(code) }

    private static func compile(_ translated: String) throws(PatternError) -> OpaquePointer {
        guard let context = pcre2_compile_context_create_8(nil) else { throw PatternError("out of memory") }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_max_pattern_length_8(context, translatedBytes)
        pcre2_set_parens_nest_limit_8(context, UInt32(PatternTranslator.nestingMaximum) * 2)
        let options =
            UInt32(PCRE2_UTF) | UInt32(PCRE2_NEVER_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C)
            | UInt32(PCRE2_MATCH_UNSET_BACKREF) | UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_AUTO_CALLOUT)
        var text = translated
        var errorCode: Int32 = 0
        var errorOffset = 0
        let code = text.withUTF8 { bytes in
            pcre2_compile_8(bytes.baseAddress, bytes.count, options, &errorCode, &errorOffset, context)
        }
        guard let code else { throw PatternError("it cannot be compiled: \(message(of: errorCode))") }
        return code
    }

    private static func message(of code: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "PCRE2 error \(code)"
    }

    func match(_ text: inout String, _ data: OpaquePointer, _ context: OpaquePointer) -> Int32 {
        // Swift strings are valid UTF-8, so PCRE2 need not look again.
        text.withUTF8 { bytes in
            pcre2_match_8(code, bytes.baseAddress, bytes.count, 0, UInt32(PCRE2_NO_UTF_CHECK), data, context)
        }
    }
}
