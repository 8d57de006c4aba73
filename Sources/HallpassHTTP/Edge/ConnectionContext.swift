package import Hummingbird
import Logging
import NIOCore

/// What the server hands over with a request.
package struct ConnectionContext: InitializableFromSource {
    let channel: any Channel
    let logger: Logger

    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }

    /// The peer's address without port; `nil` for what has none, such as a socket in the file system.
    var address: String? { channel.remoteAddress?.ipAddress }
}
