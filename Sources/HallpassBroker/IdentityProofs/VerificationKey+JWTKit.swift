import HallpassCore
import HallpassCrypto
import JWTKit
import StrictJSON

extension VerificationKey {
    /// Has the library make a key of what was read.
    ///
    /// - Returns: `nil` for numbers that are no key of their kind, such as a point that is not on the curve.
    init?(_ key: JSONWebKey) async {
        // Which of its rules the numbers break is the library's to know; here they are no key.
        guard let algorithm = try? await Self.algorithm(for: key.material) else { return nil }
        self.init(id: key.id, algorithm: key.algorithm) { signature, signed in
            // The library throws for a signature that is none of this algorithm's, which is one that does not match.
            (try? algorithm.verify(signature, signs: signed)) ?? false
        }
    }

    private static func algorithm(for material: JSONWebKey.Material) async throws -> any JWTAlgorithm {
        let keys = JWTKeyCollection()
        switch material {
        case .rsa(let modulus, let exponent):
            let key = try Insecure.RSA.PublicKey(
                modulus: Base64URL.encode(modulus), exponent: Base64URL.encode(exponent))
            await keys.add(rsa: key, digestAlgorithm: .sha256)
        case .p256(let x, let y):
            await keys.add(
                ecdsa: try ES256PublicKey(parameters: (x: Base64URL.encode(x), y: Base64URL.encode(y))))
        case .ed25519(let x):
            await keys.add(eddsa: try EdDSA.PublicKey(x: Base64URL.encode(x), curve: .ed25519))
        }
        return try await keys.getKey()
    }
}

extension VerificationKeys {
    /// Those of the keys that are keys.
    init(_ keys: [JSONWebKey]) async {
        var usable: [VerificationKey] = []
        for key in keys {
            if let key = await VerificationKey(key) { usable.append(key) }
        }
        self.init(usable)
    }
}

extension TenantRegistry {
    /// Where its issuers publish their keys.
    var keySetURLs: Set<OutboundURL> {
        Set(
            issuers.values.compactMap { issuer in
                guard case .published(let url) = issuer.keySource else { return nil }
                return url
            })
    }
}

extension Broker {
    /// The keys to hold a token of this issuer against.
    ///
    /// - Throws: ``HallpassError/unavailable`` where the issuer's keys cannot be had: then nothing is known of its token.
    func keys(
        of issuer: Issuer, for id: KeyName?, in snapshot: TenantSnapshot, _ tenant: TenantID
    ) async throws(ProofFailure) -> VerificationKeys {
        switch issuer.keySource {
        case .inline: return snapshot.issuerKeys[issuer.id] ?? .none
        case .published(let url):
            do throws(KeySetSource.Failure) {
                return try await publishedKeys.keys(at: url, of: tenant, for: id)
            } catch {
                throw ProofFailure(.key, .unavailable, because: error.reason)
            }
        }
    }

    /// The keys that issuers are registered with, made ready once for all the tokens to come.
    func issuerKeys(of registry: TenantRegistry) async -> [IssuerID: VerificationKeys] {
        var ready: [IssuerID: VerificationKeys] = [:]
        for issuer in registry.issuers.values {
            guard case .inline(let keys) = issuer.keySource else { continue }
            ready[issuer.id] = await VerificationKeys(keys)
        }
        return ready
    }

    /// Refuses keys that look like keys and are none, before they are registered.
    ///
    /// - Parameter pointer: where the request has the document of a resource.
    func checkIssuerKeys(
        in plan: RegistryPlan, at pointer: (ResourceKey) -> JSONPointer
    ) async throws(HallpassError) {
        var violations: [JSONViolation] = []
        for change in plan.changes {
            guard case .issuer(let issuer) = change.after, case .inline(let keys) = issuer.keySource else { continue }
            let place = pointer(change.key).appending("jwks").appending("keys")
            for (index, key) in keys.enumerated() where await VerificationKey(key) == nil {
                violations.append(
                    JSONViolation(
                        path: place.appending(index).description, rule: "key", message: "is not a public key"))
            }
        }
        guard violations.isEmpty else { throw .invalidRequest(violations) }
    }
}
