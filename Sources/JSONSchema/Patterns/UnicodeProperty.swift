/// `\p{…}` of ECMA-262 in the words of PCRE2.
///
/// Sources: ECMA-262, tables "Non-binary Unicode property aliases", "Binary Unicode property aliases" and
/// "General_Category values" (Unicode's PropertyValueAliases.txt); pcre2pattern(3), "Unicode character properties".
enum UnicodeProperty {
    /// - Parameter expression: what stands between the braces.
    /// - Returns: what stands for it inside a PCRE2 class, the complement when `isNegated`.
    static func classItems(_ expression: String, isNegated: Bool) throws(PatternError) -> String {
        let parts = expression.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0]
        guard parts.count == 2 else { return try lone(name, isNegated: isNegated) }
        switch name {
        case "General_Category", "gc":
            guard let category = generalCategory(parts[1]) else { throw unknown(expression) }
            return escape(category, isNegated)
        case "Script", "sc":
            guard isWord(parts[1]) else { throw unknown(expression) }
            return escape("sc:" + parts[1], isNegated)
        case "Script_Extensions", "scx":
            guard isWord(parts[1]) else { throw unknown(expression) }
            return escape("scx:" + parts[1], isNegated)
        default:
            throw unknown(expression)
        }
    }

    private static func lone(_ name: String, isNegated: Bool) throws(PatternError) -> String {
        switch name {
        case "Any": return isNegated ? "" : CodePointSet.any.classItems
        case "ASCII": return (isNegated ? CodePointSet.ascii.complement : .ascii).classItems
        case "Assigned": return escape("Cn", !isNegated)
        default: break
        }
        if let category = generalCategory(name) { return escape(category, isNegated) }
        guard binaryNames.contains(name) else { throw unknown(name) }
        return escape(name, isNegated)
    }

    private static func escape(_ name: String, _ isNegated: Bool) -> String {
        "\\\(isNegated ? "P" : "p"){\(name)}"
    }

    private static func unknown(_ expression: String) -> PatternError {
        let excerpt = isWord(expression.replacingEquals) ? " '\(expression.prefix(40))'" : ""
        return PatternError(
            "the Unicode property\(excerpt) is not one of ECMA-262 (a script is written \\p{Script=Greek})")
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func generalCategory(_ name: String) -> String? {
        if let short = shortCategories[name] { return short }
        return shortCategories.values.contains(name) && name != "L&" ? name : nil
    }

    /// PCRE2 knows only the short names, and calls LC (cased letter) `L&`.
    static let shortCategories: [String: String] = [
        "Cased_Letter": "L&", "LC": "L&", "Close_Punctuation": "Pe", "Connector_Punctuation": "Pc", "Control": "Cc",
        "cntrl": "Cc", "Currency_Symbol": "Sc", "Dash_Punctuation": "Pd", "Decimal_Number": "Nd", "digit": "Nd",
        "Enclosing_Mark": "Me", "Final_Punctuation": "Pf", "Format": "Cf", "Initial_Punctuation": "Pi",
        "Letter": "L", "Letter_Number": "Nl", "Line_Separator": "Zl", "Lowercase_Letter": "Ll", "Mark": "M",
        "Combining_Mark": "M", "Math_Symbol": "Sm", "Modifier_Letter": "Lm", "Modifier_Symbol": "Sk",
        "Nonspacing_Mark": "Mn", "Number": "N", "Open_Punctuation": "Ps", "Other": "C", "Other_Letter": "Lo",
        "Other_Number": "No", "Other_Punctuation": "Po", "Other_Symbol": "So", "Paragraph_Separator": "Zp",
        "Private_Use": "Co", "Punctuation": "P", "punct": "P", "Separator": "Z", "Space_Separator": "Zs",
        "Spacing_Mark": "Mc", "Surrogate": "Cs", "Symbol": "S", "Titlecase_Letter": "Lt", "Unassigned": "Cn",
        "Uppercase_Letter": "Lu",
    ]

    static let binaryNames: Set<String> = [
        "ASCII_Hex_Digit", "AHex", "Alphabetic", "Alpha", "Bidi_Control", "Bidi_C", "Bidi_Mirrored", "Bidi_M",
        "Case_Ignorable", "CI", "Cased", "Changes_When_Casefolded", "CWCF", "Changes_When_Casemapped", "CWCM",
        "Changes_When_Lowercased", "CWL", "Changes_When_Titlecased", "CWT", "Changes_When_Uppercased", "CWU", "Dash",
        "Default_Ignorable_Code_Point", "DI", "Deprecated", "Dep", "Diacritic", "Dia", "Emoji", "Emoji_Component",
        "EComp", "Emoji_Modifier", "EMod", "Emoji_Modifier_Base", "EBase", "Emoji_Presentation", "EPres",
        "Extended_Pictographic", "ExtPict", "Extender", "Ext", "Grapheme_Base", "Gr_Base", "Grapheme_Extend",
        "Gr_Ext", "Hex_Digit", "Hex", "IDS_Binary_Operator", "IDSB", "IDS_Trinary_Operator", "IDST", "ID_Continue",
        "IDC", "ID_Start", "IDS", "Ideographic", "Ideo", "Join_Control", "Join_C", "Logical_Order_Exception", "LOE",
        "Lowercase", "Lower", "Math", "Noncharacter_Code_Point", "NChar", "Pattern_Syntax", "Pat_Syn",
        "Pattern_White_Space", "Pat_WS", "Quotation_Mark", "QMark", "Radical", "Regional_Indicator", "RI",
        "Sentence_Terminal", "STerm", "Soft_Dotted", "SD", "Terminal_Punctuation", "Term", "Unified_Ideograph",
        "UIdeo", "Uppercase", "Upper", "Variation_Selector", "VS", "White_Space", "space", "XID_Continue", "XIDC",
        "XID_Start", "XIDS",
    ]
}

extension String {
    fileprivate var replacingEquals: String { String(map { $0 == "=" ? "_" : $0 }) }
}
