#define _GNU_SOURCE
#include "csys.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __linux__
#include <malloc.h>
#endif
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#endif

int csys_reflink(int source, int destination) {
#ifdef FICLONE
    return ioctl(destination, FICLONE, source);
#else
    (void)source;
    (void)destination;
    errno = ENOTSUP;
    return -1;
#endif
}

int csys_syncfs(int descriptor) {
#ifdef __linux__
    return syncfs(descriptor);
#else
    (void)descriptor;
    sync();
    return 0;
#endif
}

int csys_open_nameless(const char *folder, mode_t mode) {
#ifdef O_TMPFILE
    int file = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (file < 0) return -1;
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    // Without /proc it could never get a name.
    if (access(link, F_OK) == 0) return file;
    close(file);
#else
    (void)folder;
    (void)mode;
#endif
    errno = ENOTSUP;
    return -1;
}

int csys_give_name(int file, const char *path) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int csys_print_double(char *text, size_t size, int is_fixed, int precision, double value) {
    return snprintf(text, size, is_fixed ? "%.*f" : "%.*g", precision, value);
}

void csys_grow_heap_by(int bytes) {
#ifdef M_TOP_PAD
    mallopt(M_TOP_PAD, bytes);
#else
    (void)bytes;
#endif
}
