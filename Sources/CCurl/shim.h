#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

// The checks of types are macros for C alone.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Variadic functions don't reach Swift. Each kind of argument that we need has a function here, named after curl's
// with a `c` in front, which does nothing else.
static inline CURLcode cEasySetLong(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cEasySetLarge(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cEasySetText(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cEasySetPointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cEasySetWriter(CURL *easy, curl_write_callback writer, void *data) {
    CURLcode result = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, writer);
    return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_WRITEDATA, data) : result;
}

static inline CURLcode cEasySetReader(CURL *easy, curl_read_callback reader, void *data) {
    CURLcode result = curl_easy_setopt(easy, CURLOPT_READFUNCTION, reader);
    return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_READDATA, data) : result;
}

static inline CURLcode cEasySetOpener(CURL *easy, curl_opensocket_callback opener, void *data) {
    CURLcode result = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, opener);
    return result == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, data) : result;
}

static inline long cEasyGetLong(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline curl_off_t cEasyGetLarge(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline const char *cEasyGetText(CURL *easy, CURLINFO info) {
    char *value = NULL;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline CURLMcode cMultiSetLong(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode cMultiSetSocket(CURLM *multi, curl_socket_callback callback, void *data) {
    CURLMcode result = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return result == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, data) : result;
}

static inline CURLMcode cMultiSetTimer(CURLM *multi, curl_multi_timer_callback callback, void *data) {
    CURLMcode result = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return result == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_TIMERDATA, data) : result;
}

// Of a finished transfer; the union in the message does not reach Swift in a usable form.
static inline CURL *cMessageFinished(CURLMsg *message, CURLcode *code) {
    if (message->msg != CURLMSG_DONE) return NULL;
    *code = message->data.result;
    return message->easy_handle;
}

#endif
