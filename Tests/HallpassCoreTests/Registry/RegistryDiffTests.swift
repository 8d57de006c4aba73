import HallpassCore
import StrictJSON
import Testing

struct `A registry diff` {
    @Test func `of a registry and itself is empty`() throws {
        let diff = try RegistryDiff(from: .acme(), to: .acme())
        #expect(diff.isEmpty)
        #expect(try diff.json == json(#"{"from": 1, "to": 1, "changes": []}"#))
    }

    @Test func `shows each change with what it was and is`() throws {
        var before = try TenantRegistry([RegistryText.dev, RegistryText.gateway])
        before.revision = 4
        var after = try TenantRegistry([RegistryText.prod, changed(RegistryText.dev, "/description", to: "\"Ours\"")])
        after.revision = 6
        #expect(
            try RegistryDiff(from: before, to: after).json
                == json(
                    """
                    {"from": 4, "to": 6, "changes": [
                      {"op": "update", "kind": "Environment", "name": "dev",
                       "members": [{"pointer": "/description", "after": "Ours"}]},
                      {"op": "create", "kind": "Environment", "name": "prod",
                       "members": [{"pointer": "", "after": \(RegistryText.prod)}]},
                      {"op": "delete", "kind": "Client", "name": "gate",
                       "members": [{"pointer": "", "before": \(RegistryText.gateway)}]}]}
                    """))
    }

    @Test func `counts the tenant itself as registered from revision 1 on`() {
        let none = TenantRegistry(tenant: Tenant(id: "acme"))
        let some = TenantRegistry(tenant: Tenant(id: "acme"), revision: 1)
        #expect(RegistryDiff(from: none, to: some).changes.map(\.operation) == [.create])
        #expect(RegistryDiff(from: some, to: none).changes.map(\.operation) == [.delete])
        #expect(RegistryDiff(from: none, to: none).isEmpty)
    }

    @Test(arguments: [
        ("/resource", "\"a:b\"", ["/resource"]),
        ("/owner", nil, ["/owner"]),
        ("/tools/0/effect", "\"write\"", ["/tools/find_contact/effect"]),
        ("/tools/0", nil, ["/tools/find_contact"]),
        ("/tools/2/name", "\"zap\"", ["/tools/delete_contact", "/tools/zap"]),
        ("/tools/0/description", "\"new\"", ["/tools/find_contact/description"]),
        ("/tools/0/scopes", "[\"b\", \"a\"]", ["/tools/find_contact/scopes"]),
        ("/tools", "[]", ["/tools/find_contact", "/tools/add_note", "/tools/delete_contact"]),
        (
            "/tools/1/input_schema/properties/visibility/enum/1", "\"public\"",
            ["/tools/add_note/input_schema/properties/visibility/enum"]
        ),
        ("/tools/1/input_schema/properties/a~1b", "{}", ["/tools/add_note/input_schema/properties/a~1b"]),
    ])
    func `goes down to the member that changed, and to tools by name`(
        pointer: String, value: String?, expected: [String]
    ) throws {
        let change = try RegistryChange(
            before: read(RegistryText.connector), after: read(changed(RegistryText.connector, pointer, to: value)))
        #expect(change.operation == .update)
        #expect(change.members.map(\.pointer.description) == expected)
    }

    @Test func `tells that only the order of the tools changed`() throws {
        guard case .connector(let connector) = try read(RegistryText.connector) else { return }
        let turned = Connector(
            id: connector.id, resource: connector.resource, owner: connector.owner,
            description: connector.description, tools: connector.tools.reversed())
        let change = RegistryChange(before: .connector(connector), after: .connector(turned))
        #expect(
            change.members == [
                MemberChange(
                    pointer: JSONPointer(tokens: ["tools"]), before: ["find_contact", "add_note", "delete_contact"],
                    after: ["delete_contact", "add_note", "find_contact"])
            ])
    }

    @Test func `is not bothered by the order of members in a schema`() throws {
        let tool = { (schema: String) throws in
            try read(
                #"{"kind":"Connector","id":"c","resource":"a:b","tools":[{"name":"t","effect":"read","input_schema":\#(schema)}]}"#
            )
        }
        let change = try RegistryChange(
            before: tool(#"{"type": "object", "minProperties": 1}"#),
            after: tool(#"{"minProperties": 1.0, "type": "object"}"#))
        #expect(change.members == [])
    }
}
