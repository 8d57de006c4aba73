import Testing

@testable import HallpassStorage

struct HallpassDatabaseTests {
    @Test func `a file that is not there is missing`() {
        #expect(throws: DatabaseOpeningError.missing(path: "/nonexistent/hallpass.db")) {
            try HallpassDatabase.open(path: "/nonexistent/hallpass.db")
        }
    }
}
