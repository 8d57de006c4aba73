import HallpassCore
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassBroker

/// Signatures that somebody else made.
struct SignatureVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let source: String
        let algorithm: SignatureAlgorithm
        let key: String
        /// `header.payload.signature`
        let token: String

        var testDescription: String { source }
    }

    static let vectors = [
        Vector(
            source: "RFC 7515 appendix A.2", algorithm: .rs256,
            key: """
                {"kty":"RSA",
                 "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
                 "e":"AQAB"}
                """,
            token:
                "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
        Vector(
            source: "RFC 7515 appendix A.3", algorithm: .es256,
            key: """
                {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                 "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
                """,
            token:
                "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
        Vector(
            source: "RFC 8037 appendix A.4", algorithm: .edDSA,
            key: #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            token:
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        ),
    ]

    private func key(_ vector: Vector) async throws -> VerificationKey {
        let read = try JSONWebKeySet.published(Array(#"{"keys":[\#(vector.key)]}"#.utf8))
        let first = try #require(read.first)
        return try #require(await VerificationKey(first))
    }

    @Test(arguments: vectors)
    func `a signature that somebody else made is good, and no other`(vector: Vector) async throws {
        let key = try await key(vector)
        #expect(key.algorithm == vector.algorithm)
        let parts = vector.token.split(separator: ".")
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        let signature = try #require(Base64URL.decode(String(parts[2])))
        #expect(key.isValid(signature, signed))
        for place in [0, signature.count / 2, signature.count - 1] {
            var other = signature
            other[place] ^= 1
            #expect(!key.isValid(other, signed), "byte \(place)")
        }
        #expect(!key.isValid(signature, signed + [0]))
        for other in [[], Array(signature.dropLast()), signature + [0], [UInt8](repeating: 0, count: signature.count)] {
            #expect(!key.isValid(other, signed))
        }
    }

    @Test func `a key of one kind accepts no signature of another`() async throws {
        for vector in Self.vectors {
            for other in Self.vectors where other.algorithm != vector.algorithm {
                let parts = other.token.split(separator: ".")
                let signature = try #require(Base64URL.decode(String(parts[2])))
                let key = try await key(vector)
                #expect(!key.isValid(signature, Array("\(parts[0]).\(parts[1])".utf8)))
            }
        }
    }
}
