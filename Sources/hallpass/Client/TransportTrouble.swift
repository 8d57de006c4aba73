import AsyncHTTPClient
import NIOCore
import NIOSSL

/// Why there was no answer, in a sentence for whoever typed the command.
enum TransportTrouble {
    static func failure(_ error: any Error, server: ServerAddress) -> any Error {
        if error is CancellationError { return error }
        let next = server.isLoopback ? "start one: hallpass serve" : "check --url, and that the server runs"
        switch error {
        case let error as HTTPClientError where isTimeout(error):
            return CommandFailure.noServer("\(server) does not answer in time.", next: next)
        case is NIOTooManyBytesError:
            return CommandFailure.badAnswer(
                "The answer of \(server) is over the limit of \(ClientLimits.answerBytes) bytes.", next: "check --url")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            return CommandFailure.noServer(
                "The connection to \(server) is not secure: its certificate is not trusted, or it speaks no TLS.",
                next: "check --url and the server's certificate")
        default:
            return CommandFailure.noServer("No server answers at \(server).", next: next)
        }
    }

    private static func isTimeout(_ error: HTTPClientError) -> Bool {
        [.connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout].contains(error)
    }
}
