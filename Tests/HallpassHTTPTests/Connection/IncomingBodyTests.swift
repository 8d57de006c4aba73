import NIOCore
import Synchronization
import Testing

@testable import HallpassHTTP

struct IncomingBodyTests {
    private static func text(_ part: IncomingBody.Part) -> String {
        switch part {
        case .bytes(let bytes): String(buffer: bytes)
        case .later: "later"
        case .end: "end"
        case .broken: "broken"
        }
    }

    @Test func `what arrived is taken once, and then the end`() {
        let body = IncomingBody {}
        #expect(Self.text(body.take()) == "later")
        body.append(ByteBuffer(string: "ab"))
        body.append(ByteBuffer(string: "c"))
        #expect(Self.text(body.take()) == "abc")
        #expect(Self.text(body.take()) == "later")
        body.append(ByteBuffer(string: "d"))
        body.end()
        #expect(Self.text(body.take()) == "d")
        #expect(Self.text(body.take()) == "end")
    }

    @Test func `a body that broke off is not whole, and one that is whole does not break off`() {
        let broken = IncomingBody {}
        broken.append(ByteBuffer(string: "a"))
        broken.breakOff()
        broken.end()
        #expect(Self.text(broken.take()) == "a")
        #expect(Self.text(broken.take()) == "broken")
        let whole = IncomingBody(Array("a".utf8))
        whole.breakOff()
        #expect(Self.text(whole.take()) == "a")
        #expect(Self.text(whole.take()) == "end")
    }

    @Test func `more is asked for only when somebody waits, who then goes on`() async {
        let asked = Mutex(0)
        let (wishes, continuation) = AsyncStream.makeStream(of: Void.self)
        let body = IncomingBody {
            asked.withLock { $0 += 1 }
            continuation.yield()
        }
        body.append(ByteBuffer(string: "a"))
        await body.wait()
        #expect(asked.withLock { $0 } == 0)
        _ = body.take()
        async let waited: Void = body.wait()
        for await _ in wishes.prefix(1) {
            #expect(body.isWanted)
            body.append(ByteBuffer(string: "b"))
        }
        await waited
        #expect(!body.isWanted)
        #expect(Self.text(body.take()) == "b")
        #expect(asked.withLock { $0 } == 1)
    }
}
