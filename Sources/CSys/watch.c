#define _GNU_SOURCE
#include "csys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void watched_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    // Under nohup the end of a terminal is none of ours.
    if (!csys_is_ignored(SIGHUP)) sigaddset(set, SIGHUP);
}

#ifdef __linux__
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

int csys_watch_open(struct csys_watch *watch) {
    sigset_t set;
    watched_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    watch->child = -1;
    watch->files = -1;
    watch->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return watch->signals < 0 ? errno : 0;
}

void csys_watch_files(struct csys_watch *watch, const char *folder) {
    if (watch->files >= 0) return;
    watch->files = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->files >= 0 && inotify_add_watch(watch->files, folder, IN_CREATE | IN_MOVED_TO) < 0) {
        close(watch->files);
        watch->files = -1;
    }
}

int csys_watch_child(struct csys_watch *watch, pid_t child) {
    watch->child = (int)syscall(SYS_pidfd_open, child, 0);
    return watch->child < 0 ? errno : 0;
}

static int take_signals(struct csys_watch *watch, struct csys_signal signals[8], int *count) {
    struct signalfd_siginfo info;
    while (*count < 8 && read(watch->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        struct csys_signal received = {(int)info.ssi_signo, info.ssi_code == SI_KERNEL, (pid_t)info.ssi_pid};
        signals[(*count)++] = received;
    }
    return *count > 0;
}

int csys_watch_wait(struct csys_watch *watch, int timeout, struct csys_signal signals[8], int *count) {
    struct pollfd fds[3] = {{watch->signals, POLLIN, 0}, {watch->files, POLLIN, 0}, {watch->child, POLLIN, 0}};
    *count = 0;
    int events = 0;
    if (poll(fds, 3, timeout) < 0) return 0;
    if (fds[2].revents) events |= CSYS_CHILD_ENDED;
    if (fds[1].revents) {
        char buffer[4096];
        while (read(watch->files, buffer, sizeof buffer) > 0) {}
        events |= CSYS_FILE_CREATED;
    }
    if (fds[0].revents && take_signals(watch, signals, count)) events |= CSYS_SIGNALLED;
    return events;
}

int csys_child_open(pid_t child) { return (int)syscall(SYS_pidfd_open, child, 0); }

void csys_child_close(int handle) { close(handle); }

void csys_watch_wait_many(struct csys_watch *watch, const int *handles, int *ended, int children, int timeout,
                          struct csys_signal signals[8], int *count) {
    struct pollfd fds[children + 1];
    for (int i = 0; i < children; i++) {
        fds[i] = (struct pollfd){handles[i], POLLIN, 0};
        ended[i] = 0;
    }
    fds[children] = (struct pollfd){watch->signals, POLLIN, 0};
    *count = 0;
    if (poll(fds, (nfds_t)children + 1, timeout) < 0) return;
    for (int i = 0; i < children; i++) ended[i] = fds[i].revents != 0;
    if (fds[children].revents) take_signals(watch, signals, count);
}
#else
#include <sys/wait.h>

static int has_ended(pid_t child) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

static void take_signals(struct csys_signal signals[8], int *count) {
    sigset_t pending, set;
    watched_signals(&set);
    sigpending(&pending);
    for (int number = 1; number < 32 && *count < 8; number++) {
        if (!sigismember(&set, number) || !sigismember(&pending, number)) continue;
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, number);
        int taken;
        sigwait(&one, &taken);
        struct csys_signal received = {number, isatty(0), 0};
        signals[(*count)++] = received;
    }
}

static void short_pause(int timeout) {
    // A look every five milliseconds serves all purposes.
    struct timespec pause = {0, (timeout >= 0 && timeout < 5 ? timeout : 5) * 1000000L};
    nanosleep(&pause, NULL);
}

int csys_watch_open(struct csys_watch *watch) {
    sigset_t set;
    watched_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    watch->signals = watch->files = watch->child = -1;
    return 0;
}

void csys_watch_files(struct csys_watch *watch, const char *folder) {
    (void)watch;
    (void)folder;
}

int csys_watch_child(struct csys_watch *watch, pid_t child) {
    watch->child = (int)child;
    return 0;
}

int csys_watch_wait(struct csys_watch *watch, int timeout, struct csys_signal signals[8], int *count) {
    short_pause(timeout);
    *count = 0;
    int events = CSYS_FILE_CREATED;
    take_signals(signals, count);
    if (*count > 0) events |= CSYS_SIGNALLED;
    if (watch->child > 0 && has_ended(watch->child)) events |= CSYS_CHILD_ENDED;
    return events;
}

int csys_child_open(pid_t child) { return (int)child; }

void csys_child_close(int handle) { (void)handle; }

void csys_watch_wait_many(struct csys_watch *watch, const int *handles, int *ended, int children, int timeout,
                          struct csys_signal signals[8], int *count) {
    (void)watch;
    short_pause(timeout);
    *count = 0;
    take_signals(signals, count);
    for (int i = 0; i < children; i++) ended[i] = has_ended(handles[i]);
}
#endif

void csys_watch_forget_child(struct csys_watch *watch) {
#ifdef __linux__
    if (watch->child >= 0) close(watch->child);
#endif
    watch->child = -1;
}

void csys_watch_close(struct csys_watch *watch) {
    csys_watch_forget_child(watch);
    if (watch->signals >= 0) close(watch->signals);
    if (watch->files >= 0) close(watch->files);
    sigset_t set;
    watched_signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
