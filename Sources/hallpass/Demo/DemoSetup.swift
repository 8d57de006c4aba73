import HallpassCore
import StrictJSON

/// Brings the demo's server to where the story begins: the companies registered, a good secret for every client.
struct DemoSetup {
    let client: DemoClient
    let admin: ClientCredentials

    /// Registers one folder of seeds as one tenant.
    ///
    /// - Returns: its tenant, and the clients in it.
    func apply(_ folder: String, into secrets: inout DemoSecrets) async throws -> (tenant: TenantID, clients: [String])
    {
        let manifest = try Manifest.read([folder])
        guard let tenant = try manifest.tenant() else {
            throw CommandFailure.localFile("No document in \(folder) is a Tenant.", next: "ls \(folder)")
        }
        let body: JSONValue = ["documents": .array(manifest.documents.map(\.value))]
        let answer: JSONObject
        do {
            answer = try await client.require(
                .post("v1", "tenants", tenant.rawValue, "apply", body: .json(body)), as: admin)
        } catch let error as APIError {
            var failure = error.failure
            failure.details = failure.details.map(manifest.locate)
            throw failure
        }
        for secret in answer["secrets"]?.objectValue ?? JSONObject() {
            secrets[tenant, secret.name] = secret.value.stringValue
        }
        let clients = manifest.documents.filter {
            $0.value.objectValue?["kind"]?.stringValue == ResourceKind.client.rawValue
        }
        return (tenant, clients.compactMap { $0.value.objectValue?["id"]?.stringValue })
    }

    /// Issues a new secret where the remembered one is lost, or no longer among those that the server takes.
    func renew(_ id: String, of tenant: TenantID, in secrets: inout DemoSecrets) async throws {
        let path = ["v1", "tenants", tenant.rawValue, "clients", id, "secrets"]
        let list = try await client.require(APIRequest(method: .get, path: path), as: admin)
        let names = (list["items"]?.arrayValue ?? []).compactMap { $0.objectValue?["name"]?.stringValue }
        if let secret = secrets[tenant, id], names.contains(DemoSecrets.name(of: secret)) { return }
        if names.count >= Limits.secretsPerClient, let oldest = names.first {
            _ = try await client.require(APIRequest(method: .delete, path: path + [oldest]), as: admin)
        }
        let issued = try await client.require(APIRequest(method: .post, path: path), as: admin)
        secrets[tenant, id] = issued["secret"]?.stringValue
    }
}
