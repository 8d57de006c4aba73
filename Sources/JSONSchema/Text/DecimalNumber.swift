/// A number as the shortest decimal that stands for it: 0.1 is one tenth here and not the double nearest to it, so that
/// 0.3 is a multiple of 0.1 as whoever wrote the two numbers means.
struct DecimalNumber: Hashable, Sendable {
    /// The magnitude is digits × 10^exponent; the sign does not matter to divisibility.
    private let digits: UInt64
    private let exponent: Int

    /// - Precondition: `number` is finite.
    init(_ number: Double) {
        var digits: UInt64 = 0
        var exponent = 0
        var isFraction = false
        // The description is digits with at most one point, then perhaps an exponent; at most 17 of them are not zeros.
        let parts = number.magnitude.description.split(separator: "e")
        for byte in parts[0].utf8 {
            guard byte != UInt8(ascii: ".") else {
                isFraction = true
                continue
            }
            digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
            if isFraction { exponent -= 1 }
        }
        if parts.count == 2 { exponent += Int(parts[1]) ?? 0 }
        while digits != 0, digits.isMultiple(of: 10) {
            digits /= 10
            exponent += 1
        }
        self.digits = digits
        self.exponent = exponent
    }

    /// Exact, whatever the exponents.
    ///
    /// - Precondition: `divisor` is not zero.
    func isMultiple(of divisor: DecimalNumber) -> Bool {
        guard digits != 0 else { return true }
        let shift = exponent - divisor.exponent
        // Neither has a trailing zero, so with a smaller exponent than its divisor's a number cannot be its multiple.
        guard shift >= 0 else { return false }
        let modulus = divisor.digits
        return Self.multiply(digits % modulus, Self.powerOfTen(shift, modulus), modulus) == 0
    }

    private static func powerOfTen(_ exponent: Int, _ modulus: UInt64) -> UInt64 {
        var result = 1 % modulus
        var square = 10 % modulus
        var rest = exponent
        while rest > 0 {
            if !rest.isMultiple(of: 2) { result = multiply(result, square, modulus) }
            square = multiply(square, square, modulus)
            rest /= 2
        }
        return result
    }

    private static func multiply(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return modulus.dividingFullWidth(product).remainder
    }
}
