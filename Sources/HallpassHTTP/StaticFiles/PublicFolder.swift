import FoundationEssentials
import HTTPTypes
import HallpassCore
import HallpassCrypto

/// The files of the admin UI, read once at the start.
///
/// A path is looked up and never opened, so no path, however it is written, reaches another file.
struct PublicFolder: Sendable {
    private let files: [String: File]

    private struct File: Sendable {
        let contentType: String
        let bytes: [UInt8]
        /// SHA-256 of the content: the same file has the same tag on every machine.
        let entityTag: String
    }

    /// No files at all.
    init() { files = [:] }

    /// - Parameter path: absolute; links and names that start with a dot are left out.
    init(path: String) throws(HTTPStartError) {
        var files: [String: File] = [:]
        var totalBytes = 0
        do {
            for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() {
                let file = "\(path)/\(name)"
                guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }), Self.isFile(file) else {
                    continue
                }
                let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
                totalBytes += bytes.count
                files["/\(name)"] = File(
                    contentType: Self.contentType(of: name), bytes: bytes,
                    entityTag: "\"\(Base64URL.encode(SHA256.hash(bytes)).prefix(22))\"")
            }
        } catch {
            throw .unreadablePublicFolder(path: path)
        }
        guard totalBytes <= WireLimits.publicFolderBytes else { throw .publicFolderTooLarge(path: path) }
        files["/"] = files["/index.html"]
        self.files = files
    }

    /// The file at this path, for `GET` and `HEAD`.
    func answer(_ target: RequestTarget, _ exchange: Exchange) -> Answer {
        guard let file = files[target.path] else { return exchange.refusal(.notFound) }
        let method = exchange.request.method
        guard method == .get || method == .head else { return exchange.wrongMethod([.get, .head]) }
        return answer(file, exchange.request.headers)
    }

    /// The file at this path, whatever the method; `nil` where there is none.
    func file(_ path: String) -> Answer? { files[path].map { answer($0, [:]) } }

    private func answer(_ file: File, _ headers: RequestHeaders) -> Answer {
        let isKnown = headers[.ifNoneMatch] == file.entityTag
        var answer = Answer(
            isKnown ? .notModified : .ok, contentType: file.contentType, body: isKnown ? [] : file.bytes)
        answer.headers[.cacheControl] = "no-cache"
        answer.headers[.eTag] = file.entityTag
        answer.headers[.contentSecurityPolicy] =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        answer.headers[Self.referrerPolicy] = "no-referrer"
        // Of the content, also where the answer says only that it has not changed.
        answer.headers[.contentLength] = String(file.bytes.count)
        return answer
    }

    private static let referrerPolicy = HTTPField.Name.literal("Referrer-Policy")

    private static func isFile(_ path: String) -> Bool {
        // What has no attributes is no file to serve, whatever else it is.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
