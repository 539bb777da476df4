#!/usr/bin/env python3
"""Lets many processes change the experiments of one project while many others read them, and looks what that left.

    concurrency_test.py --program .build/release/git-exp [--seconds 120] [--writers 16] [--readers 16] [--seed N]

Writers run in folders of their own, save, rename and remove; readers call show and list. None of them may fail but for a
reason that the manual names, readers for none at all. In the end `git fsck` finds nothing, each experiment's line leads
to its baseline, all of them can be shown, and no lock, folder or worktree is left.
"""

import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from sharing_kill_test import Lost, Scene, require

# What may happen to a writer, because another one was faster.
EXPECTED = re.compile(
    r"already exists|changed while this ran|no experiment named|no experiment or commit named|is locked by|is being run by|waits in the queue")
NAMES = [f"e{number}" for number in range(12)]


class Crowd:
    def __init__(self, scene, seconds):
        self.scene, self.end = scene, time.monotonic() + seconds
        self.lock, self.problems, self.counts = threading.Lock(), [], {}

    def call(self, *words):
        process = subprocess.run(
            [self.scene.program, *words], cwd=self.scene.folder / "work", env=self.scene.environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        kind = words[0] + ("" if process.returncode == 0 else " refused")
        with self.lock:
            self.counts[kind] = self.counts.get(kind, 0) + 1
        return process

    def blame(self, words, process):
        with self.lock:
            self.problems.append(f"{words}: {process.returncode}\n{process.stdout[-2000:]}{process.stderr}")

    def is_over(self):
        return self.problems or time.monotonic() > self.end

    def write(self, chance):
        while not self.is_over():
            first, second = chance.sample(NAMES, 2)
            words = chance.choice([
                ("run", "--temp", "-n", first, "-S", f"lr={chance.randrange(1000)}"),
                ("run", "--temp", "-S", f"lr={chance.randrange(1000)}"),
                ("save", "-n", first), ("save", "-f", "-n", first), ("rename", first, second),
                ("rename", "-f", first, second), ("remove", first), ("remove", first, second)])
            process = self.call(*words)
            if process.returncode != 0 and not (process.returncode in (1, 128) and EXPECTED.search(process.stderr)):
                self.blame(words, process)

    def read(self, chance):
        while not self.is_over():
            words = chance.choice([("show", "--json"), ("show", "--csv"), ("list",), ("list", "--name-only")])
            process = self.call(*words)
            if process.returncode != 0 or "error" in process.stderr:
                self.blame(words, process)
            if words == ("show", "--json"):
                json.loads(process.stdout)


def look(scene):
    scene.run("work", "git", "fsck", "--strict", "--no-dangling")
    listing = scene.run("work", "git", "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps")
    experiments = [line.split() for line in listing.splitlines() if not line.startswith("refs/exps/exec/")]
    for name, tip in experiments:
        _, _, first, rest, _ = name.split("/", 4)
        scene.run("work", "git", "merge-base", "--is-ancestor", first + rest, tip)
    shown = json.loads(scene.exp("work", "show", "--json"))
    lines = sum(len(baseline["experiments"] or []) for baseline in shown)
    require(lines == len(experiments), f"{lines} of {len(experiments)} experiments are shown")
    folders = scene.folder / "work/.dvc/tmp/exps/standalone"
    left = [path.name for path in folders.iterdir() if path.name.startswith("tmp")] if folders.exists() else []
    require(not left, f"left behind: {left}")
    require(scene.run("work", "git", "worktree", "list").count("\n") == 1, "a worktree is left behind")
    locks = [str(path) for path in (scene.folder / "work/.git/refs").rglob("*.lock")]
    require(not locks, f"locks are left behind: {locks}")
    return len(experiments)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-crowd-"))
    is_sound = True
    try:
        scene = Scene(str(pathlib.Path(options.program).resolve()), folder / "base").create()
        crowd = Crowd(scene, options.seconds)
        tasks = [crowd.write] * options.writers + [crowd.read] * options.readers
        threads = [
            threading.Thread(target=task, args=(random.Random(options.seed + number),))
            for number, task in enumerate(tasks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        require(not crowd.problems, "\n".join(crowd.problems[:3]))
        count = look(scene)
        print(f"ok      {count} experiments in the end; calls: {crowd.counts}")
    except Lost as error:
        print(f"FAILED  {error}")
        is_sound = False
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(not is_sound)


if __name__ == "__main__":
    main()
