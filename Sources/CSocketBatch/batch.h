/* Linux sends and receives many datagrams with one system call. The C library declares the two calls only for
   those who define _GNU_SOURCE before its first header, which the module of it that Swift reads does not. */
#pragma once
#include <sys/socket.h>
#include <time.h>

/* `struct mmsghdr` of sendmmsg(2). */
struct socket_message {
    struct msghdr header;
    unsigned int length;
};

int socket_send_batch(int, struct socket_message *, unsigned int, int) __asm__("sendmmsg");
int socket_receive_batch(int, struct socket_message *, unsigned int, int, struct timespec *) __asm__("recvmmsg");
