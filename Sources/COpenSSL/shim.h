#pragma once

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

// An OSSL_PARAM array borrows every pointer it holds. These shims build it and use it in one C frame, so that Swift
// never has to keep such an array's strings and buffers alive. They hold no other logic.

/// Bytes lent for the length of one call; `start` may be NULL when `count` is 0.
typedef struct {
    const void *start;
    size_t count;
} copenssl_bytes;

/// Gives an HMAC context its digest, SHA-256, and its key. The context keeps its own copy of the key.
static inline int copenssl_hmac_sha256_init(EVP_MAC_CTX *context, copenssl_bytes key) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, (const unsigned char *)key.start, key.count, parameters);
}

/// Gives an HKDF context its digest, SHA-256, and its inputs, which it copies. `EVP_KDF_derive` comes next.
static inline int copenssl_hkdf_sha256_init(
    EVP_KDF_CTX *context, copenssl_bytes key, copenssl_bytes salt, copenssl_bytes info) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key.start, key.count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.start, salt.count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.start, info.count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_KDF_CTX_set_params(context, parameters);
}
