/* libmicrohttpd takes its options as variable arguments, which Swift can't pass. */
#pragma once
#include <arpa/inet.h>
#include <string.h>

#include <microhttpd.h>

struct http_limits {
    unsigned int connections;
    /* Bytes of a connection's buffers: a longer head of a request is refused. */
    size_t memory;
    /* Seconds without a byte after which a connection is closed. */
    unsigned int seconds;
};

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
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, notified, context, MHD_OPTION_END
    );
}

/* The socket of a connection; -1 when it is not known. */
static inline int http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
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
