import SeededGenerator
import Testing

@testable import StrictJSON

struct ECMAScriptNumberTests {
    private func printed(_ value: Double) -> String {
        var buffer: [UInt8] = []
        ECMAScriptNumber.append(value, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// RFC 8785 appendix B, all samples that are numbers.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func `a sample of the specification is printed as there`(bits: UInt64, expected: String) {
        #expect(printed(Double(bitPattern: bits)) == expected)
    }

    /// The edges of the four layouts of Number::toString.
    @Test(
        arguments: [
            (1, "1"), (10, "10"), (123, "123"), (0.5, "0.5"), (123.456, "123.456"), (-1.25, "-1.25"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (1.5e21, "1.5e+21"), (1.2345678901234568e20, "123456789012345680000"), (1e-6, "0.000001"),
            (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (0.00001234, "0.00001234"), (1e100, "1e+100"), (2e-100, "2e-100"),
            (100000.00000000001, "100000.00000000001"), (65536, "65536"), (4.5e15, "4500000000000000"),
        ] as [(Double, String)])
    func `a number is laid out as JavaScript does`(value: Double, expected: String) {
        #expect(printed(value) == expected)
    }

    @Test func `any double is read back from what is printed`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(Double(printed(value)) == value)
        }
    }
}
