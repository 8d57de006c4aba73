import AsyncHTTPClient
import HallpassCore
import NIOCore
import NIOHTTP1
import NIOPosix

extension KeySetSource {
    /// The internet, or this machine where a URL says so.
    ///
    /// The name is resolved once, every address it has is judged, and the connection goes to one that was judged: a name that
    /// leads elsewhere a moment later changes nothing. Certificates are checked against the name. A redirect, which could
    /// lead to a place that nobody judged, is not followed, and no proxy is used.
    package static let network = KeySetSource { url throws(Failure) in
        try await withDeadline { () throws(Failure) in
            let addresses = try await judgedAddresses(of: url)
            var failure = Failure.unreachable
            // One of each family, because a machine may have a name for its way into a network and no way.
            for address in [addresses.first, addresses.first { $0.bytes.count != addresses[0].bytes.count }] {
                guard let address else { continue }
                do throws(Failure) {
                    return try await get(url, at: address)
                } catch {
                    failure = error
                    guard error == .unreachable else { break }
                }
            }
            throw failure
        }
    }

    private static func judgedAddresses(of url: KeySetURL) async throws(Failure) -> [NetworkAddress] {
        let addresses: [NetworkAddress]
        do {
            addresses = try await NIOThreadPool.singleton.runIfActive { NetworkAddress.resolve(url.host) }
        } catch {
            throw .unresolved
        }
        guard !addresses.isEmpty else { throw .unresolved }
        guard addresses.allSatisfy({ url.isLoopback ? $0.isLoopback : $0.isPublic }) else { throw .privateAddress }
        return addresses
    }

    private static func get(_ url: KeySetURL, at address: NetworkAddress) async throws(Failure) -> [UInt8] {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [url.host: address.text]
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(Limits.keySetFetchSeconds)
        configuration.connectionPool.retryConnectionEstablishment = false
        // One for each fetch, because the address is fixed in it; fetches are minutes apart.
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result = await result(of: url, from: http)
        // The set is here or it is not; a connection that does not close cleanly changes nothing.
        try? await http.shutdown()
        return try result.get()
    }

    private static func result(of url: KeySetURL, from http: HTTPClient) async -> Result<[UInt8], Failure> {
        do {
            var request = HTTPClientRequest(url: url.text)
            request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
            request.headers.add(name: "User-Agent", value: "hallpass")
            let response = try await http.execute(request, timeout: .seconds(Limits.keySetFetchSeconds))
            guard response.status == .ok else { return .failure(.notOK) }
            let body = try await response.body.collect(upTo: Limits.keySetBytes)
            return .success(Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            return .failure(.tooLarge)
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout {
            return .failure(.tooSlow)
        } catch {
            return .failure(Task.isCancelled ? .tooSlow : .unreachable)
        }
    }

    /// An answer that trickles in is cut off as well as one that does not begin.
    private static func withDeadline(
        _ fetch: @escaping @Sendable () async throws(Failure) -> [UInt8]
    ) async throws(Failure) -> [UInt8] {
        let result = await withTaskGroup(of: Result<[UInt8], Failure>.self) { group in
            group.addTask {
                do throws(Failure) {
                    return .success(try await fetch())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                // It ends early only because the other was first.
                try? await Task.sleep(for: .seconds(Limits.keySetFetchSeconds))
                return .failure(.tooSlow)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.tooSlow)
        }
        return try result.get()
    }
}
