import HTTPTypes
import HallpassCore

/// The cookie that a person's browser shows.
///
/// Where the browser comes by TLS it has the prefix that keeps a page of another subdomain, or one that was sent without TLS,
/// from setting it. Source: RFC 6265; draft-ietf-httpbis-rfc6265bis section 4.1.3.2.
struct SessionCookie: Sendable {
    let isSecure: Bool

    private var name: String { isSecure ? "__Host-hallpass_session" : "hallpass_session" }
    private var attributes: String { "Path=/; HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")" }

    /// The field that hands a new session out.
    func field(_ secret: String) -> String {
        "\(name)=\(secret); Max-Age=\(Limits.sessionLifetimeSeconds); \(attributes)"
    }

    /// The field that has the browser forget it.
    var forgetting: String { "\(name)=; Max-Age=0; \(attributes)" }

    /// What opens the session.
    ///
    /// - Returns: `nil` where there is no such cookie.
    /// - Throws: ``HallpassError/invalidClient`` where there are several: which one counts must not depend on who set it.
    func read(_ headers: RequestHeaders) throws(HallpassError) -> String? {
        var found: [String] = []
        for field in headers[values: .cookie] {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let text = String(decoding: pair.drop { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
                if text.hasPrefix("\(name)=") { found.append(String(text.dropFirst(name.count + 1))) }
            }
        }
        guard found.count <= 1 else { throw .invalidClient }
        return found.first
    }
}

/// Keeps other sites' pages from acting in the name of whoever reads them, beyond what `SameSite` keeps out: another port of
/// the same machine is the same site.
struct OriginCheck: Sendable {
    /// The public URL's scheme, host and port.
    let publicOrigin: String
    /// Whether this server itself speaks TLS.
    let hasTLS: Bool

    init(publicURL: String, hasTLS: Bool) {
        // The path of a public URL that has one belongs to no origin.
        let parts = publicURL.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        publicOrigin = parts.prefix(3).joined(separator: "/").lowercased()
        self.hasTLS = hasTLS
    }

    /// Of a request that changes something in a session: nothing that a browser sends by itself has this header, and a page of
    /// ours says where it is from.
    func requireOwnPage(_ headers: RequestHeaders) throws(HallpassError) {
        guard headers[values: .hallpassRequest] == ["1"], headers.contains(.origin) else {
            throw .forbidden(needs: "a session changes nothing without X-Hallpass-Request: 1 and this server's Origin")
        }
        try requireNoOtherPage(headers)
    }

    /// Of a request that may come from anything but a page of another origin.
    func requireNoOtherPage(_ headers: RequestHeaders) throws(HallpassError) {
        let origins = headers[values: .origin]
        let sites = headers[values: .fetchSite]
        guard origins.count <= 1, origins.allSatisfy({ isOwn($0, headers) }), sites.isEmpty || sites == ["same-origin"]
        else { throw .forbidden(needs: "only pages of this server may ask for it") }
    }

    /// The public origin, or the one that the browser itself was sent to.
    private func isOwn(_ origin: String, _ headers: RequestHeaders) -> Bool {
        if origin == publicOrigin { return true }
        guard let authority = headers[.host] else { return false }
        return origin == "\(hasTLS ? "https" : "http")://\(authority.lowercased())"
    }
}

extension HTTPField.Name {
    static let hallpassRequest = literal("X-Hallpass-Request")
    static let fetchSite = literal("Sec-Fetch-Site")
}
