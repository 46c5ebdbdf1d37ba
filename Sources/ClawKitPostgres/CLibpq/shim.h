#pragma once
#include <libpq-fe.h>
#include <sys/ioctl.h>
#if defined(__linux__)
// Swift's Glibc module leaves them out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif

// ioctl has variable arguments, which Swift cannot call.
// The number of bytes that can be read from a socket at once; 0 where that is unknown.
static inline int clawpq_readable_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}
