import Foundation
import HallpassBroker
import HallpassCore
import NIOPosix

/// Where the audit is copied to as it is committed.
protocol AuditDestination: Sendable {
    var destination: ExportDestination { get }

    /// Takes lines, each with its end; when it returns they are where they belong, for good.
    func deliver(_ lines: [UInt8]) async throws(DeliveryFailure)
}

/// A file that is added to. It is opened anew for each delivery, so that it may be renamed, or emptied, at any time.
struct ExportFile: AuditDestination {
    let path: String

    init(path: String) { self.path = URL(fileURLWithPath: path).standardizedFileURL.path }

    var destination: ExportDestination { ExportDestination(.file, path) }

    func deliver(_ lines: [UInt8]) async throws(DeliveryFailure) {
        do {
            try await NIOThreadPool.singleton.runIfActive {
                // Of a delivery that a crash or a full disk cut short, the last line may be half there; it comes again.
                if LocalFile.exists(path) { try PrivateFile.dropTornLine(path) }
                try PrivateFile.append(path, lines)
            }
        } catch let failure as CommandFailure {
            // A sentence of ours without its full stop is a clause.
            throw DeliveryFailure(String(failure.message.dropLast()))
        } catch {
            throw DeliveryFailure("it cannot be written")
        }
    }
}

/// An endpoint that lines are posted to.
struct ExportWebhook: AuditDestination {
    let webhook: Webhook
    /// Read for each delivery, so that a secret can be replaced while the server runs.
    let secretFile: String

    var destination: ExportDestination { ExportDestination(.webhook, webhook.url.text) }

    func deliver(_ lines: [UInt8]) async throws(DeliveryFailure) {
        let secrets: [WebhookSecret]
        do {
            secrets = try await NIOThreadPool.singleton.runIfActive { try Self.secrets(in: secretFile) }
        } catch {
            throw DeliveryFailure("the file of its secret cannot be used")
        }
        try await webhook.post(lines, contentType: "application/x-ndjson", secrets: secrets)
    }

    static func secrets(in path: String) throws -> [WebhookSecret] {
        let text = try LocalFile.text(LocalFile.readSecret(path), of: path)
        guard let secrets = WebhookSecret.list(text) else {
            throw CommandFailure.localFile(
                "\(path) \(WebhookSecret.rule).",
                next: "printf 'whsec_%s\\n' \"$(head -c 32 /dev/urandom | base64)\" > \(path)")
        }
        return secrets
    }
}

extension ServerSettings {
    /// Where the operator wants the audit copied to.
    var auditDestinations: [any AuditDestination] {
        var destinations: [any AuditDestination] = []
        if let auditExportFile { destinations.append(ExportFile(path: auditExportFile)) }
        if let target = auditExportWebhook {
            destinations.append(ExportWebhook(webhook: Webhook(url: target.url), secretFile: target.secretFile))
        }
        return destinations
    }
}
