#pragma once
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// Swift cannot call ioctl, which is variadic. posix_openpt's relatives are declared here because the headers hide them
// without _GNU_SOURCE, and defining that would give types another shape than other C modules see.

int posix_openpt(int flags);
int grantpt(int fd);
int unlockpt(int fd);
char *ptsname(int fd);

// A new pseudo terminal: its master's descriptor, or -1 with errno; `name` is where its other end is opened.
static inline int claw_terminal_open(char *name, size_t size) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0) return -1;
    fcntl(master, F_SETFD, FD_CLOEXEC);
    const char *found;
    if (grantpt(master) != 0 || unlockpt(master) != 0 || !(found = ptsname(master)) || strlen(found) >= size) {
        close(master);
        return -1;
    }
    strcpy(name, found);
    return master;
}

static inline int claw_terminal_resize(int fd, unsigned short columns, unsigned short rows) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(fd, TIOCSWINSZ, &size);
}

#if defined(__linux__)
#include <sys/syscall.h>
// A descriptor that becomes readable when the child has ended; -1 with errno. Swift cannot call syscall either.
static inline int claw_process_descriptor(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
#endif
