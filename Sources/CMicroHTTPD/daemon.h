/* libmicrohttpd takes its options as variable arguments, which Swift can't pass. */
#pragma once
#include <arpa/inet.h>
#include <string.h>

#include <microhttpd.h>

struct http_limits {
    unsigned int connections;
    /* Bytes of a connection's buffers: the library itself refuses a longer head of a request. */
    size_t memory;
    /* Seconds without a byte after which a connection is closed. */
    unsigned int seconds;
};

/* The value of a hexadecimal digit; -1 for what is none. */
static inline int http_digit(char sign) {
    if (sign >= '0' && sign <= '9') return sign - '0';
    if (sign >= 'a' && sign <= 'f') return sign - 'a' + 10;
    return sign >= 'A' && sign <= 'F' ? sign - 'A' + 10 : -1;
}

/*
 * Decodes a path or an argument in its place. An encoded zero would end the text, and what stands behind it would
 * not be seen: it becomes a byte that no UTF-8 has, so that the request is refused as one that is no text.
 */
static inline size_t http_unescape(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    size_t end = 0;
    for (const char *next = text; *next; end++) {
        int high = next[0] == '%' ? http_digit(next[1]) : -1;
        int low = high < 0 ? -1 : http_digit(next[2]);
        if (low < 0) {
            text[end] = *next++;
            continue;
        }
        int value = high << 4 | low;
        text[end] = (char)(value ? value : 0xff);
        next += 3;
    }
    text[end] = 0;
    return end;
}

/* Listens at an address in its text form. */
static inline struct MHD_Daemon *http_start(
    const char *address, unsigned short port, struct http_limits limits, MHD_AccessHandlerCallback handler,
    MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback notified, void *context
) {
    unsigned int flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    const struct sockaddr *place = (const struct sockaddr *)&v4;
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        flags |= MHD_USE_IPv6;
        place = (const struct sockaddr *)&v6;
    } else if (inet_pton(AF_INET, address, &v4.sin_addr) != 1) {
        return NULL;
    }
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handler, context, MHD_OPTION_SOCK_ADDR, place,
        MHD_OPTION_CONNECTION_LIMIT, limits.connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.memory, MHD_OPTION_CONNECTION_TIMEOUT, limits.seconds,
        MHD_OPTION_UNESCAPE_CALLBACK, http_unescape, (void *)NULL,
        /* A head without a host is refused by who knows whether its sender may be told anything. */
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, notified, context, MHD_OPTION_END
    );
}

/* The socket of a connection; -1 when it is not known. */
static inline int http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* How many bytes the head of a connection's request has; 0 when it is not known. */
static inline size_t http_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/* Whether a connection begins, and does not end. */
static inline int http_begins(enum MHD_ConnectionNotificationCode code) {
    return code == MHD_CONNECTION_NOTIFY_STARTED;
}

/* The port that is listened at; 0 when it is not known. */
static inline unsigned int http_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}
