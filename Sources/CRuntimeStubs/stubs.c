// Parts of the Swift runtime that this program has no use for, and that prepare themselves at each start, for some 45 µs.
// The static link takes these definitions instead; their names and forms are those of Swift 6.3. They are weak: where
// something else brings a part of the runtime along, that counts.
#include "runtime_stubs.h"

#include <stdint.h>
#include <stdlib.h>

void git_exp_runtime_stubs_anchor(void) {}

#if defined(GIT_EXP_STATIC_RUNTIME) && defined(__GLIBC__)

#define STUB __attribute__((weak, visibility("default")))

// The arguments, which the runtime looks for in the memory map of the process; glibc gives them to constructors.

static int count;
static char **arguments;

__attribute__((constructor)) static void take_arguments(int argc, char **argv) {
    count = argc;
    arguments = argv;
}

STUB char **_swift_stdlib_getUnsafeArgvArgc(int *argc) {
    *argc = count;
    return arguments;
}

// The backtracer, whose program is not there where this one runs. The second field says that it is on, so that the
// runtime, too, leaves out the addresses, which say nothing to a user.

STUB uint32_t _swift_backtraceSettings[22] = {0, 1};
STUB int _swift_backtrace_isThunkFunction(const char *name) {
    (void)name;
    return 0;
}

#endif
