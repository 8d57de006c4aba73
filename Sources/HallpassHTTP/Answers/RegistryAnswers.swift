import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

extension Answer {
    /// A document, with the tag that names this content.
    init(resource: RegistryResource) {
        self.init(.ok, json: resource.json)
        headers[.eTag] = "\"\(resource.entityTag)\""
    }

    /// `{"ok":true,"revision","resource","secret"?,"warnings"}`: 201 where it was not there before.
    init(put answer: RegistryAnswer, at key: ResourceKey) {
        let isNew = answer.plan.changes.contains { $0.key == key && $0.before == nil }
        let resource = answer.plan.result.resource(key)
        var object = JSONObject()
        object["ok"] = true
        object["revision"] = .integer(answer.revision)
        object["resource"] = resource?.json
        if let secret = answer.secrets.first?.value { object["secret"] = .string(secret.text) }
        object["warnings"] = answer.warnings
        self.init(isNew ? .created : .ok, object)
        if let resource { headers[.eTag] = "\"\(resource.entityTag)\"" }
    }

    /// `{"ok":true,"revision","changes"}`
    init(deletion answer: RegistryAnswer) {
        var object = JSONObject()
        object["ok"] = true
        object["revision"] = .integer(answer.revision)
        object["changes"] = answer.changes
        self.init(.ok, object)
    }

    /// `{"ok":true,"dry_run","plan":{"changes"},"revision","secrets","warnings"}`
    init(plan answer: RegistryAnswer, isDryRun: Bool) {
        var secrets = JSONObject()
        for (client, secret) in answer.secrets.sorted(by: { $0.key < $1.key }) {
            secrets[client.rawValue] = .string(secret.text)
        }
        var plan = JSONObject()
        plan["changes"] = answer.changes
        var object = JSONObject()
        object["ok"] = true
        object["dry_run"] = .bool(isDryRun)
        object["plan"] = .object(plan)
        object["revision"] = .integer(answer.revision)
        object["secrets"] = .object(secrets)
        object["warnings"] = answer.warnings
        self.init(.ok, object)
    }
}

extension RegistryAnswer {
    /// `[{"op","kind","name","fields"}]`
    fileprivate var changes: JSONValue { plan.json.objectValue?["changes"] ?? [] }

    /// `[{"document","kind","name","path","rule","message"}]`
    fileprivate var warnings: JSONValue { .array(plan.warnings.map(\.json)) }
}
