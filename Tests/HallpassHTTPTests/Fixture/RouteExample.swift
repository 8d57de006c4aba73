import HTTPTypes
import HallpassCore
import StrictJSON

@testable import HallpassHTTP

/// A route with a path that names what is there in tenant acme, and the client that may ask.
struct RouteExample: Sendable {
    let route: Route

    /// For a failure's own words.
    var testDescription: String { "\(route.method.rawValue) \(route.template)" }

    /// Every route that a client may ask.
    static func all(_ server: TestServer) -> [RouteExample] {
        audited(server).filter { $0.route.audience == .clients || $0.route.audience == .admins }
    }

    /// Every route but those for everyone.
    static func audited(_ server: TestServer) -> [RouteExample] {
        server.application.routeTable.routes.filter { $0.event != nil }.map(RouteExample.init)
    }

    func path(tenant: String = "acme") -> String {
        var path = route.template.replacing("{tenant}", with: tenant).replacing("{revision}", with: "1")
            .replacing("{secret}", with: "AAAAAAAAAAAA").replacing("{call_id}", with: "AAAAAAAAAAAAAAAAAAAAAA")
            .replacing("{approval_id}", with: "AAAAAAAAAAAAAAAAAAAAAA")
            .replacing("{session}", with: "AAAAAAAAAAAA").replacing("{username}", with: "vera")
            .replacing("{cutoff}", with: "1")
        let name =
            switch true {
            case path.contains("/environments/"): "dev"
            case path.contains("/connectors/"): "crm-mcp"
            case path.contains("/deployments/"): "crm-mcp@prod"
            case path.contains("/grants/"): "alice-crm"
            case path.contains("/issuers/"): "corp"
            case path.contains("/credentials/"): "crm-key"
            default: "viewer"
            }
        path = path.replacing("{name}", with: name)
        return path
    }

    /// Its name among the clients of the fixture's tenants.
    var client: String {
        switch route.event {
        case .mint, .toolsRead: "gateway"
        case .verify, .outcome, .introspect, .revokeToken, .credentialIssue: "crm-server"
        default: "admin"
        }
    }

    var isForm: Bool {
        if case .form = route.body { return true }
        return false
    }

    var isJSON: Bool {
        if case .json = route.body { return true }
        return false
    }

    var bodyLimitBytes: Int {
        if case .json(let limitBytes) = route.body { return limitBytes }
        return Limits.requestBodyBytes
    }

    /// The record of a refusal lies in the chain of the client's tenant.
    var isOfTenant: Bool { route.template.contains("{tenant}") }
}

extension Route {
    var audience: Audience? {
        switch handler {
        case .open: nil
        case .audited(let audience, _, _): audience
        }
    }
}
