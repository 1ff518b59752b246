#ifndef COPENSSL_STORES_H
#define COPENSSL_STORES_H

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>

// The stacks of OpenSSL are macros that don't reach Swift, and so the walk over a PKCS#12 store stands here.

// What is told of each certificate: its DER, its name or NULL, whether Java's attribute says that it is trusted, and
// whether the store holds a private key that belongs to it.
typedef void (*cPKCS12_take)(
    void *context, const unsigned char *der, size_t size, const char *name, int is_trusted, int has_key);

// Whether a bag's local key id is among those of the private keys that were met.
static inline int cPKCS12_has_key(const PKCS12_SAFEBAG *bag, STACK_OF(PKCS12_SAFEBAG) *bags) {
    const ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
    if (id == NULL || id->type != V_ASN1_OCTET_STRING) return 0;
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        const PKCS12_SAFEBAG *other = sk_PKCS12_SAFEBAG_value(bags, i);
        int kind = PKCS12_SAFEBAG_get_nid(other);
        if (kind != NID_keyBag && kind != NID_pkcs8ShroudedKeyBag) continue;
        const ASN1_TYPE *own = PKCS12_SAFEBAG_get0_attr(other, NID_localKeyID);
        if (own != NULL && own->type == V_ASN1_OCTET_STRING &&
            ASN1_OCTET_STRING_cmp(own->value.octet_string, id->value.octet_string) == 0)
            return 1;
    }
    return 0;
}

static inline void cPKCS12_walk(
    STACK_OF(PKCS12_SAFEBAG) *bags, cPKCS12_take take, void *context) {
    // Oracle's attribute for a trusted certificate.
    ASN1_OBJECT *usage = OBJ_txt2obj("2.16.840.1.113894.746875.1.1", 1);
    int number = OBJ_obj2nid(usage);
    if (number == NID_undef) number = OBJ_create("2.16.840.1.113894.746875.1.1", "trustedKeyUsage", "trustedKeyUsage");
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        if (PKCS12_SAFEBAG_get_nid(bag) != NID_certBag) continue;
        if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) continue;
        X509 *certificate = PKCS12_SAFEBAG_get1_cert(bag);
        if (certificate == NULL) continue;
        unsigned char *der = NULL;
        int size = i2d_X509(certificate, &der);
        char *name = PKCS12_get_friendlyname((PKCS12_SAFEBAG *)bag);
        if (size > 0)
            take(context, der, (size_t)size, name, PKCS12_SAFEBAG_get0_attr(bag, number) != NULL,
                 cPKCS12_has_key(bag, bags));
        OPENSSL_free(name);
        OPENSSL_free(der);
        X509_free(certificate);
    }
    ASN1_OBJECT_free(usage);
}

// Tells of each certificate in a PKCS#12 store.
//
// The count of certificates' safes that were opened is returned; -1 for what is no store, -2 when the password
// (NULL for none) opens none of it.
static inline int cPKCS12_certificates(
    const unsigned char *bytes, size_t size, const char *password, cPKCS12_take take, void *context) {
    ERR_clear_error();
    if (size > 0x7fffffff) return -1;
    PKCS12 *store = d2i_PKCS12(NULL, &bytes, (long)size);
    if (store == NULL) return -1;
    int opened = 0, closed = 0;
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(store);
    int hasSafes = safes != NULL;
    STACK_OF(PKCS12_SAFEBAG) *all = sk_PKCS12_SAFEBAG_new_null();
    int length = password == NULL ? 0 : (int)strlen(password);
    for (int i = 0; all != NULL && i < sk_PKCS7_num(safes); i++) {
        PKCS7 *safe = sk_PKCS7_value(safes, i);
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        if (PKCS7_type_is_data(safe)) bags = PKCS12_unpack_p7data(safe);
        else if (PKCS7_type_is_encrypted(safe)) bags = PKCS12_unpack_p7encdata(safe, password, length);
        else continue;
        if (bags == NULL) {
            closed++;
            continue;
        }
        opened++;
        while (sk_PKCS12_SAFEBAG_num(bags) > 0) {
            PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_shift(bags);
            if (!sk_PKCS12_SAFEBAG_push(all, bag)) PKCS12_SAFEBAG_free(bag);
        }
        sk_PKCS12_SAFEBAG_free(bags);
    }
    if (closed == 0 && all != NULL) cPKCS12_walk(all, take, context);
    sk_PKCS12_SAFEBAG_pop_free(all, PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    PKCS12_free(store);
    ERR_clear_error();
    return hasSafes ? closed > 0 ? -2 : opened : -1;
}

// Reads a private key in PEM without a password and gives its SubjectPublicKeyInfo, or 0.
static inline int cPrivateKey_public(const void *bytes, size_t size, unsigned char **info) {
    if (size > 0x7fffffff) return 0;
    BIO *text = BIO_new_mem_buf(bytes, (int)size);
    // An empty password in place of a prompt on the terminal.
    EVP_PKEY *key = text == NULL ? NULL : PEM_read_bio_PrivateKey(text, NULL, NULL, (void *)"");
    int length = key == NULL ? 0 : i2d_PUBKEY(key, info);
    EVP_PKEY_free(key);
    BIO_free(text);
    ERR_clear_error();
    return length < 0 ? 0 : length;
}

static inline void cOpenSSL_free(void *bytes) { OPENSSL_free(bytes); }

#endif
