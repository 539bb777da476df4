// called PROGRAM FUNCTIONS VARIABLES ARGUMENT...: runs the program with the arguments and prints the addresses, of those
// in the file FUNCTIONS, at which it called a function, in the order of the first calls; then the addresses, of those in
// the file VARIABLES, which has sizes behind them, whose values it had changed when it ended.
//
// Each function gets a breakpoint that is taken away when it is reached, so a run takes hardly longer than by itself.
// The program must be linked to fixed addresses, for x86-64.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the breakpoints and registers are those of x86-64"
#endif

#define BREAKPOINT 0xcc

struct text {
    uint64_t begin, size;
    uint8_t *original, *is_function, *present;
    int memory;
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

struct variable {
    uint64_t address;
    size_t size;
    uint8_t *before;
};

struct variables {
    struct variable *all;
    size_t count;
};

static uint64_t *read_addresses(const char *path, size_t *count) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    uint64_t *addresses = NULL, address;
    for (*count = 0; fscanf(file, "%lx", &address) == 1; (*count)++) {
        addresses = realloc(addresses, (*count + 1) * sizeof *addresses);
        addresses[*count] = address;
    }
    fclose(file);
    if (*count == 0) {
        fprintf(stderr, "%s names no function\n", path);
        exit(1);
    }
    return addresses;
}

static void set_breakpoints(struct text *text, pid_t process, const uint64_t *addresses, size_t count) {
    uint64_t last = 0;
    text->begin = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (addresses[i] < text->begin) text->begin = addresses[i];
        if (addresses[i] > last) last = addresses[i];
    }
    text->size = last - text->begin + 1;
    text->original = malloc(text->size);
    text->present = malloc(text->size);
    text->is_function = calloc(text->size, 1);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", process);
    text->memory = open(path, O_RDWR | O_CLOEXEC);
    if (text->memory < 0) fail(path);
    if (pread(text->memory, text->original, text->size, (off_t)text->begin) != (ssize_t)text->size) fail("reading it");
    memcpy(text->present, text->original, text->size);
    for (size_t i = 0; i < count; i++) {
        text->is_function[addresses[i] - text->begin] = 1;
        text->present[addresses[i] - text->begin] = BREAKPOINT;
    }
    if (pwrite(text->memory, text->present, text->size, (off_t)text->begin) != (ssize_t)text->size) fail("writing it");
}

static uint8_t *value(const struct variable *variable, int memory) {
    uint8_t *bytes = malloc(variable->size);
    if (pread(memory, bytes, variable->size, (off_t)variable->address) != (ssize_t)variable->size) fail("reading it");
    return bytes;
}

static struct variables read_variables(const char *path, int memory) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    struct variables variables = {NULL, 0};
    struct variable next;
    while (fscanf(file, "%lx %zx", &next.address, &next.size) == 2) {
        variables.all = realloc(variables.all, (variables.count + 1) * sizeof next);
        next.before = value(&next, memory);
        variables.all[variables.count++] = next;
    }
    fclose(file);
    return variables;
}

static void print_changed(const struct variables *variables, int memory) {
    for (size_t i = 0; i < variables->count; i++) {
        const struct variable *one = &variables->all[i];
        uint8_t *now = value(one, memory);
        if (memcmp(one->before, now, one->size) != 0) printf("%lx\n", one->address);
        free(now);
    }
}

/// Whether the thread stopped at one of the breakpoints; it then stands in front of the instruction again.
static int passed(struct text *text, pid_t thread) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, 0, &registers) != 0) return 0;
    uint64_t address = registers.rip - 1, offset = address - text->begin;
    if (offset >= text->size || !text->is_function[offset]) return 0;
    // Another thread may have been here first.
    if (text->present[offset] != text->original[offset]) {
        printf("%lx\n", address);
        text->present[offset] = text->original[offset];
        if (pwrite(text->memory, text->original + offset, 1, (off_t)address) != 1) fail("writing it");
    }
    registers.rip = address;
    ptrace(PTRACE_SETREGS, thread, 0, &registers);
    return 1;
}

int main(int count, char **words) {
    if (count < 4) {
        fprintf(stderr, "usage: called PROGRAM FUNCTIONS VARIABLES ARGUMENT...\n");
        return 2;
    }
    size_t functions;
    uint64_t *addresses = read_addresses(words[2], &functions);
    pid_t process = fork();
    if (process == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        // What the program prints must not mix with what this one prints.
        dup2(STDERR_FILENO, STDOUT_FILENO);
        words[3] = words[1];
        execv(words[1], words + 3);
        fail(words[1]);
    }
    int status;
    if (waitpid(process, &status, 0) < 0 || !WIFSTOPPED(status)) fail(words[1]);
    // A child between vfork and exec runs in the same memory, so it meets the breakpoints, too.
    long options = PTRACE_O_TRACEVFORK | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                   PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, process, 0, options) != 0) fail("ptrace");
    struct text text;
    set_breakpoints(&text, process, addresses, functions);
    struct variables variables = read_variables(words[3], text.memory);
    ptrace(PTRACE_CONT, process, 0, 0);
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) return errno == ECHILD ? 0 : 1;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == process) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
            continue;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_EXEC && thread != process) {
            ptrace(PTRACE_DETACH, thread, 0, 0);
            continue;
        }
        if (event == PTRACE_EVENT_EXIT && thread == process) print_changed(&variables, text.memory);
        int is_ours = event != 0 || signal == SIGSTOP || (signal == SIGTRAP && passed(&text, thread));
        ptrace(PTRACE_CONT, thread, 0, is_ours ? 0 : signal);
    }
}
