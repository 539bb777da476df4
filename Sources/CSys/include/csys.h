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
