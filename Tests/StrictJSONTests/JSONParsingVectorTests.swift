import Testing

@testable import StrictJSON

/// The published parsing suite: one file, one document.
@Suite(.enabled(if: Vectors.arePresent, "no test vectors beside the project and HALLPASS_VECTORS is not set"))
struct JSONParsingVectorTests {
    private static let folder = "json-parsing/test_parsing"

    /// Duplicate names are the one thing the suite accepts and we refuse.
    private static let refusedOnPurpose = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]

    @Test func `the suite is there in full`() {
        #expect(Vectors.fileNames(in: Self.folder, prefix: "y_").count == 95)
        #expect(Vectors.fileNames(in: Self.folder, prefix: "n_").count == 188)
        #expect(Vectors.fileNames(in: Self.folder, prefix: "i_").count == Self.verdicts.count)
    }

    @Test(arguments: Vectors.fileNames(in: folder, prefix: "y_").filter { !refusedOnPurpose.contains($0) })
    func `a valid document parses and comes back from the writer as the same value`(name: String) throws {
        let value = try JSONParser.parse(try Vectors.bytes(of: "\(Self.folder)/\(name)"))
        #expect(try JSONParser.parse(value.serialized()) == value)
    }

    @Test(arguments: refusedOnPurpose)
    func `a duplicate name is refused`(name: String) throws {
        #expect(try refusal(of: name) == .duplicateName)
    }

    @Test(arguments: Vectors.fileNames(in: folder, prefix: "n_"))
    func `an invalid document is refused`(name: String) throws {
        #expect(try refusal(of: name) != nil)
    }

    @Test(arguments: verdicts)
    func `what the suite leaves open is decided`(name: String, reason: JSONError.Reason) throws {
        #expect(try refusal(of: name) == reason)
    }

    /// The suite accepts 500 levels or not; we do where the caller asks for that many.
    @Test func `500 levels parse under a limit of 500`() throws {
        let bytes = try Vectors.bytes(of: "\(Self.folder)/i_structure_500_nested_arrays.json")
        #expect(throws: Never.self) { try JSONParser.parse(bytes, limits: JSONLimits(depth: 500)) }
    }

    private func refusal(of name: String) throws -> JSONError.Reason? {
        let bytes = try Vectors.bytes(of: "\(Self.folder)/\(name)")
        do throws(JSONError) {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    /// Every `i_` file is refused: none of them means the same to every reader.
    private static let verdicts: [(String, JSONError.Reason)] = [
        ("i_number_double_huge_neg_exp.json", .numberOutOfRange),
        ("i_number_huge_exp.json", .numberOutOfRange),
        ("i_number_neg_int_huge_exp.json", .numberOutOfRange),
        ("i_number_pos_double_huge_exp.json", .numberOutOfRange),
        ("i_number_real_neg_overflow.json", .numberOutOfRange),
        ("i_number_real_pos_overflow.json", .numberOutOfRange),
        ("i_number_real_underflow.json", .numberOutOfRange),
        ("i_number_too_big_neg_int.json", .unsafeInteger),
        ("i_number_too_big_pos_int.json", .unsafeInteger),
        ("i_number_very_big_negative_int.json", .unsafeInteger),
        ("i_object_key_lone_2nd_surrogate.json", .loneSurrogate),
        ("i_string_1st_surrogate_but_2nd_missing.json", .loneSurrogate),
        ("i_string_1st_valid_surrogate_2nd_invalid.json", .loneSurrogate),
        ("i_string_UTF-16LE_with_BOM.json", .unexpectedByte),
        ("i_string_UTF-8_invalid_sequence.json", .invalidUTF8),
        ("i_string_UTF8_surrogate_U+D800.json", .invalidUTF8),
        ("i_string_incomplete_surrogate_and_escape_valid.json", .loneSurrogate),
        ("i_string_incomplete_surrogate_pair.json", .loneSurrogate),
        ("i_string_incomplete_surrogates_escape_valid.json", .loneSurrogate),
        ("i_string_invalid_lonely_surrogate.json", .loneSurrogate),
        ("i_string_invalid_surrogate.json", .loneSurrogate),
        ("i_string_invalid_utf-8.json", .invalidUTF8),
        ("i_string_inverted_surrogates_U+1D11E.json", .loneSurrogate),
        ("i_string_iso_latin_1.json", .invalidUTF8),
        ("i_string_lone_second_surrogate.json", .loneSurrogate),
        ("i_string_lone_utf8_continuation_byte.json", .invalidUTF8),
        ("i_string_not_in_unicode_range.json", .invalidUTF8),
        ("i_string_overlong_sequence_2_bytes.json", .invalidUTF8),
        ("i_string_overlong_sequence_6_bytes.json", .invalidUTF8),
        ("i_string_overlong_sequence_6_bytes_null.json", .invalidUTF8),
        ("i_string_truncated-utf-8.json", .invalidUTF8),
        ("i_string_utf16BE_no_BOM.json", .unexpectedByte),
        ("i_string_utf16LE_no_BOM.json", .unexpectedByte),
        ("i_structure_500_nested_arrays.json", .nestingTooDeep),
        ("i_structure_UTF-8_BOM_empty_object.json", .byteOrderMark),
    ]
}
