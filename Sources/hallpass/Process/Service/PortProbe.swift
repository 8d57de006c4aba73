import Foundation
import NIOCore
import NIOPosix

/// Whether a port can be listened on, found out by listening there for a moment.
enum PortProbe {
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    /// - Throws: ``CommandFailure`` that says what is in the way and what to do.
    static func freePort(host: String, port: Int) async throws -> Int {
        do {
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                // As the server itself sets it: connections that ended a moment ago are in nobody's way.
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            let found = channel.localAddress?.port ?? port
            try await channel.close()
            return found
        } catch {
            throw failure(error, host: host, port: port)
        }
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
