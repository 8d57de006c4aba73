import Testing

@testable import StrictJSON

private enum Mode: String, CaseIterable { case oauth, none }

/// What `read` finds wrong with `document`, as "path rule message".
private func violations(in document: JSONValue, _ read: (JSONObjectReader) -> Void) -> [String] {
    do throws(JSONViolations) {
        try JSONObjectReader.decode(document) { reader in read(reader) }
        return []
    } catch {
        return error.violations.map { "\($0.path) \($0.rule): \($0.message)" }
    }
}

struct JSONObjectReaderTests {
    private struct Card: Equatable {
        var server: String
        var mode: Mode
        var lifetimeSeconds: Int64
        var tools: [String]
    }

    private func card(_ reader: JSONObjectReader) -> Card? {
        let server = reader.requiredString("server", lengthBytes: 1...8)
        let auth = reader.requiredObject("auth") { auth in
            let mode = auth.requiredChoice("mode", Mode.self)
            let lifetimeSeconds = auth.optionalInteger("ttl_seconds", in: 1...3600) ?? 60
            return mode.map { ($0, lifetimeSeconds) }
        }
        let tools = reader.optionalStringArray("tools", count: 1...3) ?? []
        guard let server, let auth else { return nil }
        return Card(server: server, mode: auth.0, lifetimeSeconds: auth.1, tools: tools)
    }

    @Test func `a good document becomes its value`() throws {
        let document: JSONValue = [
            "tools": ["a", "b"], "auth": ["mode": "none", "ttl_seconds": 3600], "server": "crm",
        ]
        let expected = Card(server: "crm", mode: .none, lifetimeSeconds: 3600, tools: ["a", "b"])
        #expect(try JSONObjectReader.decode(document, card) == expected)
    }

    @Test func `a bad document is told all that is wrong with it`() {
        let document: JSONValue = [
            "server": "much-too-long", "tools": ["a", 1, "a"], "auth": ["mode": "magic", "ttl_seconds": 0, "x": 1],
            "y/z": 1,
        ]
        #expect(
            violations(in: document) { _ = card($0) } == [
                "/server length: must have 1 to 8 bytes",
                "/auth/mode choice: must be one of: oauth, none",
                "/auth/ttl_seconds range: must be from 1 to 3600",
                "/auth/x unknown: is not a field of this object",
                "/tools/1 type: must be a string",
                "/tools/2 unique: must not repeat an earlier element",
                "/y~1z unknown: is not a field of this object",
            ])
    }

    @Test func `paths start where the document stands`() {
        let pointer = JSONPointer.root.appending("documents").appending(2)
        #expect(
            throws: JSONViolations(violations: [
                JSONViolation(path: "/documents/2/a", rule: "required", message: "is required")
            ])
        ) {
            try JSONObjectReader.decode([:], at: pointer) { $0.requiredBool("a") }
        }
        #expect(
            throws: JSONViolations(violations: [
                JSONViolation(path: "/documents/2", rule: "type", message: "must be an object")
            ])
        ) {
            try JSONObjectReader.decode([], at: pointer) { _ in 1 }
        }
    }

    /// Otherwise a closure that gives up silently would let a half-read document through.
    @Test func `a reader that returns nothing refuses the document even without a violation`() {
        #expect(violations(in: [:]) { _ in }.isEmpty)
        #expect(throws: JSONViolations.self) { try JSONObjectReader.decode([:]) { _ in Int?.none } }
    }

    /// A value does not make up for a violation.
    @Test func `a reader that returns a value in spite of a violation refuses the document`() {
        #expect(throws: JSONViolations.self) {
            try JSONObjectReader.decode(["a": "x"]) { $0.optionalInteger("a") ?? 5 }
        }
    }
}

struct JSONObjectReaderFieldTests {
    /// Every accessor with a field of the right kind, and of each other kind.
    @Test func `an accessor takes its own kind of value and refuses all others`() {
        let samples: [(kind: String, value: JSONValue)] = [
            ("null", nil), ("bool", true), ("integer", 1), ("number", .number(0.5)), ("string", "s"), ("array", []),
            ("object", [:]),
        ]
        let accessors: [(kind: String, read: (JSONObjectReader) -> Void)] = [
            ("string", { _ = $0.requiredString("f") }), ("string", { _ = $0.optionalString("f") }),
            ("integer", { _ = $0.requiredInteger("f") }), ("integer", { _ = $0.optionalInteger("f") }),
            ("bool", { _ = $0.requiredBool("f") }), ("bool", { _ = $0.optionalBool("f") }),
            ("array", { _ = $0.requiredArray("f") }), ("array", { _ = $0.optionalArray("f") }),
            ("array", { _ = $0.requiredStringArray("f") }), ("array", { _ = $0.optionalStringArray("f") }),
            ("array", { _ = $0.requiredObjectArray("f") { _ in 1 } }),
            ("array", { _ = $0.optionalObjectArray("f") { _ in 1 } }),
            ("object", { _ = $0.requiredObject("f") }), ("object", { _ = $0.optionalObject("f") }),
            ("object", { _ = $0.requiredObject("f") { _ in 1 } }),
            ("object", { _ = $0.optionalObject("f") { _ in 1 } }),
        ]
        for (kind, read) in accessors {
            for sample in samples {
                let found = violations(in: ["f": sample.value], read)
                #expect(found.count == (sample.kind == kind ? 0 : 1), "\(kind) read from \(sample.kind)")
                #expect(found.allSatisfy { $0.hasPrefix("/f type: must be ") })
            }
        }
    }

    @Test func `a missing field is a violation only where it is required`() {
        let required = violations(in: [:]) { reader in
            _ = reader.requiredString("a")
            _ = reader.requiredChoice("b", Mode.self)
            _ = reader.requiredValue("c")
            _ = reader.requiredString("d", orElse: "must be d") { $0 }
            _ = reader.requiredStringArray("e")
            _ = reader.requiredObject("f") { $0.requiredBool("g") }
        }
        #expect(required == ["a", "b", "c", "d", "e", "f"].map { "/\($0) required: is required" })
        let optional = violations(in: [:]) { reader in
            _ = reader.optionalString("a")
            _ = reader.optionalChoice("b", Mode.self)
            _ = reader.optionalValue("c")
            _ = reader.optionalString("d", orElse: "must be d") { $0 }
            _ = reader.optionalStringArray("e")
            _ = reader.optionalObject("f") { $0.requiredBool("g") }
        }
        #expect(optional.isEmpty)
    }

    @Test func `null is a value and not an absent field`() {
        #expect(
            violations(in: ["a": nil]) { _ = $0.optionalBool("a") } == [
                "/a type: must be true or false or be left out, not null"
            ])
        #expect(violations(in: ["a": nil]) { _ = $0.requiredBool("a") } == ["/a type: must be true or false"])
        let taken = violations(in: ["a": nil]) { reader in
            let value = reader.optionalValue("a")
            #expect(value == .some(.null))
        }
        #expect(taken.isEmpty)
    }

    @Test(arguments: [(-1, false), (0, true), (5, true), (6, false)])
    func `a range holds its ends`(integer: Int64, fits: Bool) {
        #expect(violations(in: ["a": .integer(integer)]) { _ = $0.optionalInteger("a", in: 0...5) }.isEmpty == fits)
    }

    @Test(arguments: [("", false), ("a", true), ("aé", true), ("aaé", false)])
    func `a length is counted in bytes`(text: String, fits: Bool) {
        #expect(violations(in: ["a": .string(text)]) { _ = $0.requiredString("a", lengthBytes: 1...3) }.isEmpty == fits)
    }

    @Test(arguments: [(0, false), (1, true), (2, true), (3, false)])
    func `a count holds its ends`(count: Int, fits: Bool) {
        let array = JSONValue.array((0..<count).map { .string("\($0)") })
        #expect(violations(in: ["a": array]) { _ = $0.requiredStringArray("a", count: 1...2) }.isEmpty == fits)
    }

    @Test func `a value that cannot be made is refused in the words given`() {
        let found = violations(in: ["a": "x"]) { _ = $0.requiredString("a", orElse: "must be a number") { Int($0) } }
        #expect(found == ["/a format: must be a number"])
    }

    @Test func `every object of an array is read`() throws {
        let document: JSONValue = ["tools": [["name": "a"], ["name": 1], 5, ["nam": "b"]]]
        let found = violations(in: document) { reader in
            #expect(reader.requiredObjectArray("tools") { $0.requiredString("name") } == nil)
        }
        #expect(
            found == [
                "/tools/1/name type: must be a string", "/tools/2 type: must be an object",
                "/tools/3/name required: is required", "/tools/3/nam unknown: is not a field of this object",
            ])
        let names = try JSONObjectReader.decode(["tools": [["name": "a"], ["name": "b"]]]) { reader in
            reader.optionalObjectArray("tools") { $0.requiredString("name") }
        }
        #expect(names == ["a", "b"])
    }

    @Test func `a rule of the caller's is noted at the field`() {
        let found = violations(in: ["a": 1]) { reader in
            _ = reader.requiredValue("a")
            reader.refuse("a", rule: "schema", message: "must compile")
            reader.refuse(at: reader.pointer.appending("a").appending("$ref"), rule: "schema", message: "must resolve")
        }
        #expect(found == ["/a schema: must compile", "/a/$ref schema: must resolve"])
    }
}

struct JSONViolationTests {
    @Test(arguments: [
        (String(repeating: "n", count: 64), String(repeating: "n", count: 64)),
        (String(repeating: "n", count: 65), String(repeating: "n", count: 64) + "?"),
        ("caf\u{E9}\n\u{202E}\u{7F}", "caf????"), ("~ ", "~0 "), ("", ""),
    ])
    func `an unknown name is shown as far as it is printable ASCII`(name: String, shown: String) {
        var object = JSONObject()
        object[name] = "a value that must not appear"
        #expect(violations(in: .object(object)) { _ in } == ["/\(shown) unknown: is not a field of this object"])
    }

    @Test(arguments: [(99, 99), (100, 100), (101, 100), (5000, 100)])
    func `no more than a hundred violations are told`(count: Int, told: Int) {
        var object = JSONObject()
        for number in 0..<count { object["n\(number)"] = 0 }
        #expect(violations(in: .object(object)) { _ in }.count == told)
    }

    @Test func `no value is ever repeated`() {
        let secret = "hunter2-hunter2"
        let document: JSONValue = [
            "a": .string(secret), "b": .string(secret), "c": [.string(secret), .string(secret)],
        ]
        let found = violations(in: document) { reader in
            _ = reader.requiredInteger("a")
            _ = reader.requiredChoice("b", Mode.self)
            _ = reader.requiredStringArray("c")
        }
        #expect(found.count == 3)
        #expect(found.allSatisfy { !$0.contains("hunter") })
    }

    @Test func `violations describe themselves in one line`() {
        let violations = JSONViolations(violations: [
            JSONViolation(path: "", rule: "type", message: "must be an object"),
            JSONViolation(path: "/a", rule: "required", message: "is required"),
        ])
        #expect(violations.description == "the document must be an object; /a is required")
    }
}
