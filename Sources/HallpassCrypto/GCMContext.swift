internal import COpenSSL

/// One sealing or opening with AES-256-GCM, in the order libcrypto wants: key and nonce, tag to expect (decrypt), associated data,
/// text, finish, tag (encrypt).
@safe
struct GCMContext: ~Copyable {
    enum Direction: Int32 {
        case decrypt = 0
        case encrypt = 1
    }

    private let context: OpaquePointer
    private let direction: Direction

    init(_ direction: Direction) throws(CryptoError) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .draining(after: "EVP_CIPHER_CTX_new") }
        unsafe self.context = context
        self.direction = direction
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    func start(key: SecretBytes, nonce: [UInt8]) throws(CryptoError) {
        guard key.count == AES256GCM.keyByteCount else { throw .invalidLength(input: "key", count: key.count) }
        guard nonce.count == AES256GCM.nonceByteCount else { throw .invalidLength(input: "nonce", count: nonce.count) }
        let cipher = try unsafe Algorithms.loaded().aes256GCM
        try key.withUnsafeBytes { (key) throws(CryptoError) in
            let key = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            try unsafe CryptoError.check(
                EVP_CipherInit_ex2(context, cipher, key, nonce, direction.rawValue, nil), "EVP_CipherInit_ex2")
        }
    }

    func authenticate(_ associatedData: [UInt8]) throws(CryptoError) {
        guard !associatedData.isEmpty else { return }
        let length = try Self.length(associatedData.count, of: "associated data")
        var processed: Int32 = 0
        try unsafe CryptoError.check(
            EVP_CipherUpdate(context, nil, &processed, associatedData, length), "EVP_CipherUpdate")
    }

    /// `output` has room for `input`; GCM is a stream, so they are the same length.
    func process(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard input.count > 0 else { return }
        precondition(output.count >= input.count)
        let length = try Self.length(input.count, of: "text")
        let source = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let target = unsafe output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var processed: Int32 = 0
        try unsafe CryptoError.check(EVP_CipherUpdate(context, target, &processed, source, length), "EVP_CipherUpdate")
        guard processed == length else { throw .draining(after: "EVP_CipherUpdate") }
    }

    /// When decrypting, this is the moment the tag is compared.
    func finish() throws(CryptoError) {
        // GCM holds back no text, so nothing is written here; libcrypto still wants a place.
        var rest: (UInt64, UInt64) = (0, 0)
        var count: Int32 = 0
        let status = unsafe withUnsafeMutableBytes(of: &rest) { rest in
            let rest = unsafe rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe EVP_CipherFinal_ex(context, rest, &count)
        }
        guard status != 1 else { return }
        let failure = CryptoError.draining(after: "EVP_CipherFinal_ex")
        throw direction == .decrypt ? .authenticationFailed : failure
    }

    func readTag(into target: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        let status = unsafe EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_GET_TAG, Int32(AES256GCM.tagByteCount), target.baseAddress)
        try CryptoError.check(status, "EVP_CTRL_AEAD_GET_TAG")
    }

    func expectTag(_ tag: [UInt8]) throws(CryptoError) {
        var tag = tag
        let length = Int32(AES256GCM.tagByteCount)
        try unsafe CryptoError.check(
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length, &tag), "EVP_CTRL_AEAD_SET_TAG")
    }

    /// libcrypto counts text in `int`.
    private static func length(_ count: Int, of input: String) throws(CryptoError) -> Int32 {
        guard let length = Int32(exactly: count) else { throw .invalidLength(input: input, count: count) }
        return length
    }
}
