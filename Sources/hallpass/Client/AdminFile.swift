import StrictJSON

/// What `hallpass init` leaves for the command line on the same machine: `{"client_id","client_secret","url"?}`.
struct AdminFile: Sendable {
    static let path = "var/admin.json"

    let credentials: ClientCredentials
    let server: ServerAddress

    /// - Returns: `nil` where there is no such file.
    static func read(_ path: String = path) throws -> AdminFile? {
        guard LocalFile.exists(path) else { return nil }
        return try AdminFile(LocalFile.readSecret(path), path: path)
    }

    init(_ bytes: [UInt8], path: String) throws {
        let malformed = CommandFailure.localFile(
            "\(path) is not what hallpass init wrote.",
            next: "move it away and name a client: --client-id ID --client-secret-file FILE")
        let fields: (id: String?, secret: String?, url: String?)
        do {
            fields = try JSONObjectReader.decode(JSONParser.parse(bytes)) { reader in
                // A later init may write more; this reader has no quarrel with it.
                for member in reader.object { _ = reader.optionalValue(member.name) }
                return (
                    reader.requiredString("client_id"), reader.requiredString("client_secret"),
                    reader.optionalString("url")
                )
            }
        } catch {
            throw malformed
        }
        guard let id = fields.id, let secret = fields.secret,
            let server = ServerAddress(fields.url ?? ServerAddress.defaultText)
        else { throw malformed }
        do {
            credentials = try ClientCredentials(secret: secret, id: id)
        } catch {
            throw malformed
        }
        self.server = server
    }
}
