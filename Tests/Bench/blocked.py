"""A training program that measures how long a checkpoint keeps it waiting.

    blocked.py BYTES ROUNDS RESULT

Each round writes a new model of that size, measures the floor (`md5sum`, `cp` and `git commit-tree` as three
processes on the same file), then asks for a checkpoint and looks every 20 µs whether the signal file is gone.
The first round warms up and does not count. RESULT gets the times in seconds as JSON.
"""

import json
import os
import resource
import sys
import time

BLOCK = 1 << 20
QUIET = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]


def write_model(size):
    with open("model.bin.tmp", "wb") as model:
        for start in range(0, size, BLOCK):
            model.write(os.urandom(min(BLOCK, size - start)))
    os.replace("model.bin.tmp", "model.bin")


def spawn(*arguments):
    os.waitpid(os.posix_spawnp(arguments[0], arguments, os.environ, file_actions=QUIET), 0)


def floor(tree):
    copy = os.path.join(os.environ["DVC_ROOT"], ".git", "floor")
    begin = time.perf_counter()
    spawn("md5sum", "model.bin")
    spawn("cp", "model.bin", copy)
    spawn("git", "commit-tree", tree, "-p", "HEAD", "-m", "a checkpoint")
    end = time.perf_counter()
    os.unlink(copy)
    return end - begin


def blocked(signal_file):
    begin = time.perf_counter()
    os.close(os.open(signal_file, os.O_WRONLY | os.O_CREAT, 0o666))
    while os.access(signal_file, os.F_OK):
        time.sleep(0.00002)
    return time.perf_counter() - begin


def peak_of_ancestors():
    """The largest resident size, in bytes, that any process above this one has had: the tool that runs us."""
    peak, process = 0, os.getppid()
    while process > 1:
        with open(f"/proc/{process}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        if fields["Name"].strip() in ("git-exp", "dvc"):
            peak = max(peak, int(fields["VmHWM"].split()[0]) * 1024)
        process = int(fields["PPid"])
    return peak


def main():
    size, rounds, result = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    signal_file = os.path.join(os.environ["DVC_ROOT"], ".dvc", "tmp", "DVC_CHECKPOINT")
    tree = os.environ["BENCH_TREE"]
    floors, waits = [], []
    for step in range(rounds + 1):
        write_model(size)
        with open("metrics.json", "w") as metrics:
            json.dump({"step": step}, metrics)
        floors.append(floor(tree))
        waits.append(blocked(signal_file))
    used = sum(usage.ru_utime + usage.ru_stime
               for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    with open(result, "w") as file:
        json.dump({"floor": floors[1:], "blocked": waits[1:], "cpu": used, "peak": peak_of_ancestors()}, file)


if __name__ == "__main__":
    main()
