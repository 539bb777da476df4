#!/usr/bin/env python3
"""Kills `git exp run` with SIGKILL at random instants, and looks whether anything was lost.

    kill_test.py --program .build/bin/git-exp [--kills 200] [--seed N]

After each kill, in the repository as it was left:
  * HEAD names the same branch and the same commit, and the index has the same bytes;
  * no reference says that a run is in progress, and `git fsck` finds nothing;
and in a copy of it, so that the next kill meets an unrepaired repository:
  * `git exp run` goes on from the last checkpoint that was reported, or a later one, with exit status 0;
  * every checkpoint whose line was printed can be applied, and gives back exactly the bytes of its step.
"""

import argparse
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

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import train  # noqa: E402

KILLS_PER_REPOSITORY = 20
LINE = re.compile(rb"^Checkpoint experiment iteration '([0-9a-f]+)'\.\r?\n", re.MULTILINE)
RUNNING = ("EXEC_BASELINE", "EXEC_MERGE", "EXEC_BRANCH")


class Lost(Exception):
    """Something that must hold does not."""


def require(condition, complaint):
    if not condition:
        raise Lost(complaint)


class Project:
    """A repository with one checkpoint stage of several outputs."""

    def __init__(self, program, root):
        self.program, self.root = program, root
        home = root.parent / "home"
        home.mkdir(exist_ok=True)
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Kill Test\n\temail = kill@example.com\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "DVC"))}
        self.environment |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

    def at(self, root):
        other = object.__new__(Project)
        other.__dict__ |= self.__dict__ | {"root": root}
        return other

    def command(self, *arguments, check=True, **environment):
        result = subprocess.run(
            arguments, cwd=self.root, env=self.environment | environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if check and result.returncode != 0:
            raise Lost(f"{' '.join(map(str, arguments))} ended with {result.returncode}:\n{result.stdout.decode()}")
        return result.stdout

    def git(self, *arguments, **options):
        return self.command("git", *arguments, **options)

    def exp(self, *arguments, **options):
        return self.command(self.program, *arguments, **options)

    def create(self):
        self.root.mkdir(parents=True)
        shutil.copy(pathlib.Path(__file__).parent / "train.py", self.root)
        self.git("init", "-q")
        self.git("add", ".")
        self.git("commit", "-qm", "Add the training program")
        self.exp("init")
        self.exp("stage", "add", "-n", "train", "-d", "train.py", "-c", "model.bin", "-c", "weights", "-c", "step.txt",
                 "-M", "metrics.json", f"{sys.executable} -I -S train.py")
        self.git("add", ".")
        self.git("commit", "-qm", "Describe the stage")

    def start(self, log, **environment):
        return subprocess.Popen(
            [self.program, "run"], cwd=self.root, env=self.environment | environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def state(self):
        """What a run must never change."""
        directory = self.root / ".git"
        return {
            "HEAD": (directory / "HEAD").read_bytes(),
            "index": (directory / "index").read_bytes(),
            "branches": self.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash"),
        }


def processes_of(session):
    """The processes of a session, read from /proc."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def end_session(session):
    """Ends what a killed run left behind: the training program, wherever it put itself."""
    deadline = time.monotonic() + 10
    while left := processes_of(session):
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        require(time.monotonic() < deadline, "the processes of a killed run do not go away")
        time.sleep(0.005)


def killed_run(project, delay, whole_group):
    """Runs, kills after a delay, and returns what was printed by then."""
    with tempfile.TemporaryFile() as log:
        process = project.start(log)
        time.sleep(delay)
        early = process.poll()
        if whole_group:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        else:
            process.kill()
        process.wait()
        end_session(process.pid)
        log.seek(0)
        printed = log.read()
    require(early is None, f"the run ended by itself with {early}:\n{printed.decode(errors='replace')}")
    return printed


def verify_outputs(root, step, commit):
    where = f"checkpoint {commit} of step {step}"
    require((root / "model.bin").read_bytes() == train.model_bytes(step), f"{where}: model.bin has other bytes")
    names = sorted(path.name for path in (root / "weights").iterdir())
    require(names == [f"layer {layer}" for layer in range(4)], f"{where}: weights holds {names}")
    for layer in range(4):
        content = (root / "weights" / f"layer {layer}").read_bytes()
        require(content == train.weight_bytes(step, layer), f"{where}: layer {layer} has other bytes")


class Test:
    def __init__(self, program, work, chance):
        self.program, self.work, self.chance = program, work, chance
        self.applied = self.continued = 0
        self.span = None
        self.project = None
        self.lives = 0

    def fresh_project(self):
        if self.project:
            shutil.rmtree(self.project.root)
        self.lives += 1
        self.project = Project(self.program, self.work / f"project {self.lives}")
        self.project.create()
        self.before = self.project.state()
        self.reported = 0
        if self.span is None:
            self.span = self.measure()

    def measure(self):
        """How long a run takes to make four checkpoints here: kills fall into twice that time."""
        copy = self.copy()
        begin = time.monotonic()
        copy.exp("run", KILL_TEST_STEPS="4")
        return 2 * (time.monotonic() - begin)

    def copy(self):
        target = self.work / "copy"
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", self.project.root, target], check=True)
        return self.project.at(target)

    def once(self, number):
        if (number - 1) % KILLS_PER_REPOSITORY == 0:
            self.fresh_project()
        delay = self.chance.uniform(0, self.span)
        printed = killed_run(self.project, delay, whole_group=self.chance.random() < 0.5)
        try:
            self.look(printed)
        except Lost as lost:
            raise Lost(f"kill {number}, {delay * 1000:.1f} ms after the start: {lost}\n"
                       f"the run had printed:\n{printed.decode(errors='replace')}") from None

    def look(self, printed):
        after = self.project.state()
        for what, value in self.before.items():
            require(after[what] == value, f"{what} was changed")
        self.project.git("fsck", "--no-progress", "--no-dangling", "--strict")
        left = [name for name in RUNNING if (self.project.root / ".git/refs/exps/exec" / name).exists()]
        require(not left, f"left behind: {', '.join(left)}")

        commits = [match.group(1).decode() for match in LINE.finditer(printed)]
        start = re.search(rb"^starting at (\d+)$", printed, re.MULTILINE)
        require(start or not commits, "checkpoints before the training began")
        steps = {}
        for offset, commit in enumerate(commits, 1):
            steps[commit] = int(start.group(1)) + offset
        if start:
            require(int(start.group(1)) >= self.reported,
                    f"the run started at step {start.group(1).decode()}, though {self.reported} had been reported")
        self.reported = max([self.reported, *steps.values()])

        copy = self.copy()
        output = copy.exp("run", KILL_TEST_STEPS="2")
        again = re.search(rb"^starting at (\d+)$", output, re.MULTILINE)
        require(again, f"the next run did not train:\n{output.decode()}")
        require(int(again.group(1)) >= self.reported,
                f"the next run started at step {again.group(1).decode()}, though {self.reported} had been reported")
        more = [match.group(1).decode() for match in LINE.finditer(output)]
        require(len(more) == 2, f"the next run made {len(more)} checkpoints instead of 2:\n{output.decode()}")
        require(copy.state() == self.before, "the next run changed HEAD, the index or a branch")
        self.continued += 1
        for offset, commit in enumerate(more, 1):
            steps[commit] = int(again.group(1)) + offset

        for commit, step in steps.items():
            copy.exp("apply", commit)
            verify_outputs(copy.root, step, commit)
            self.applied += 1
        copy.git("fsck", "--no-progress", "--no-dangling", "--strict")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=shutil.which("git-exp"), help="the git-exp to test")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    if not options.program:
        parser.error("there is no git-exp on PATH; name one with --program")
    program = str(pathlib.Path(options.program).resolve())
    print(f"killing {program} {options.kills} times, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="git-exp-kill-") as directory:
        test = Test(program, pathlib.Path(directory), random.Random(options.seed))
        for number in range(1, options.kills + 1):
            try:
                test.once(number)
            except Lost as lost:
                sys.exit(f"FAILED (seed {options.seed}): {lost}")
            if number % 10 == 0:
                print(f"{number} kills, {test.continued} continued, {test.applied} checkpoints applied", flush=True)
    print(f"{options.kills} kills: nothing was lost; {test.applied} checkpoints gave back their bytes")


if __name__ == "__main__":
    main()
