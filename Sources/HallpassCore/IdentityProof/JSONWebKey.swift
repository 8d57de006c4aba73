import HallpassCrypto
import StrictJSON

/// A public key that signatures can be checked with, as an identity provider writes it.
///
/// Source: RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2.
package struct JSONWebKey: Hashable, Sendable {
    package enum Material: Hashable, Sendable {
        /// Both big-endian, without leading zeros.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// 32 bytes each.
        case p256(x: [UInt8], y: [UInt8])
        /// 32 bytes.
        case ed25519([UInt8])
    }

    /// `kid`.
    package let id: KeyName?
    package let material: Material

    /// The one algorithm that a key of this kind is good for here.
    package var algorithm: SignatureAlgorithm {
        switch material {
        case .rsa: .rs256
        case .p256: .es256
        case .ed25519: .edDSA
        }
    }

    /// What is wrong with a key, at which of its members.
    struct Fault: Error {
        let member: StaticString
        let rule: StaticString
        let message: StaticString
    }

    /// Reads the members that matter; others, such as certificates, are allowed and ignored, as the RFC has it.
    init(_ object: JSONObject) throws(Fault) {
        guard let type = object["kty"]?.stringValue else {
            throw Fault(member: "kty", rule: "required", message: "is required, a string")
        }
        // The members that only private and shared keys have. Source: RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
        guard type != "oct", object["k"] == nil else {
            throw Fault(
                member: "kty", rule: "key",
                message: "must not be a shared secret: whoever checks signatures with it could make them")
        }
        guard !["d", "p", "q", "dp", "dq", "qi", "oth"].contains(where: object.contains) else {
            throw Fault(member: "d", rule: "key", message: "must not be here: only the public key is wanted")
        }
        material =
            switch type {
            case "RSA": try Self.rsa(object)
            case "EC": try Self.p256(object)
            case "OKP": try Self.ed25519(object)
            default: throw Fault(member: "kty", rule: "choice", message: "must be one of: RSA, EC, OKP")
            }
        id = try Self.id(object)
        try checkPurpose(object)
    }

    private static func id(_ object: JSONObject) throws(Fault) -> KeyName? {
        guard let value = object["kid"] else { return nil }
        guard let id = value.stringValue.flatMap(KeyName.init) else {
            throw Fault(member: "kid", rule: "format", message: "must be 1 to 255 bytes without control characters")
        }
        return id
    }

    private func checkPurpose(_ object: JSONObject) throws(Fault) {
        guard object["use"].map({ $0 == "sig" }) ?? true else {
            throw Fault(member: "use", rule: "choice", message: "must be sig, or be left out")
        }
        guard object["key_ops"].map({ $0.arrayValue?.contains("verify") ?? false }) ?? true else {
            throw Fault(member: "key_ops", rule: "choice", message: "must have verify among them, or be left out")
        }
        guard object["alg"].map({ $0.stringValue == algorithm.rawValue }) ?? true else {
            throw Fault(
                member: "alg", rule: "choice",
                message: "must be RS256 for RSA, ES256 for P-256 and EdDSA for Ed25519, or be left out")
        }
    }

    private static func rsa(_ object: JSONObject) throws(Fault) -> Material {
        guard let modulus = integer(object["n"]), Limits.rsaKeyBits.contains(bitCount(modulus)) else {
            throw Fault(member: "n", rule: "range", message: "must be base64url of a modulus of 2048 to 8192 bits")
        }
        // An even exponent, and 1, sign nothing; past 32 bits no key in use has one.
        guard let exponent = integer(object["e"]), (1...4).contains(exponent.count), exponent != [1],
            exponent.last.map({ $0 & 1 == 1 }) ?? false
        else { throw Fault(member: "e", rule: "range", message: "must be base64url of an odd exponent from 3 to 2^32") }
        return .rsa(modulus: modulus, exponent: exponent)
    }

    private static func p256(_ object: JSONObject) throws(Fault) -> Material {
        guard object["crv"] == "P-256" else {
            throw Fault(member: "crv", rule: "choice", message: "must be P-256 for EC")
        }
        guard let x = bytes(object["x"]), x.count == 32 else {
            throw Fault(member: "x", rule: "length", message: "must be base64url of 32 bytes")
        }
        guard let y = bytes(object["y"]), y.count == 32 else {
            throw Fault(member: "y", rule: "length", message: "must be base64url of 32 bytes")
        }
        return .p256(x: x, y: y)
    }

    private static func ed25519(_ object: JSONObject) throws(Fault) -> Material {
        guard object["crv"] == "Ed25519" else {
            throw Fault(member: "crv", rule: "choice", message: "must be Ed25519 for OKP")
        }
        guard let x = bytes(object["x"]), x.count == 32 else {
            throw Fault(member: "x", rule: "length", message: "must be base64url of 32 bytes")
        }
        return .ed25519(x)
    }

    private static func bytes(_ value: JSONValue?) -> [UInt8]? { value?.stringValue.flatMap { Base64URL.decode($0) } }

    /// Some libraries write a leading zero byte that does not belong there.
    private static func integer(_ value: JSONValue?) -> [UInt8]? { bytes(value).map { Array($0.drop { $0 == 0 }) } }

    private static func bitCount(_ integer: [UInt8]) -> Int {
        integer.first.map { integer.count * 8 - $0.leadingZeroBitCount } ?? 0
    }
}

/// The name of an identity provider's key, compared byte for byte.
package typealias KeyName = OpaqueText<JSONWebKey>

extension JSONWebKey {
    /// The members that were read, as registered and shown.
    var json: JSONValue {
        var object = JSONObject()
        switch material {
        case .rsa(let modulus, let exponent):
            object["kty"] = "RSA"
            object["n"] = .string(Base64URL.encode(modulus))
            object["e"] = .string(Base64URL.encode(exponent))
        case .p256(let x, let y):
            object["kty"] = "EC"
            object["crv"] = "P-256"
            object["x"] = .string(Base64URL.encode(x))
            object["y"] = .string(Base64URL.encode(y))
        case .ed25519(let x):
            object["kty"] = "OKP"
            object["crv"] = "Ed25519"
            object["x"] = .string(Base64URL.encode(x))
        }
        object["kid"] = id.map { .string($0.rawValue) }
        object["alg"] = .string(algorithm.rawValue)
        return .object(object)
    }
}
