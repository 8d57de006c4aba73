import HallpassCore
import Testing

@testable import hallpass

struct ProductVersionTests {
    @Test func `every part of the program says which it is`() {
        let versions = ProductVersion.all
        #expect(versions.map(\.name) == ["hallpass", "swift", "openssl", "sqlite"])
        for (name, version) in versions {
            let numbers = version.split(separator: ".").prefix(2)
            #expect(numbers.count == 2 && numbers.allSatisfy { Int($0) != nil }, "\(name) \(version)")
        }
    }
}
