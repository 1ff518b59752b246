#ifndef COPENSSL_REVOCATION_H
#define COPENSSL_REVOCATION_H

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

// The answers of OCSP and the entries of lists hang on stacks, which are macros and don't reach Swift.

// What an authority says of a certificate. Times are seconds since 1970, 0 where none is given.
typedef struct {
    // 0 good, 1 revoked, 2 unknown, as in RFC 6960.
    int status;
    // The reason of RFC 5280, section 5.3.1; -1 for none.
    int reason;
    int64_t this_update, next_update, revoked_at;
} cRevocation;

enum {
    cRevocation_read = 0,
    cRevocation_unreadable = 1,
    // The responder gave an error in place of an answer.
    cRevocation_refused = 2,
    // It is about other certificates.
    cRevocation_other = 3,
    // Nobody who may sign for the issuer has signed it.
    cRevocation_unsigned = 4
};

static inline int64_t cASN1_TIME_seconds(const ASN1_TIME *time) {
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return timegm(&parts);
}

static inline X509 *cX509_read(const unsigned char *bytes, size_t size) {
    return size > 0x7fffffff ? NULL : d2i_X509(NULL, &bytes, (long)size);
}

// Finds what an answer says of a certificate, whoever hashed its issuer.
static inline OCSP_SINGLERESP *cOCSP_find(OCSP_BASICRESP *answer, X509 *leaf, X509 *issuer) {
    for (int i = 0; i < OCSP_resp_count(answer) && i < 64; i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(answer, i);
        const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(single);
        ASN1_OBJECT *digest = NULL;
        if (OCSP_id_get0_info(NULL, &digest, NULL, NULL, (OCSP_CERTID *)id) != 1) continue;
        const EVP_MD *method = EVP_get_digestbyobj(digest);
        if (method == NULL) continue;
        OCSP_CERTID *own = OCSP_cert_to_id(method, leaf, issuer);
        int isOurs = own != NULL && OCSP_id_cmp(own, (OCSP_CERTID *)id) == 0;
        OCSP_CERTID_free(own);
        if (isOurs) return single;
    }
    return NULL;
}

// Whether the issuer, or somebody whom it let, signed an answer. The issuer is trusted for this as it is.
static inline int cOCSP_is_signed(OCSP_BASICRESP *answer, X509 *issuer, int64_t at) {
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *chain = sk_X509_new_null();
    int result = 0;
    if (store != NULL && chain != NULL && X509_STORE_add_cert(store, issuer) == 1 && sk_X509_push(chain, issuer) > 0) {
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)at);
        result = OCSP_basic_verify(answer, chain, store, 0) == 1;
    }
    sk_X509_free(chain);
    X509_STORE_free(store);
    return result;
}

// Reads a DER answer of OCSP about a certificate, as of a moment.
static inline int cOCSP_read(
    const unsigned char *bytes, size_t size, const unsigned char *leaf_bytes, size_t leaf_size,
    const unsigned char *issuer_bytes, size_t issuer_size, int64_t at, cRevocation *out) {
    ERR_clear_error();
    int result = cRevocation_unreadable;
    OCSP_RESPONSE *response = size > 0x7fffffff ? NULL : d2i_OCSP_RESPONSE(NULL, &bytes, (long)size);
    X509 *leaf = cX509_read(leaf_bytes, leaf_size);
    X509 *issuer = cX509_read(issuer_bytes, issuer_size);
    OCSP_BASICRESP *answer = NULL;
    if (response == NULL || leaf == NULL || issuer == NULL) goto end;
    if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        result = cRevocation_refused;
        goto end;
    }
    answer = OCSP_response_get1_basic(response);
    if (answer == NULL) goto end;
    OCSP_SINGLERESP *single = cOCSP_find(answer, leaf, issuer);
    if (single == NULL) {
        result = cRevocation_other;
        goto end;
    }
    ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
    out->reason = -1;
    out->status = OCSP_single_get0_status(single, &out->reason, &revoked, &this_update, &next_update);
    out->this_update = cASN1_TIME_seconds(this_update);
    out->next_update = cASN1_TIME_seconds(next_update);
    out->revoked_at = cASN1_TIME_seconds(revoked);
    // A responder's own certificate is judged at the moment that it speaks of, at the latest.
    int64_t moment = out->next_update != 0 && at > out->next_update ? out->next_update : at;
    result = cOCSP_is_signed(answer, issuer, moment) ? cRevocation_read : cRevocation_unsigned;
end:
    OCSP_BASICRESP_free(answer);
    OCSP_RESPONSE_free(response);
    X509_free(leaf);
    X509_free(issuer);
    ERR_clear_error();
    return result;
}

// A revocation list in DER; NULL for what is none.
static inline X509_CRL *cCRL_open(const unsigned char *bytes, size_t size) {
    X509_CRL *list = size > 0x7fffffff ? NULL : d2i_X509_CRL(NULL, &bytes, (long)size);
    ERR_clear_error();
    return list;
}

static inline void cCRL_close(X509_CRL *list) { X509_CRL_free(list); }

static inline int64_t cCRL_next_update(const X509_CRL *list) {
    return cASN1_TIME_seconds(X509_CRL_get0_nextUpdate(list));
}

// Whether the issuer's key signed a list.
static inline int cCRL_is_signed(X509_CRL *list, const unsigned char *issuer_bytes, size_t issuer_size) {
    X509 *issuer = cX509_read(issuer_bytes, issuer_size);
    EVP_PKEY *key = issuer == NULL ? NULL : X509_get0_pubkey(issuer);
    int result = key != NULL && X509_CRL_verify(list, key) == 1;
    X509_free(issuer);
    ERR_clear_error();
    return result;
}

// Whether a list tells of all certificates of its issuer that name `url` (RFC 5280, sections 5.2.4 and 5.2.5).
//
// Not so lists of changes, of authorities or attributes alone, of some reasons, of somebody else's certificates, and those that
// stand for other addresses: the issuer signed them, too, and their silence says nothing.
static inline int cCRL_covers(X509_CRL *list, const char *url) {
    if (X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0) return 0;
    int critical = -1;
    ISSUING_DIST_POINT *point =
        (ISSUING_DIST_POINT *)X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, &critical, NULL);
    if (point == NULL) return critical == -1;
    int covers = point->onlyCA <= 0 && point->onlyattr <= 0 && point->indirectCRL <= 0 && point->onlysomereasons == NULL;
    if (covers && url != NULL && point->distpoint != NULL) {
        covers = 0;
        const GENERAL_NAMES *names = point->distpoint->type == 0 ? point->distpoint->name.fullname : NULL;
        size_t size = strlen(url);
        for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names) && i < 64 && !covers; i++) {
            const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
            if (name->type != GEN_URI) continue;
            const ASN1_IA5STRING *text = name->d.uniformResourceIdentifier;
            covers = (size_t)ASN1_STRING_length(text) == size && memcmp(ASN1_STRING_get0_data(text), url, size) == 0;
        }
    }
    ISSUING_DIST_POINT_free(point);
    return covers;
}

// Whether a certificate names `url` for revocations of some reasons alone (RFC 5280, sections 4.2.1.13 and 6.3.3 (d)): the
// silence of what lies there says nothing of the others.
static inline int cCRL_is_for_some_reasons(X509 *leaf, const char *url) {
    if (url == NULL) return 0;
    CRL_DIST_POINTS *points = (CRL_DIST_POINTS *)X509_get_ext_d2i(leaf, NID_crl_distribution_points, NULL, NULL);
    size_t size = strlen(url);
    int some = 0, all = 0;
    for (int i = 0; points != NULL && i < sk_DIST_POINT_num(points) && i < 64; i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(points, i);
        const GENERAL_NAMES *names =
            point->distpoint != NULL && point->distpoint->type == 0 ? point->distpoint->name.fullname : NULL;
        for (int j = 0; names != NULL && j < sk_GENERAL_NAME_num(names) && j < 64; j++) {
            const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, j);
            if (name->type != GEN_URI) continue;
            const ASN1_IA5STRING *text = name->d.uniformResourceIdentifier;
            if ((size_t)ASN1_STRING_length(text) != size || memcmp(ASN1_STRING_get0_data(text), url, size) != 0) continue;
            if (point->reasons == NULL) all = 1; else some = 1;
        }
    }
    CRL_DIST_POINTS_free(points);
    ERR_clear_error();
    return some && !all;
}

// What a list says of a certificate. `url` is where the list came from; NULL when that is not known.
static inline int cCRL_look(
    X509_CRL *list, const char *url, const unsigned char *leaf_bytes, size_t leaf_size, int is_signed, cRevocation *out) {
    ERR_clear_error();
    int result = cRevocation_unreadable;
    X509 *leaf = cX509_read(leaf_bytes, leaf_size);
    if (leaf == NULL) goto end;
    // A list of somebody else may speak for the issuer (RFC 5280, section 5.2.5); such ones are not taken.
    if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(leaf)) != 0) {
        result = cRevocation_other;
        goto end;
    }
    if (!is_signed) {
        result = cRevocation_unsigned;
        goto end;
    }
    out->status = 0;
    out->reason = -1;
    out->revoked_at = 0;
    out->this_update = cASN1_TIME_seconds(X509_CRL_get0_lastUpdate(list));
    out->next_update = cASN1_TIME_seconds(X509_CRL_get0_nextUpdate(list));
    X509_REVOKED *entry = NULL;
    int found = X509_CRL_get0_by_cert(list, &entry, leaf);
    if (found == 1 && entry != NULL) {
        out->status = 1;
        out->revoked_at = cASN1_TIME_seconds(X509_REVOKED_get0_revocationDate(entry));
        int critical = 0;
        ASN1_ENUMERATED *reason = (ASN1_ENUMERATED *)X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, &critical, NULL);
        if (reason != NULL) {
            out->reason = (int)ASN1_ENUMERATED_get(reason);
            ASN1_ENUMERATED_free(reason);
        }
    } else if (!cCRL_covers(list, url) || cCRL_is_for_some_reasons(leaf, url)) {
        result = cRevocation_other;
        goto end;
    }
    result = cRevocation_read;
end:
    X509_free(leaf);
    ERR_clear_error();
    return result;
}

#endif
