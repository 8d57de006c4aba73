import HallpassCore

extension KeySetSource {
    /// The internet, or this machine where a URL says so.
    package static let network = KeySetSource(OutboundClient())

    init(_ client: OutboundClient, timeout: Duration = .seconds(Limits.keySetFetchSeconds)) {
        self.init { url throws(Failure) in
            let request = OutboundClient.Request(
                method: .get, url: url, headers: [("Accept", "application/jwk-set+json, application/json")],
                timeout: timeout, answerBytes: Limits.keySetBytes)
            let answer: OutboundClient.Answer
            do throws(OutboundClient.Failure) {
                answer = try await client.send(request)
            } catch {
                throw Failure(error)
            }
            guard answer.status == 200 else { throw .notOK }
            return answer.body
        }
    }
}

extension KeySetSource.Failure {
    fileprivate init(_ failure: OutboundClient.Failure) {
        self =
            switch failure {
            case .unresolved: .unresolved
            case .privateAddress: .privateAddress
            case .unreachable: .unreachable
            case .tooSlow: .tooSlow
            case .tooLarge: .tooLarge
            }
    }
}
