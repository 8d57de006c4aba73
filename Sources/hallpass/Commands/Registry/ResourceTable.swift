import StrictJSON

/// The columns in which each kind is shown.
enum ResourceTable {
    static func tenants(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("TENANT", "DISPLAY NAME")
        for item in items { table.append(item.text("id"), item.text("display_name")) }
        return table
    }

    static func environments(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("ENVIRONMENT", "PROTECTED", "DESCRIPTION")
        for item in items {
            table.append(item.text("id"), item["protected"]?.boolValue == true ? "yes" : "no", item.text("description"))
        }
        return table
    }

    static func connectors(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("CONNECTOR", "RESOURCE", "OWNER", "TOOLS")
        for item in items {
            let tools = (item["tools"]?.arrayValue ?? []).map { "\($0.text("name")) (\($0.text("effect")))" }
            table.append(item.text("id"), item.text("resource"), item.text("owner"), tools.joined(separator: ", "))
        }
        return table
    }

    static func deployments(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("DEPLOYMENT", "AUTH", "TTL", "SCOPES", "TOOLS ALLOWED")
        for item in items {
            let auth = item["auth"] ?? .null
            table.append(
                "\(item.text("server"))@\(item.text("environment"))", auth.text("mode"),
                "\(auth.text("token_ttl_seconds")) s", auth.list("scopes"),
                item["tools_allow"] == nil ? "(read tools)" : item.list("tools_allow"))
        }
        return table
    }

    static func grants(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("GRANT", "SUBJECT", "DEPLOYMENT", "SCOPES", "TOOLS", "EXPIRES")
        for item in items {
            table.append(
                item.text("id"), item.text("subject"), "\(item.text("connector"))@\(item.text("environment"))",
                item.list("scopes"), item["tools"] == nil ? "(any)" : item.list("tools"),
                item["expires_at"] == nil ? "never" : item.text("expires_at"))
        }
        return table
    }

    static func clients(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("CLIENT", "TYPE", "MAY", "DESCRIPTION")
        for item in items {
            let may = [
                item["assert_actors"]?.boolValue == true ? "assert actors" : "", item.list("deployments"),
                item.list("roles"),
            ]
            table.append(
                item.text("id"), item.text("type"), may.first { !$0.isEmpty } ?? "", item.text("description"))
        }
        return table
    }

    static func issuers(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("ISSUER", "URL", "AUDIENCES", "ALGORITHMS", "KEYS")
        for item in items {
            let keyCount = item["jwks"]?["keys"]?.arrayValue?.count
            table.append(
                item.text("id"), item.text("issuer"), item.list("audiences"), item.list("algorithms"),
                keyCount.map { "\($0) inline" } ?? item.text("jwks_url"))
        }
        return table
    }

    static func revisions(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("REVISION", "TIME", "AUTHOR", "CHANGES", "SUMMARY")
        for item in items {
            table.append(
                item.text("revision"), item.text("time"), item.text("author"), item.text("changes"),
                item.text("summary"))
        }
        return table
    }

    static func revocations(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("TIME", "DIMENSION", "ID", "CUTOFF", "REASON")
        for item in items {
            table.append(
                item.text("time"), item.text("dimension"), item.text("id"), item.text("cutoff"), item.text("reason"))
        }
        return table
    }

    static func disabled(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("TIME", "DIMENSION", "ID", "BY", "REASON")
        for item in items {
            table.append(
                item.text("time"), item.text("dimension"), item.text("id"), item.text("author"), item.text("reason"))
        }
        return table
    }

    /// Everything a revision holds.
    static func documents(_ items: [JSONValue]) -> TextTable {
        var table = TextTable("KIND", "NAME")
        for item in items {
            let isCard = item["server"] != nil
            table.append(
                isCard ? "Deployment" : item.text("kind"),
                isCard ? "\(item.text("server"))@\(item.text("environment"))" : item.text("id"))
        }
        return table
    }
}

extension JSONValue {
    /// A member of an object.
    subscript(_ name: String) -> JSONValue? { objectValue?[name] }

    /// A member as text; empty where there is none.
    func text(_ name: String) -> String {
        switch self[name] {
        case .string(let text): text
        case .integer, .number, .bool: String(decoding: self[name]?.serialized() ?? [], as: UTF8.self)
        case .null, .array, .object, nil: ""
        }
    }

    /// A member that is a list of names, in one cell.
    func list(_ name: String) -> String {
        (self[name]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ", ")
    }
}
