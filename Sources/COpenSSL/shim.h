#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// The low-level digests are deprecated in OpenSSL 3 but fetch nothing: EVP costs
// about a microsecond more for each short hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "revocation.h"
#include "stores.h"

// Function-like macros and variadic functions don't reach Swift. Each one we
// need is wrapped here, under its own name with a `c` in front, and does
// nothing else. Constants whose macro holds a cast come through `static const`.

static inline long cSSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return SSL_set_tlsext_host_name(ssl, name);
}

static inline int cSSL_CTX_set_min_proto_version(SSL_CTX *ctx, int version) {
    return (int)SSL_CTX_set_min_proto_version(ctx, version);
}

static inline int cSSL_CTX_set_max_proto_version(SSL_CTX *ctx, int version) {
    return (int)SSL_CTX_set_max_proto_version(ctx, version);
}

static inline int cSSL_CTX_set1_sigalgs_list(SSL_CTX *ctx, const char *names) {
    return (int)SSL_CTX_set1_sigalgs_list(ctx, names);
}

static inline int cSSL_CTX_set1_groups_list(SSL_CTX *ctx, const char *names) {
    return (int)SSL_CTX_set1_groups_list(ctx, names);
}

static inline long cSSL_CTX_set_mode(SSL_CTX *ctx, long mode) { return SSL_CTX_set_mode(ctx, mode); }

static inline long cSSL_CTX_set_max_cert_list(SSL_CTX *ctx, long bytes) {
    return SSL_CTX_set_max_cert_list(ctx, bytes);
}

static inline long cSSL_CTX_set_session_cache_mode(SSL_CTX *ctx, long mode) {
    return SSL_CTX_set_session_cache_mode(ctx, mode);
}

static inline void cSSL_set_msg_callback_arg(SSL *ssl, void *argument) {
    SSL_set_msg_callback_arg(ssl, argument);
}

static inline long cBIO_get_mem_data(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

static inline int cBIO_reset(BIO *bio) { return (int)BIO_reset(bio); }

static const uint64_t cSSL_OP_LEGACY_SERVER_CONNECT = SSL_OP_LEGACY_SERVER_CONNECT;
static const uint64_t cSSL_OP_IGNORE_UNEXPECTED_EOF = SSL_OP_IGNORE_UNEXPECTED_EOF;
static const uint64_t cSSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION = SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION;

static const int cEVP_PKEY_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;

// SHA-256 or SHA-384, chosen by the digest's size: 32 or 48.
typedef union {
    SHA256_CTX sha256;
    SHA512_CTX sha384;
} cHash;

static inline void cHash_begin(cHash *hash, int size) {
    size == 32 ? SHA256_Init(&hash->sha256) : SHA384_Init(&hash->sha384);
}

static inline void cHash_add(cHash *hash, int size, const void *bytes, size_t count) {
    size == 32 ? SHA256_Update(&hash->sha256, bytes, count) : SHA384_Update(&hash->sha384, bytes, count);
}

static inline void cHash_end(cHash *hash, int size, void *digest) {
    size == 32 ? SHA256_Final((unsigned char *)digest, &hash->sha256)
               : SHA384_Final((unsigned char *)digest, &hash->sha384);
}

// SHA-256, SHA-384 or SHA-512 of bytes, chosen by the digest's size.
static inline void cSHA2(int size, const void *bytes, size_t count, void *digest) {
    if (size == 32) {
        SHA256_CTX state;
        SHA256_Init(&state);
        SHA256_Update(&state, bytes, count);
        SHA256_Final((unsigned char *)digest, &state);
    } else {
        SHA512_CTX state;
        size == 48 ? SHA384_Init(&state) : SHA512_Init(&state);
        SHA512_Update(&state, bytes, count);
        SHA512_Final((unsigned char *)digest, &state);
    }
}

// One call for each whole digest: SHA256() and its like would fetch.
static inline void cSHA256(const void *bytes, size_t count, void *digest) {
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, bytes, count);
    SHA256_Final((unsigned char *)digest, &state);
}

static inline void cSHA1(const void *bytes, size_t count, void *digest) {
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Update(&state, bytes, count);
    SHA1_Final((unsigned char *)digest, &state);
}

static inline void cMD5(const void *bytes, size_t count, void *digest) {
    MD5_CTX state;
    MD5_Init(&state);
    MD5_Update(&state, bytes, count);
    MD5_Final((unsigned char *)digest, &state);
}

#endif
