import Foundation
import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// The document is written by hand, so everything in it that the code also knows is held against the code.
struct OpenAPITests {
    private static func document() throws -> JSONObject {
        let file = Repository.folder("Public").appending(path: "openapi.json")
        return try required(try JSONParser.parse([UInt8](try Data(contentsOf: file))).objectValue)
    }

    @Test func `the document and the route table name the same operations`() async throws {
        let paths = try required(try Self.document()["paths"]?.objectValue)
        var documented: Set<String> = []
        for path in paths {
            for operation in try required(path.value.objectValue) {
                documented.insert("\(operation.name.uppercased()) \(path.name)")
            }
        }
        let routes = try await TestServer.run { $0.application.routes.map { "\($0.method) \($0.template)" } }
        #expect(Set(routes) == documented)
        #expect(routes.count == documented.count)
    }

    @Test func `every operation documents the statuses that the edge can give it`() async throws {
        let paths = try required(try Self.document()["paths"]?.objectValue)
        try await TestServer.run { server in
            for route in server.application.routeTable.routes {
                let operation = paths[route.template]?.objectValue?[route.method.rawValue.lowercased()]?.objectValue
                let statuses = Set(try required(operation?["responses"]?.objectValue).members.map(\.name))
                var needed: Set<String> = ["500"]
                if route.event != nil { needed.formUnion(["400", "401", "403", "503"]) }
                switch route.body {
                case .none: break
                case .json, .form, .empty, .optionalJSON: needed.formUnion(["413", "415"])
                }
                if route.template.contains("{tenant}") { needed.formUnion(["404", "410"]) }
                #expect(needed.subtracting(statuses).isEmpty, "\(route.method) \(route.template): \(statuses)")
            }
        }
    }

    @Test func `every operation says who may ask it, and names no parameter twice`() async throws {
        let paths = try required(try Self.document()["paths"]?.objectValue)
        try await TestServer.run { server in
            for route in server.application.routeTable.routes {
                let method = route.method.rawValue.lowercased()
                let operation = try required(paths[route.template]?.objectValue?[method]?.objectValue)
                let ways = (operation["security"]?.arrayValue ?? []).compactMap { $0.objectValue?.members.first?.name }
                let audience: Route.Audience? =
                    if case .audited(let audience, _, _) = route.handler { audience } else { nil }
                let isForClients = audience == .clients || audience == .admins
                let isForPeople = audience == .people || audience == .admins
                #expect(ways.contains("basic") == isForClients, "\(route.method) \(route.template)")
                #expect(ways.contains("session") == isForPeople, "\(route.method) \(route.template)")
                let parameters = (operation["parameters"]?.arrayValue ?? []).compactMap { parameter in
                    parameter.objectValue?["name"]?.stringValue ?? parameter.objectValue?["$ref"]?.stringValue
                }
                #expect(Set(parameters).count == parameters.count, "\(route.method) \(route.template)")
            }
        }
    }

    @Test func `every reference leads somewhere, and nothing is defined for nobody`() throws {
        let document = try Self.document()
        var references: Set<String> = []
        Self.collect(.object(document), into: &references)
        for reference in references {
            let pointer = try required(JSONPointer(parsing: String(reference.dropFirst())))
            #expect(pointer.resolve(in: .object(document)) != nil, "\(reference)")
        }
        let components = try required(document["components"]?.objectValue)
        for group in components where group.name != "securitySchemes" {
            for member in try required(group.value.objectValue) {
                #expect(
                    references.contains("#/components/\(group.name)/\(member.name)"), "\(group.name) \(member.name)")
            }
        }
    }

    @Test func `every object schema is closed or says that it is open`() throws {
        let document = try Self.document()
        var openObjects: [String] = []
        Self.walk(.object(document), at: .root) { object, pointer in
            guard object["type"]?.stringValue == "object", object["properties"] != nil else { return }
            if object["additionalProperties"] == nil { openObjects.append(pointer.description) }
        }
        #expect(openObjects == [])
    }

    @Test func `the closed sets of words are the code's own`() throws {
        let document = try Self.document()
        func words(_ path: String) throws -> [String] {
            let pointer = try required(JSONPointer(parsing: path))
            let words = try required(pointer.resolve(in: .object(document))?.arrayValue)
            return words.compactMap(\.stringValue)
        }
        let schemas = "/components/schemas"
        #expect(try words("\(schemas)/Error/properties/code/anyOf/0/enum") == ErrorCode.wireCases.map(\.rawValue))
        #expect(try words("\(schemas)/AuditRecord/properties/event/enum") == AuditEvent.allCases.map(\.rawValue))
        #expect(try words("\(schemas)/AuditRecord/properties/decision/enum") == AuditDecision.allCases.map(\.rawValue))
        #expect(
            try words("\(schemas)/RevocationDimension/enum")
                == RevocationDimension.allCases.map(\.rawValue))
        #expect(
            try words("\(schemas)/TokenTrial/properties/checks/items/properties/check/enum")
                == ProofCheck.allCases.map(\.rawValue))
        #expect(
            try words("\(schemas)/AuditRecord/properties/proof_check/enum") == ProofCheck.allCases.map(\.rawValue))
        #expect(
            try words("\(schemas)/Issuer/properties/algorithms/items/enum")
                == SignatureAlgorithm.allCases.map(\.rawValue))
        #expect(
            try words("\(schemas)/IdentityToken/properties/token_type/enum")
                == IdentityTokenType.allCases.map(\.rawValue))
        #expect(
            try words("\(schemas)/Person/properties/permissions/items/enum")
                == Permission.allCases.map(\.rawValue).sorted())
        #expect(
            Set(try words("\(schemas)/Error/properties/suggested_action/anyOf/0/enum"))
                == Set(ErrorCode.allCases.map(\.suggestedAction)))
        #expect(
            Set(try words("\(schemas)/OAuthErrorAnswer/properties/error/enum"))
                == Set(ErrorCode.allCases.map(\.oauthError.text) + ["unsupported_grant_type"]))
        #expect(
            Set(try words("\(schemas)/Client/oneOf/2/properties/roles/items/enum"))
                == Set(Role.allCases.map(\.rawValue)))
    }

    @Test(arguments: [
        ("/components/schemas/Identifier/maxLength", Limits.identifierBytes),
        ("/components/schemas/Subject/maxLength", Limits.subjectBytes),
        ("/components/schemas/ToolName/maxLength", Limits.toolNameBytes),
        ("/components/schemas/TransactionID/maxLength", Limits.transactionIDBytes),
        ("/components/schemas/Resource/maxLength", Limits.resourceBytes),
        ("/components/schemas/BatchRequest/properties/items/maxItems", Limits.mintsPerBatch),
        ("/components/schemas/ApplyRequest/properties/documents/maxItems", Limits.documentsPerApply),
        ("/components/schemas/VerifyRequest/properties/idempotency_key/maxLength", Limits.subjectBytes),
        ("/components/schemas/MintRequest/properties/expires_in/maximum", Int(Limits.tokenLifetimeSeconds.upperBound)),
        ("/components/schemas/RateLimit/properties/calls/maximum", Int(Limits.rateLimitCalls.upperBound)),
        ("/components/schemas/RateLimit/properties/seconds/maximum", Int(Limits.rateLimitSeconds.upperBound)),
        ("/components/schemas/MintRequest/properties/actor/anyOf/0/properties/groups/maxItems", Limits.groupsPerActor),
        ("/components/schemas/IdentityToken/properties/token/maxLength", Limits.identityTokenBytes),
        ("/components/schemas/Issuer/properties/audiences/maxItems", Limits.audiencesPerIssuer),
        ("/components/schemas/Issuer/properties/claims/properties/prefix/maxLength", Limits.identityPrefixBytes),
        (
            "/components/schemas/Issuer/properties/max_age_seconds/maximum",
            Int(Limits.identityTokenAgeSeconds.upperBound)
        ),
        ("/components/schemas/KeySet/properties/keys/maxItems", Limits.keysPerIssuer),
        ("/components/parameters/limit/schema/maximum", Limits.pageSize.upperBound),
        ("/components/schemas/SignInRequest/properties/password/maxLength", Limits.passwordBytes.upperBound),
        ("/components/schemas/Session/properties/user_agent/maxLength", Limits.userAgentBytes),
    ])
    func `a maximum in the document is the product's`(path: String, limit: Int) throws {
        let value = try required(JSONPointer(parsing: path)).resolve(in: .object(try Self.document()))
        #expect(value?.integerValue == Int64(limit))
    }

    private static func collect(_ value: JSONValue, into references: inout Set<String>) {
        walk(value, at: .root) { object, _ in
            if let reference = object["$ref"]?.stringValue { references.insert(reference) }
        }
    }

    private static func walk(_ value: JSONValue, at pointer: JSONPointer, _ visit: (JSONObject, JSONPointer) -> Void) {
        switch value {
        case .object(let object):
            visit(object, pointer)
            for member in object { walk(member.value, at: pointer.appending(member.name), visit) }
        case .array(let elements):
            for (index, element) in elements.enumerated() { walk(element, at: pointer.appending(index), visit) }
        case .null, .bool, .integer, .number, .string: break
        }
    }
}
