#!/usr/bin/env python3
"""Lets two clones and a bare remote drift apart, and kills what brings them together at random instants.

    two_clones_test.py --program .build/release/git-exp [--kills 50] [--seed N]

Before each kill one of the clones replaces an experiment, so that it diverges from the others. What is killed is a push or
a pull, with and without --force, or a removal on the remote. After each
  * each experiment of the remote has the data of all its checkpoints on the data remote, those of a clone in its cache;
  * `git fsck` finds nothing in the three repositories;
  * the same command again does its work, or refuses to replace what has diverged.
"""

import argparse
import contextlib
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

from sharing_kill_test import EXPERIMENTS, Lost, Scene, require, settle

NAMES = [f"exp-{number}" for number in range(EXPERIMENTS)]


def by_name(scene, place):
    return {reference.rpartition("/")[2]: tip for reference, tip in scene.experiments(place).items()}


def repeat(scene, clone, words):
    """Carries a command out to its end, and looks whether it did what it says."""
    verb, name = words[0], words[-1]
    process = scene.start(clone, scene.program, *words)
    output = process.communicate(timeout=300)[0].decode()
    here, there = by_name(scene, clone), by_name(scene, "origin.git")
    if verb == "remove":
        require(name not in there, f"{name} is still on the remote:\n{output}")
        # The call that was killed may have removed it already.
        require(process.returncode == 0 or "does not exist" in output, output)
        return
    has_source = name in (here if verb == "push" else there)
    if not has_source:
        require("does not exist" in output or "no experiment named" in output, output)
    elif "--force" in words:
        require(process.returncode == 0 and here.get(name) == there.get(name), f"{words}:\n{output}")
    else:
        is_refused = "diverged" in output or "grown" in output or "newer" in output
        require(is_refused or here.get(name) == there.get(name), f"{words}:\n{output}")


def torment(scene, kills, chance):
    killed = number = 0
    # How long a command took last: only what is killed before its end counts.
    longest = 0.1
    while killed < kills:
        number += 1
        require(number < 20 * kills, "the commands end before they can be killed")
        clone, name = chance.choice(["one", "two"]), chance.choice(NAMES)
        scene.exp(clone, "run", "-q", "--reset", "-f", "-n", name, "-S", f"lr={chance.randrange(10_000)}")
        if chance.random() < 0.5:
            repeat(scene, chance.choice(["one", "two"]), ("push", "--force", "origin", name))
        verb = chance.choice([("push",), ("push", "--force"), ("pull",), ("pull", "--force"), ("remove", "-g")])
        words = (*verb, "origin", name)
        process = scene.start(clone, scene.program, *words)
        time.sleep(chance.uniform(0, longest))
        killed += process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            if number % 2:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.send_signal(signal.SIGKILL)
        process.communicate()
        settle(process)
        try:
            scene.check_data("origin.git", "store")
            for place in ("origin.git", "one", "two"):
                scene.check_git(place)
            for place in ("one", "two"):
                scene.check_data(place, f"{place}/.dvc/cache")
            begin = time.monotonic()
            repeat(scene, clone, words)
            longest = max(0.02, min(1, time.monotonic() - begin))
            scene.check_data("origin.git", "store")
        except Lost as error:
            print(f"FAILED  kill {number}, {' '.join(words)} in '{clone}': {error}")
            return False
    for clone in ("one", "two"):
        scene.exp(clone, "pull", "--force", "origin")
    there = by_name(scene, "origin.git")
    for clone in ("one", "two"):
        require(there.items() <= by_name(scene, clone).items(), "the clones are not alike in the end")
        scene.check_data(clone, f"{clone}/.dvc/cache")
    print(f"ok      {killed} commands killed before their end, of {number}")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-clones-"))
    is_sound = False
    try:
        scene = Scene(str(pathlib.Path(options.program).resolve()), folder / "base").create()
        scene.exp("work", "push", "-q", "origin")
        for clone in ("one", "two"):
            scene.run(".", "git", "clone", "-q", "origin.git", clone)
            scene.run(clone, "git", "remote", "set-url", "origin", "../origin.git")
            scene.exp(clone, "pull", "-q", "origin")
        is_sound = torment(scene, options.kills, random.Random(options.seed))
    except Lost as error:
        print(f"FAILED  {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(not is_sound)


if __name__ == "__main__":
    main()
