#define _GNU_SOURCE
#include "csys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGCHLD};

/// What a file that outgrows its limit did to this process before it was ignored; SIG_ERR where it is not.
static void (*inherited_size_action)(int) = SIG_ERR;

void csys_ignore_size_signal(void) { inherited_size_action = signal(SIGXFSZ, SIG_IGN); }

void csys_restore_size_signal(void) {
    if (inherited_size_action != SIG_ERR) signal(SIGXFSZ, inherited_size_action);
}

int csys_is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int is_executable(const char *path) { return access(path, X_OK) == 0; }

/// Looks a program up as execvp does, before the fork, so that the child only calls what is safe there.
static int look_up(const char *file, char *const envp[], char *path, size_t size) {
    if (strchr(file, '/')) {
        if (strlen(file) >= size) return ENAMETOOLONG;
        strcpy(path, file);
        return 0;
    }
    const char *search = "/usr/local/bin:/usr/bin:/bin";
    for (char *const *variable = envp; *variable; variable++)
        if (strncmp(*variable, "PATH=", 5) == 0) search = *variable + 5;
    while (*search) {
        size_t length = strcspn(search, ":");
        if (length + strlen(file) + 2 < size) {
            memcpy(path, search, length);
            path[length] = '/';
            strcpy(path + length + 1, file);
            if (length > 0 && is_executable(path)) return 0;
        }
        search += length;
        if (*search == ':') search++;
    }
    return ENOENT;
}

struct start {
    const char *path;
    char *const *argv;
    char *const *envp;
    const struct csys_spawn_options *options;
    pid_t parent;
    volatile int error;
};

static void run_child(struct start *start) {
    const struct csys_spawn_options *options = start->options;
#ifdef __linux__
    if (options->death_signal) {
        prctl(PR_SET_PDEATHSIG, options->death_signal);
        if (getppid() != start->parent) _exit(127);
    }
#endif
    if (options->own_session) {
        setsid();
    } else if (options->own_group) {
        setpgid(0, 0);
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
        if (handled[i] != SIGHUP || !csys_is_ignored(SIGHUP)) sigaction(handled[i], &action, NULL);
    }
    csys_restore_size_signal();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (options->directory && chdir(options->directory) != 0) {
        start->error = errno;
        _exit(127);
    }
    for (int i = 0; i < 3; i++) {
        int descriptor = options->descriptors[i];
        if (descriptor < 0) continue;
        if (descriptor == i) {
            fcntl(i, F_SETFD, 0);
        } else if (dup2(descriptor, i) < 0) {
            start->error = errno;
            _exit(127);
        }
    }
    execve(start->path, start->argv, start->envp);
    start->error = errno;
    _exit(127);
}

int csys_spawn(const char *file, char *const argv[], char *const envp[], const struct csys_spawn_options *options,
               pid_t *child) {
    char path[4096];
    int missing = look_up(file, envp, path, sizeof path);
    if (missing) return missing;
    // Whoever started us may have ignored it, and then no child could be waited for.
    if (csys_is_ignored(SIGCHLD)) signal(SIGCHLD, SIG_DFL);
    struct start start = {path, argv, envp, options, getpid(), 0};
    sigset_t all, old;
    sigfillset(&all);
    // No handler of ours may run in the child while it borrows our memory.
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pid_t id = vfork();
    if (id == 0) run_child(&start);
    int error = id < 0 ? errno : start.error;
    if (id > 0 && options->own_group) setpgid(id, id);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (id > 0 && error) {
        while (waitpid(id, NULL, 0) < 0 && errno == EINTR) {}
        return error;
    }
    if (id < 0) return error;
    *child = id;
    return 0;
}

int csys_exit_code(int wait_status) {
    return WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int csys_is_stopped(int wait_status) { return WIFSTOPPED(wait_status); }

int csys_pipe(int ends[2]) {
#ifdef __linux__
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
#else
    if (pipe(ends) != 0) return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}
