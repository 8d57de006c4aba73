import HallpassCore
import HallpassCrypto
import StrictJSON

/// The secrets of the demo's clients, which the server shows once: `{"acme":{"support-gateway":"hp_…"}}`, mode 0600.
struct DemoSecrets: Sendable {
    private let path: String
    private var tenants: [String: [String: String]]

    /// A file that is missing, or is not what this wrote, holds nothing: secrets can be issued anew.
    init(path: String) {
        self.path = path
        tenants = Self.read(path)
    }

    subscript(tenant: TenantID, client: String) -> String? {
        get { tenants[tenant.rawValue]?[client] }
        set { tenants[tenant.rawValue, default: [:]][client] = newValue }
    }

    func write() throws {
        var object = JSONObject()
        for (tenant, clients) in tenants.sorted(by: { $0.key < $1.key }) {
            var secrets = JSONObject()
            for (client, secret) in clients.sorted(by: { $0.key < $1.key }) { secrets[client] = .string(secret) }
            object[tenant] = .object(secrets)
        }
        try PrivateFile.replace(path, with: Array("\(JSONValue.object(object).prettyPrinted())\n".utf8))
    }

    /// What the server's list of secrets calls this one: the start of its digest.
    static func name(of secret: String) -> String {
        String(Base64URL.encode(SHA256.hash(Array(secret.utf8))).prefix(12))
    }

    private static func read(_ path: String) -> [String: [String: String]] {
        // Whatever is wrong with the file, the way on is the same.
        guard let bytes = try? LocalFile.readSecret(path), let object = (try? JSONParser.parse(bytes))?.objectValue
        else {
            return [:]
        }
        var tenants: [String: [String: String]] = [:]
        for tenant in object {
            for client in tenant.value.objectValue ?? JSONObject() {
                tenants[tenant.name, default: [:]][client.name] = client.value.stringValue
            }
        }
        return tenants
    }
}
