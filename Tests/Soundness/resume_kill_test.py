#!/usr/bin/env python3
"""Repeats one call of `run --resume-or-start` that is killed or told to end at random instants, until all is trained.

    resume_kill_test.py --program .build/release/git-exp [--rounds 10] [--epochs 6] [--seed N]

What is trained are the digits of Examples. In the end the metrics of each epoch and the model are those of a training that
nothing interrupted, byte for byte; every other round runs with --temp.
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from sharing_kill_test import Lost, Scene, require

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Examples" / "digits"


class Training:
    def __init__(self, program, folder):
        self.scene = Scene(program, folder)
        work = folder / "work"
        work.mkdir(parents=True)
        for name in ("digits.csv.gz", "params.yaml", "prepare.py", "train.py"):
            shutil.copy(EXAMPLE / name, work)
        scene = self.scene
        scene.run("work", "git", "init", "-q")
        scene.exp("work", "init", "-q")
        scene.exp(
            "work", "stage", "add", "-q", "-n", "prepare", "-d", "prepare.py", "-d", "digits.csv.gz", "-o", "data",
            "python3", "prepare.py")
        scene.exp(
            "work", "stage", "add", "-q", "-n", "train", "-d", "train.py", "-d", "data", "-c", "model.json",
            "--plots-no-cache", "predictions.json", "-M", "metrics.json", "-p", "seed,lr,weight_decay,epochs",
            "python3", "train.py")
        scene.run("work", "git", "add", ".")
        scene.run("work", "git", "commit", "-qm", "digits")

    def result(self, name):
        """The metrics of each epoch, and the model."""
        scene = self.scene
        tip = next(tip for reference, tip in scene.experiments("work").items() if reference.endswith("/" + name))
        commits = scene.run("work", "git", "rev-list", tip, "^HEAD").split()
        metrics = {scene.run("work", "git", "show", f"{commit}:metrics.json") for commit in commits}
        lock = scene.run("work", "git", "show", f"{tip}:dvc.lock")
        md5 = re.search(r"path: model\.json\n(?:.*\n)??\s*md5: ([0-9a-f]{32})", lock)
        require(md5, f"no model in the lock file:\n{lock}")
        cache = scene.folder / "work/.dvc/cache/files/md5"
        return metrics, (cache / md5[1][:2] / md5[1][2:]).read_bytes()

    def carry_out(self, name, words, chance, duration):
        """Repeats the call until it says that all is done; the number of interruptions."""
        for count in range(200):
            process = self.scene.start("work", self.scene.program, *words)
            kind = chance.choice([signal.SIGKILL, signal.SIGTERM])
            with contextlib.suppress(subprocess.TimeoutExpired):
                # Time for one epoch at least, so that the training gets on.
                process.wait(timeout=chance.uniform(0, duration))
            is_killed = process.poll() is None
            if is_killed:
                process.send_signal(kind)
            status = process.wait()
            if status == 0:
                process.stdout.close()
                require("is complete" in self.scene.exp("work", *words), "the next call does not find it complete")
                return count
            process.stdout.close()
            wanted = (-signal.SIGKILL, -signal.SIGTERM, 75)
            require(is_killed and status in wanted, f"a call ended with {status}")
        raise Lost("200 calls did not get to the end")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-resume-"))
    try:
        training = Training(str(pathlib.Path(options.program).resolve()), folder / "base")
        begin = time.monotonic()
        training.scene.exp("work", "run", "-q", "--reset", "-n", "wanted", "-S", f"epochs={options.epochs}")
        duration = time.monotonic() - begin
        wanted = training.result("wanted")
        require(len(wanted[0]) == options.epochs, "not every epoch has metrics of its own")
        for number in range(options.rounds):
            name = f"round-{number}"
            words = ["run", "--resume-or-start", name, "-S", f"epochs={options.epochs}"]
            words += ["--temp"] if number % 2 else []
            count = training.carry_out(name, words, chance, duration)
            require(training.result(name) == wanted, f"{name} differs from a training that nothing interrupted")
            print(f"round {number + 1} of {options.rounds}: {count} interruptions", flush=True)
        training.scene.run("work", "git", "fsck", "--strict", "--no-dangling")
    except Lost as error:
        print(f"FAILED  {error}")
        sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
