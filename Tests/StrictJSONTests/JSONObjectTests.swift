import SeededGenerator
import Testing

@testable import StrictJSON

struct JSONObjectTests {
    /// Around the member count from which names are indexed.
    private static let sizes = [0, 1, 15, 16, 17, 18, 40]

    private func object(of size: Int) -> JSONObject {
        var object = JSONObject()
        for number in 0..<size { object["n\(number)"] = .integer(Int64(number)) }
        return object
    }

    @Test(arguments: sizes)
    func `members are found by name and stay in the order they came`(size: Int) {
        let object = object(of: size)
        #expect(object.count == size)
        #expect(object.isEmpty == (size == 0))
        #expect(object.map(\.name) == (0..<size).map { "n\($0)" })
        for number in 0..<size { #expect(object["n\(number)"] == .integer(Int64(number))) }
        #expect(object["n\(size)"] == nil)
        #expect(!object.contains("n\(size)"))
    }

    @Test(arguments: sizes.filter { $0 > 0 })
    func `setting a member that is there keeps its place`(size: Int) {
        var object = object(of: size)
        object["n0"] = "new"
        #expect(object.count == size)
        #expect(object.members[0] == JSONObject.Member(name: "n0", value: "new"))
    }

    @Test(arguments: sizes.filter { $0 > 0 })
    func `setting nil removes a member and leaves the others to be found`(size: Int) {
        for removed in [0, size / 2, size - 1] {
            var object = object(of: size)
            object["n\(removed)"] = nil
            object["absent"] = nil
            #expect(object.count == size - 1)
            #expect(!object.contains("n\(removed)"))
            for number in 0..<size where number != removed {
                #expect(object["n\(number)"] == .integer(Int64(number)))
            }
            let isAppended = object.append("n\(removed)", "back")
            #expect(isAppended)
            #expect(object.members.last?.name == "n\(removed)")
        }
    }

    @Test(arguments: sizes.filter { $0 > 0 })
    func `appending a name that is there is refused and changes nothing`(size: Int) {
        var object = object(of: size)
        let before = object
        let isRepeatAppended = object.append("n\(size - 1)", "other")
        #expect(!isRepeatAppended)
        #expect(object.map(\.value) == before.map(\.value))
        let isNewAppended = object.append("n\(size)", nil)
        #expect(isNewAppended)
        #expect(object["n\(size)"] == .some(.null))
    }

    @Test(arguments: sizes)
    func `the order of members does not matter to equality`(size: Int) {
        var generator = SeededGenerator(seed: UInt64(size))
        let object = object(of: size)
        var shuffled = JSONObject()
        for member in object.members.shuffled(using: &generator) { shuffled[member.name] = member.value }
        #expect(shuffled == object)
        #expect(shuffled.hashValue == object.hashValue)
        shuffled["more"] = 1
        #expect(shuffled != object)
        shuffled["more"] = nil
        guard size > 0 else { return }
        shuffled["n0"] = "other"
        #expect(shuffled != object)
    }

    /// Both have two members and share one; each name has to be looked for, not only counted.
    @Test func `objects of the same size with different names differ`() {
        #expect(JSONValue.object(object(of: 2)) != ["n0": 0, "m1": 1])
    }

    @Test func `a copy does not follow the original`() {
        var object = object(of: 20)
        let copy = object
        object["n3"] = nil
        object["n4"] = "changed"
        #expect(copy["n3"] == 3)
        #expect(copy["n4"] == 4)
        #expect(copy["n19"] == 19)
    }
}
