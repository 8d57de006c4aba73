import HallpassCore
import StrictJSON

/// Documents as people write them. The card and the tool stand here as the protocol has them, letter for letter.
enum RegistryText {
    static let card = """
        { "server": "crm-mcp",
          "auth": { "mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600 },
          "environment": "prod",
          "tools_allow": ["find_contact", "add_note"] }
        """

    static let addNote = """
        { "name": "add_note", "description": "Attach a note to a CRM contact.", "effect": "write", "scopes": ["notes:write"],
          "input_schema": { "type": "object", "required": ["contact_id", "body", "idempotency_key"], "additionalProperties": false,
            "properties": { "contact_id": { "type": "string" }, "body": { "type": "string", "maxLength": 2000 },
              "visibility": { "type": "string", "enum": ["internal", "shared"] }, "idempotency_key": { "type": "string", "minLength": 1, "maxLength": 255 } } } }
        """

    static let tenant = #"{"kind": "Tenant", "id": "acme", "display_name": "Acme Ltd"}"#
    static let prod = #"{"kind": "Environment", "id": "prod", "protected": true, "description": "Customers"}"#
    static let dev = #"{"kind": "Environment", "id": "dev"}"#

    static let connector = """
        {"kind": "Connector", "id": "crm-mcp", "resource": "https://crm.example/mcp", "owner": "crm-team",
         "description": "The CRM", "tools": [
           {"name": "find_contact", "effect": "read", "scopes": ["contacts:read"]},
           \(addNote),
           {"name": "delete_contact", "effect": "destructive", "scopes": ["contacts:delete"]}]}
        """

    static let grant = """
        {"kind": "Grant", "id": "alice-crm", "subject": "user:alice", "connector": "crm-mcp", "environment": "prod",
         "scopes": ["notes:write", "contacts:read"], "tools": ["find_contact", "add_note"],
         "expires_at": "2027-01-01T00:00:00Z"}
        """

    static let gateway = #"{"kind": "Client", "id": "gate", "type": "gateway", "assert_actors": true}"#
    static let server =
        #"{"kind": "Client", "id": "crm-server", "type": "mcp_server", "deployments": ["crm-mcp@prod"]}"#
    static let automation = """
        {"kind": "Client", "id": "ci", "type": "automation", "description": "Applies", "roles": ["viewer", "auditor"]}
        """

    /// A whole tenant in which everything names something.
    static let everything = [tenant, prod, dev, connector, card, grant, gateway, server, automation]
}

/// - Throws: ``JSONError`` where a test's own text is not JSON.
func json(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

func read(_ text: String) throws -> RegistryResource { try RegistryResource.read(json(text)) }

/// Every violation as `path rule`, in the order found; empty where the document is accepted.
func faults(_ text: String) throws -> [String] {
    do {
        _ = try RegistryResource.read(json(text))
        return []
    } catch let error as JSONViolations {
        return error.violations.map { "\($0.path) \($0.rule)" }
    }
}

/// An acceptable document with one member, named by its pointer, replaced; `nil` takes it away.
func changed(_ text: String, _ pointer: String, to value: String?) throws -> String {
    let tokens = JSONPointer(parsing: pointer)?.tokens ?? []
    let document = try replacing(json(text), tokens[...], with: value.map(json))
    return String(decoding: document.serialized(), as: UTF8.self)
}

private func replacing(_ document: JSONValue, _ tokens: ArraySlice<String>, with value: JSONValue?) -> JSONValue {
    guard let token = tokens.first else { return value ?? .null }
    let rest = tokens.dropFirst()
    switch document {
    case .object(var object):
        object[token] = rest.isEmpty ? value : replacing(object[token] ?? [:], rest, with: value)
        return .object(object)
    case .array(var elements):
        guard let index = Int(token) else { return document }
        if rest.isEmpty, value == nil {
            elements.remove(at: index)
        } else {
            elements[index] = replacing(elements[index], rest, with: value)
        }
        return .array(elements)
    default: return document
    }
}

extension TenantRegistry {
    /// Acme as `texts` have it, at revision 1; unchecked.
    init(_ texts: [String]) throws {
        self.init(tenant: Tenant(id: "acme"), revision: 1)
        for text in texts { put(try read(text)) }
    }

    /// The valid one that most tests start from.
    static func acme() throws -> TenantRegistry { try TenantRegistry(RegistryText.everything) }
}

extension ResourceKey {
    /// Reads the form that ``text`` gives.
    init(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let kind = ResourceKind.allCases.first(where: { $0.rawValue.lowercased() == parts[0] })
        else { preconditionFailure("a literal breaks its own rule") }
        self.init(kind: kind, name: String(parts[1]))
    }
}
