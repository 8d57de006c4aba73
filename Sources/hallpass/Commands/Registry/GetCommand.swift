import ArgumentParser
import HallpassCore
import StrictJSON

struct GetCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show what is registered.",
        discussion: """
            KIND is one of: \(GetKind.words). A deployment's name is CONNECTOR@ENVIRONMENT. What -o yaml prints, \
            hallpass apply takes back.

            Example:
              hallpass get connectors --tenant acme
              hallpass get deployment crm-mcp@prod --tenant acme -o yaml
              hallpass get revision 3 --tenant acme -o json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, yaml, table
    }

    @Argument(help: "What kind of thing, singular or plural.")
    var kind: GetKind

    @Argument(help: "Which one. Else all of them.")
    var name: String?

    @Option(name: [.customShort("o"), .long], help: "table, json or yaml. Else table.")
    var output: Format?

    @Option(help: "Only those whose name has this in it.")
    var search: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        if client.isJSON, let output, output != .json { throw ValidationError("--json and -o \(output) differ.") }
        if name != nil, search != nil { throw ValidationError("--search is about several, and NAME is one.") }
        if search != nil, !kind.isSearchable { throw ValidationError("--search does not go with \(kind.rawValue).") }
        if name != nil, kind == .revocation || kind == .disabled {
            throw ValidationError("\(kind.plural) are a list only: there is no NAME to show.")
        }
    }

    func perform() async throws {
        let settings = try client.settings()
        let path = try kind.path(settings, name: name)
        let items = try await APIClient.with(settings) { api in
            guard name == nil else {
                return [JSONValue.object(try await api.send(APIRequest(method: .get, path: path)))]
            }
            let query = search.map { [("q", $0)] } ?? []
            return try await api.all(APIRequest(method: .get, path: path, query: query), isPaged: kind != .tenant)
        }
        try show(items)
    }

    private func show(_ items: [JSONValue]) throws {
        switch output ?? (client.isJSON ? .json : .table) {
        case .json:
            try StandardOutput.writeJSON(name == nil ? ["items": .array(items)] : items[0])
        case .yaml:
            let documents = kind == .revision && name != nil ? items[0].documents : items
            try StandardOutput.write(Array(try YAMLText.write(documents).utf8))
        case .table:
            let rows = kind == .revision && name != nil ? items[0].documents : items
            let table = kind == .revision && name != nil ? ResourceTable.documents(rows) : kind.table(rows)
            try StandardOutput.writeLine(table.text ?? "None.")
        }
    }
}

extension JSONValue {
    /// What a revision holds.
    fileprivate var documents: [JSONValue] { objectValue?["documents"]?.arrayValue ?? [] }
}

/// What can be shown, by the words people use for it.
enum GetKind: String, ExpressibleByArgument, CaseIterable {
    case tenant, environment, connector, deployment, grant, client, issuer, revision, revocation, disabled

    /// Takes the plural as well.
    init?(argument: String) {
        let word = argument.lowercased()
        guard let kind = Self.allCases.first(where: { word == $0.rawValue || word == $0.plural }) else { return nil }
        self = kind
    }

    static var allValueStrings: [String] { allCases.map(\.plural) }
    static var words: String { allValueStrings.joined(separator: ", ") }

    var plural: String { self == .disabled ? rawValue : "\(rawValue)s" }

    var isSearchable: Bool {
        switch self {
        case .environment, .connector, .deployment, .grant, .client, .issuer: true
        case .tenant, .revision, .revocation, .disabled: false
        }
    }

    fileprivate func path(_ settings: ClientSettings, name: String?) throws -> [String] {
        let collection: [String] =
            switch self {
            case .tenant: ["v1", "tenants"]
            case .environment, .connector, .deployment, .grant, .client, .issuer, .revision, .revocation, .disabled:
                ["v1", "tenants", try settings.requireTenant().rawValue, plural]
            }
        return collection + (name.map { [$0] } ?? [])
    }

    fileprivate func table(_ items: [JSONValue]) -> TextTable {
        switch self {
        case .tenant: ResourceTable.tenants(items)
        case .environment: ResourceTable.environments(items)
        case .connector: ResourceTable.connectors(items)
        case .deployment: ResourceTable.deployments(items)
        case .grant: ResourceTable.grants(items)
        case .client: ResourceTable.clients(items)
        case .issuer: ResourceTable.issuers(items)
        case .revision: ResourceTable.revisions(items)
        case .revocation: ResourceTable.revocations(items)
        case .disabled: ResourceTable.disabled(items)
        }
    }
}
