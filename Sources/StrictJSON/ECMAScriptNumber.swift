/// How JavaScript prints a number, which is how RFC 8785 section 3.2.2.3 does.
///
/// The digits are the fewest that give the same double back, the nearest where several would do; `Double.description`
/// finds the same ones and only lays them out differently.
///
/// Source: ECMA-262, Number::toString, with its names k, n and s.
enum ECMAScriptNumber {
    /// - Precondition: `value` is finite.
    static func append(_ value: Double, to buffer: inout [UInt8]) {
        precondition(value.isFinite, "JSON has no form for an infinity or NaN")
        guard value != 0 else {
            buffer.append(UInt8(ascii: "0"))
            return
        }
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        let decimal = Decimal(shortest: value.magnitude)
        switch decimal.pointPosition {
        case decimal.digits.count...21:
            buffer.append(contentsOf: decimal.digits)
            appendZeros(decimal.pointPosition - decimal.digits.count, to: &buffer)
        case 1...21:
            buffer.append(contentsOf: decimal.digits[..<decimal.pointPosition])
            buffer.append(UInt8(ascii: "."))
            buffer.append(contentsOf: decimal.digits[decimal.pointPosition...])
        case -5...0:
            buffer.append(contentsOf: "0.".utf8)
            appendZeros(-decimal.pointPosition, to: &buffer)
            buffer.append(contentsOf: decimal.digits)
        default:
            appendScientific(decimal, to: &buffer)
        }
    }

    /// The same digits in the form that ECMAScript keeps for 1e21 and above.
    ///
    /// - Precondition: `value` is finite and not 0.
    static func appendScientific(_ value: Double, to buffer: inout [UInt8]) {
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        appendScientific(Decimal(shortest: value.magnitude), to: &buffer)
    }

    private static func appendScientific(_ decimal: Decimal, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: decimal.digits.prefix(1))
        if decimal.digits.count > 1 {
            buffer.append(UInt8(ascii: "."))
            buffer.append(contentsOf: decimal.digits.dropFirst())
        }
        let exponent = decimal.pointPosition - 1
        buffer.append(contentsOf: exponent < 0 ? "e-".utf8 : "e+".utf8)
        buffer.append(contentsOf: String(exponent.magnitude).utf8)
    }

    private static func appendZeros(_ count: Int, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
    }
}

/// 0.digits × 10^pointPosition: `digits` is s in ASCII with k digits, `pointPosition` is n.
private struct Decimal {
    private(set) var digits: [UInt8]
    private(set) var pointPosition: Int

    /// - Parameter value: positive and finite, so described as digits with at most one point and one exponent.
    init(shortest value: Double) {
        let parts = value.description.split(separator: "e")
        let significand = parts[0].split(separator: ".")
        digits = significand.flatMap(\.utf8)
        pointPosition = significand[0].utf8.count
        if parts.count == 2, let exponent = Int(parts[1]) { pointPosition += exponent }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        let leadingZeroCount = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leadingZeroCount)
        pointPosition -= leadingZeroCount
    }
}
