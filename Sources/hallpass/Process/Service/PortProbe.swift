import Foundation
import NIOCore
import NIOPosix

/// Whether a port can be listened on, found out without listening there.
enum PortProbe {
    /// Takes the port and lets it go. A connection that came while it was listened on would be this probe's, and whoever is
    /// waiting for the server would wait for ever.
    ///
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    /// - Throws: ``CommandFailure`` that says what is in the way and what to do.
    static func freePort(host: String, port: Int) async throws -> Int {
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                try take(try SocketAddress.makeAddressResolvingHost(host, port: port))
            }
        } catch {
            throw failure(error, host: host, port: port)
        }
    }

    /// - Returns: the port that the system gave.
    private static func take(_ address: SocketAddress) throws -> Int {
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        defer { close(descriptor) }
        // As the server itself sets it: connections that ended a moment ago are in nobody's way.
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) } == 0
        guard isBound else { throw IOError(errnoCode: errno, reason: "bind") }
        return try port(of: descriptor)
    }

    private static func port(of descriptor: Int32) throws -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isNamed = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard isNamed == 0 else { throw IOError(errnoCode: errno, reason: "getsockname") }
        // Both kinds of address have it in the same place.
        let bigEndian = withUnsafeBytes(of: &storage) { $0.load(fromByteOffset: 2, as: UInt16.self) }
        return Int(UInt16(bigEndian: bigEndian))
    }

    /// Why the server cannot listen there.
    static func failure(_ error: any Error, host: String, port: Int) -> CommandFailure {
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return .localFile(
                "Port \(port) is taken: another program listens on \(place).",
                next:
                    "stop it (ss -ltnp 'sport = :\(port)' names it), or choose another: --port \(otherPort(than: port))"
            )
        case EACCES:
            return .localFile(
                "Port \(port) may not be listened on by user \(geteuid()).", next: "choose one above 1023: --port 8080")
        default:
            return .localFile(
                "\(host) is not an address of this machine that can be listened on.", next: "--host 127.0.0.1")
        }
    }

    /// A neighbour, to be offered instead.
    static func otherPort(than port: Int) -> Int { port < 65_535 ? port + 1 : port - 1 }
}
