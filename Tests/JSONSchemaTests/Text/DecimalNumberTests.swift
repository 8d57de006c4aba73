import Testing

@testable import JSONSchema

struct DecimalNumberTests {
    @Test(arguments: [
        (0.3, 0.1, true), (0.30000000000000004, 0.1, false), (0.0075, 0.0001, true), (0.00751, 0.0001, false),
        (19.99, 0.01, true), (1.1, 0.1, true), (-4.5, 1.5, true), (0, 7, true), (1e308, 0.123456789, false),
        (1e308, 1e-308, true), (Double.leastNonzeroMagnitude, Double.leastNonzeroMagnitude, true),
        (12391239123, 1e-8, true), (35, 1.5, false), (10, 2, true),
        (7, 2, false), (1e21, 3, false), (9_007_199_254_740_991, 1, true), (100, 1e3, false), (1e3, 100, true),
    ])
    func `a multiple is told from the decimals as written`(number: Double, divisor: Double, isMultiple: Bool) {
        #expect(DecimalNumber(number).isMultiple(of: DecimalNumber(divisor)) == isMultiple)
    }
}
