import NIOCore

/// Where and how the server listens. What an operator leaves out has a bound all the same.
package struct HTTPSettings: Sendable {
    /// A name or address; `127.0.0.1` is reached from this machine only.
    package var host: String
    /// 0 takes any free port.
    package var port: Int
    /// The folder with the admin UI and `openapi.json`: an absolute path, read once at the start; `nil` serves no files.
    package var publicDirectory: String?
    /// Both or plain HTTP, for a proxy that terminates TLS on the same machine.
    package var tls: TLSFiles?
    /// Open connections; further ones are told to come back.
    package var connectionsMaximum: Int
    /// A connection on which nothing arrives for so long is closed, one whose reader takes nothing for so long as well, and a
    /// request may take so long to arrive, and longer only as ``WireLimits/bodyBytesPerSecond`` has it.
    package var idleTimeoutSeconds: Int64
    /// How often a stream on which nothing happens says that it is there.
    package var heartbeat: Duration
    /// How often a stream of activity looks for more of it.
    package var activityPause: Duration

    /// PEM files: the certificate followed by its chain, and its private key.
    package struct TLSFiles: Sendable {
        package var certificatePath: String
        package var keyPath: String

        package init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    package init(
        host: String = "127.0.0.1", port: Int = 8080, publicDirectory: String? = nil, tls: TLSFiles? = nil
    ) {
        self.host = host
        self.port = port
        self.publicDirectory = publicDirectory
        self.tls = tls
        connectionsMaximum = 2_048
        idleTimeoutSeconds = 30
        heartbeat = .seconds(15)
        activityPause = .milliseconds(500)
    }
}

/// What one connection may cost before anything it sends is understood.
package enum WireLimits {
    /// One header field: a token of 4,096 bytes and room for what a proxy adds.
    static let headerFieldBytes = 8 * 1_024
    /// All header fields together.
    static let headerListBytes = 32 * 1_024
    static let headerFieldCount = 100
    /// What is read of a body that nobody wants, so that its sender sees the answer; past this the connection is closed.
    static let discardedBodyBytes = 16 * 1_024 * 1_024
    /// What a body has to come at, once it has taken its time: a modem's pace, which nobody needs who is meant to call.
    static let bodyBytesPerSecond = 16 * 1_024
    /// Connections beyond the maximum that are told so at once; past these they wait in the listen queue.
    package static let refusedConnections = 256
    /// How long one that was refused may take to hear it.
    static let refusalPatience = TimeAmount.seconds(1)
    /// How often it is looked whether what was written has left, before a connection ends.
    static let sendingPause = TimeAmount.milliseconds(20)
    /// The public folder in memory.
    static let publicFolderBytes = 32 * 1_024 * 1_024
    /// Connections that the system holds until they are accepted.
    static let listenBacklog = 512
}
