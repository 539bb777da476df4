#pragma once
// The system calls that Swift cannot import, each behind a plain function.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Makes `destination` share the extents of `source` (both open): 0, or -1 with errno where the file
/// system cannot.
int csys_reflink(int source, int destination);

/// Syncs the whole file system that holds the open file: 0, or -1 with errno.
int csys_syncfs(int descriptor);

/// Opens a file for writing that has no name yet, on the file system of `folder`: its descriptor, or -1 with errno
/// where the system has no such files. It vanishes with its descriptor unless it gets a name.
int csys_open_nameless(const char *folder, mode_t mode);

/// Gives a nameless file its name: 0, or -1 with errno, EEXIST where the name is taken.
int csys_give_name(int file, const char *path);

/// Prints a double with `%.*g`, or with `%.*f` where `is_fixed`, and returns the length, as snprintf does.
int csys_print_double(char *text, size_t size, int is_fixed, int precision, double value);

/// Lets the heap grow by so many bytes at a time, where the C library has such a setting.
void csys_grow_heap_by(int bytes);

// --- Processes ---

/// How a process is started.
struct csys_spawn_options {
    /// The working directory; NULL keeps the current one.
    const char *directory;
    /// What the child gets as standard input, output and error; -1 inherits.
    int descriptors[3];
    /// Whether the child leads a process group of its own.
    int own_group;
    /// Whether the child leads a session of its own, and so a group, and has no terminal.
    int own_session;
    /// A signal that the child gets when this thread ends, however it ends; 0 for none. Linux only.
    int death_signal;
};

/// Starts a program, looked up in PATH where its name has no slash. The child's signal mask is empty and
/// the signals that a runner handles have their default action; an ignored SIGHUP stays ignored.
/// Returns 0 and the child's id, or an errno.
int csys_spawn(const char *file, char *const argv[], char *const envp[], const struct csys_spawn_options *options,
               pid_t *child);

/// Whether this process ignores a signal; what it starts may then inherit that.
int csys_is_ignored(int number);

/// Lets a write beyond the limit of file sizes fail with EFBIG; otherwise its signal ends the process, which then
/// cannot remove what it had begun. Children have what this process had before.
void csys_ignore_size_signal(void);

/// Takes csys_ignore_size_signal back, for a process that is about to become another program.
void csys_restore_size_signal(void);

/// How a process ended: the exit status (0 to 255), or the negated number of the signal.
int csys_exit_code(int wait_status);

/// Whether a wait status says that the process was stopped, not ended.
int csys_is_stopped(int wait_status);

// --- Waiting for a child, its signal file and our own signals at once ---

enum csys_event {
    CSYS_CHILD_ENDED = 1,
    CSYS_FILE_CREATED = 2,
    CSYS_SIGNALLED = 4,
};

/// A signal that reached this process.
struct csys_signal {
    int number;
    /// Nonzero where the terminal sent it, so that the whole foreground group got it.
    int from_terminal;
    /// The process that sent it; 0 where unknown.
    pid_t sender;
};

/// An open watch; the fields are its file descriptors, -1 where the system has none of the kind.
struct csys_watch {
    int signals;
    int files;
    int child;
};

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and watches for them. Returns 0 or an errno.
int csys_watch_open(struct csys_watch *watch);

/// Watches for new files in `folder`, too. Where the system cannot, the time-out of each wait is the fallback.
void csys_watch_files(struct csys_watch *watch, const char *folder);

/// Watches for this child's end, too. Returns 0 or an errno.
int csys_watch_child(struct csys_watch *watch, pid_t child);

/// Waits for events, `timeout` milliseconds at most, and returns a union of csys_event; signals are then
/// in `signals` (at most eight), their number in `count`.
int csys_watch_wait(struct csys_watch *watch, int timeout, struct csys_signal signals[8], int *count);

/// A handle by which the end of a child can be waited for, -1 with errno where there is none; it is to be closed with
/// csys_child_close.
int csys_child_open(pid_t child);

/// Gives a handle of csys_child_open back.
void csys_child_close(int handle);

/// Waits until one of the children has ended or a signal came, `timeout` milliseconds at most. For each child `ended`
/// says afterwards whether it has; signals are in `signals` (at most eight), their number in `count`.
void csys_watch_wait_many(struct csys_watch *watch, const int *handles, int *ended, int children, int timeout,
                          struct csys_signal signals[8], int *count);

/// Stops watching the child.
void csys_watch_forget_child(struct csys_watch *watch);

/// Closes the watch and unblocks the signals.
void csys_watch_close(struct csys_watch *watch);

/// Opens a pipe that no child inherits by accident: 0, or an errno.
int csys_pipe(int ends[2]);
