import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// One kind of resource after the other: list, show, put, delete.
struct ResourceRoutes {
    let broker: Broker

    var routes: [Route] {
        ResourceKind.allCases.filter { $0 != .tenant }.flatMap { kind in
            let collection = "/v1/tenants/{tenant}/\(kind.collection)"
            let one = "\(collection)/{name}"
            return [
                Route(.get, collection, .adminRead) { try await list(kind, $0) },
                Route(.get, one, .adminRead) { try await show(kind, $0) },
                Route(.put, one, .registryChange, .json(limitBytes: Limits.requestBodyBytes)) {
                    try await put(kind, $0)
                },
                Route(.delete, one, .registryChange) { try await delete(kind, $0) },
            ]
        }
    }

    private func list(_ kind: ResourceKind, _ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let (page, filter) = try call.query { reader in
            (Page(reading: reader), ResourceFilter(reading: reader, of: kind))
        }
        let rows = try broker.registry(by: admin).resources(kind).filter { resource in
            page.after.map { $0 < resource.key.name } ?? true && filter.admits(resource)
        }
        return page.answer(rows, key: \.key.name, \.json)
    }

    private func show(_ kind: ResourceKind, _ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        guard let resource = try broker.registry(by: admin).resource(try call.key(kind)) else {
            throw HallpassError.notFound
        }
        return Answer(resource: resource)
    }

    private func put(_ kind: ResourceKind, _ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        try call.requireNoQuery()
        let key = try call.key(kind)
        let answer = try await broker.put(
            call.document, at: key, if: try call.changeCondition(), by: admin, call.context)
        return Answer(put: answer, at: key)
    }

    private func delete(_ kind: ResourceKind, _ call: Call) async throws -> Answer {
        let admin = try call.admin(broker)
        let cascade = try call.query { reader in Optional(reader.optionalFlag("cascade")) }
        let answer = try await broker.delete(
            try call.key(kind), cascade: cascade, if: try call.changeCondition(), by: admin, call.context)
        return Answer(deletion: answer)
    }
}

extension Call {
    /// The resource that the path names.
    func key(_ kind: ResourceKind) throws(HallpassError) -> ResourceKey {
        try parameter("name") { text in
            switch kind {
            case .deployment:
                DeploymentID(text).map { ResourceKey(kind: kind, name: $0.text) }
            case .tenant, .environment, .connector, .grant, .client, .issuer:
                // All of these share one alphabet.
                ConnectorID(text).map { ResourceKey(kind: kind, name: $0.rawValue) }
            }
        }
    }

    /// `If-Match` and `If-None-Match`. Source: RFC 9110 sections 13.1.1 and 13.1.2, of which the forms are taken that a
    /// change of one resource needs.
    func changeCondition() throws(HallpassError) -> ChangeCondition {
        switch (headers[.ifMatch], headers[.ifNoneMatch]) {
        case (nil, nil): return .none
        case (nil, "*"): return .absent
        case (let tag?, nil):
            if tag == "*" { return .matches("*") }
            let bytes = Array(tag.utf8)
            guard bytes.count > 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\""),
                !bytes.dropFirst().dropLast().contains(UInt8(ascii: "\""))
            else { throw .invalidRequest(path: "", rule: "if_match", message: "must carry one quoted tag in If-Match") }
            return .matches(String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self))
        case (nil, _?):
            throw .invalidRequest(path: "", rule: "if_none_match", message: "takes no If-None-Match but *")
        case (_?, _?):
            throw .invalidRequest(path: "", rule: "if_match", message: "takes If-Match or If-None-Match, not both")
        }
    }
}
