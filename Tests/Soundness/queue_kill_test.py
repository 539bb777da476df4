#!/usr/bin/env python3
"""Kills workers of the queue and what they run at random instants, and looks at how the entries end.

    queue_kill_test.py --program .build/release/git-exp [--rounds 50] [--entries 30] [--workers 6] [--seed N]

In each round so many experiments are queued and run by so many workers, of which some are killed again and again, with
the processes of attempts; most with SIGKILL, some are told to end with SIGTERM. Whenever there are no workers, they are started anew. In the end
  * every entry is a success, exactly once, and its experiment holds the model of an uninterrupted training;
  * no entry was run again after its success;
  * no lock is in the way, no folder of a run and no worktree is left, and `git fsck` finds nothing.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TRAIN = """\
n=$(wc -l < model.txt 2>/dev/null || echo 0)
while [ "$n" -lt 3 ]; do
    n=$((n + 1))
    echo "step $n $(cat params.yaml)" >> model.txt
    git exp checkpoint || exit 9
    sleep 0.05
done
"""


class Project:
    def __init__(self, program, root):
        self.root = root / "work"
        home = root / "home"
        (home / "bin").mkdir(parents=True)
        self.root.mkdir()
        os.symlink(pathlib.Path(program).resolve(), home / "bin" / "git-exp")
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Kill Test\n\temail = kill@example.com\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n")
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "DVC"))}
        self.environment = keep | {
            "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
            "PATH": f"{home / 'bin'}:{keep['PATH']}"}
        self.run("git", "init", "-q")
        self.run("git", "config", "exp.durability", "process")
        self.exp("init", "-q")
        (self.root / "params.yaml").write_text("lr: 0\n")
        (self.root / "train.sh").write_text(TRAIN)
        self.exp("stage", "add", "-q", "-n", "train", "-d", "train.sh", "-p", "lr", "-c", "model.txt", "sh", "train.sh")
        self.run("git", "add", ".")
        self.run("git", "commit", "-qm", "project")

    def run(self, *words):
        result = subprocess.run(words, cwd=self.root, env=self.environment, capture_output=True, text=True)
        if result.returncode != 0:
            raise AssertionError(f"{words}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout

    def exp(self, *words):
        return self.run("git-exp", *words)

    def status(self):
        return json.loads(self.exp("queue", "status", "--json"))

    def processes(self):
        """The workers, and the processes of attempts."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes()
                place = os.readlink(entry / "cwd")
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                # What is about to become the stage's command still looks like us, but who kills it kills the training.
                if (pathlib.Path("/proc") / parent / "cmdline").read_bytes() == line:
                    continue
            except OSError:
                continue
            words = line.split(b"\0")
            ours = any(word in (b"worker", b"attempt", b"execute") for word in words[1:3])
            if ours and pathlib.Path(place).is_relative_to(self.root):
                found.append(int(entry.name))
        return found


def carry_out(program, entries, workers, chance, folder):
    project = Project(program, folder)
    for number in range(entries):
        project.exp("run", "-q", "--queue", "-n", f"e{number}", "-S", f"lr={number}")
    kills, successes, deadline = 0, {}, time.monotonic() + 300
    while True:
        state = project.status()
        for task in state["tasks"]:
            if task["status"] == "Success":
                known = successes.setdefault(task["name"], (task["commit"], task["attempts"]))
                assert known == (task["commit"], task["attempts"]), f"run again after its success: {task}"
        if len(successes) == entries:
            break
        assert time.monotonic() < deadline, f"not at an end: {state}"
        project.exp("queue", "start", "-q", "-j", str(workers))
        time.sleep(chance.uniform(0, 0.4))
        for process in project.processes():
            # In the second half of the time they may get on.
            if chance.random() < (0.3 if deadline - time.monotonic() > 150 else 0.05):
                try:
                    os.kill(process, signal.SIGKILL if chance.random() < 0.8 else signal.SIGTERM)
                    kills += 1
                except ProcessLookupError:
                    pass
    for _ in range(200):
        if not project.processes():
            break
        time.sleep(0.05)
    project.exp("queue", "start", "-q")
    state = project.status()
    assert [task["status"] for task in state["tasks"]] == ["Success"] * entries, state
    for number in range(entries):
        project.exp("apply", "-q", f"e{number}")
        wanted = "".join(f"step {step} lr: {number}\n" for step in (1, 2, 3))
        model = (project.root / "model.txt").read_text()
        assert model == wanted, f"model of e{number}:\n{model}"
    left = [path.name for path in (project.root / ".dvc/tmp/exps").iterdir() if path.name.startswith("tmp")]
    assert not left, f"left behind: {left}"
    assert project.run("git", "worktree", "list").count("\n") == 1, "a worktree is left behind"
    project.run("git", "fsck", "--strict", "--no-dangling")
    logs = project.run("git", "for-each-ref", "refs/exps/celery")
    assert not logs, f"the stash is not empty: {logs}"
    return kills


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--entries", type=int, default=30)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    for number in range(options.rounds):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-queue-"))
        try:
            kills = carry_out(options.program, options.entries, options.workers, chance, folder)
        except AssertionError as problem:
            print(f"round {number}: {problem}\nleft in {folder}", file=sys.stderr)
            sys.exit(1)
        shutil.rmtree(folder)
        print(f"round {number + 1} of {options.rounds}: {options.entries} entries, {kills} kills", flush=True)


if __name__ == "__main__":
    main()
