#!/usr/bin/env python3
"""Kills `git exp push` and `git exp pull` with SIGKILL at random instants, and looks what they left.

    sharing_kill_test.py --program .build/release/git-exp [--kills 50] [--seed N]

Half of the kills hit the program alone, so that a git that it started goes on without it, the others hit both. After each
  * every object of the data remote and of the cache holds what its name says;
  * a push: each experiment in the bare repository has the data of all its checkpoints on the data remote;
  * a pull: each experiment in the clone has the data of all its checkpoints in its cache;
  * `git fsck` finds nothing, and where nothing was to be changed nothing is;
and the same command once more ends with all experiments and all data.
"""

import argparse
import contextlib
import hashlib
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

EXPERIMENTS = 6
STEPS = 3
TRAIN = """for step in $(seq %d); do
    yes "$step $(cat params.yaml)" | head -c 300000 > model
    mkdir -p parts
    for part in 1 2 3; do echo "$step $part $(cat params.yaml)" > parts/$part; done
    git exp checkpoint
done
""" % STEPS
HASH = re.compile(r"md5: ([0-9a-f]{32}(?:\.dir)?)")


class Lost(Exception):
    """Something that must hold does not."""


def require(condition, complaint):
    if not condition:
        raise Lost(complaint)


class Scene:
    """A project, a bare repository, a data remote and a clone, side by side in a folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "DVC"))}
        tools = folder.parent / "bin"
        tools.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (tools / "git-exp").symlink_to(program)
        home = folder.parent / "home"
        home.mkdir(exist_ok=True)
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Kill\n\temail = kill@example.com\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n")
        self.environment |= {
            "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}

    def start(self, place, *arguments):
        return subprocess.Popen(
            arguments, cwd=self.folder / place, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def run(self, place, *arguments):
        process = self.start(place, *arguments)
        output = process.communicate(timeout=300)[0].decode()
        require(process.returncode == 0, f"{arguments} ended with {process.returncode}:\n{output}")
        return output

    def exp(self, place, *arguments):
        return self.run(place, self.program, *arguments)

    def create(self):
        work = self.folder / "work"
        work.mkdir(parents=True)
        self.run("work", "git", "init", "-q")
        self.exp("work", "init", "-q")
        self.exp("work", "remote", "add", "-q", "--default", "store", "../store")
        (work / "train.sh").write_text(TRAIN)
        (work / "params.yaml").write_text("lr: 0\n")
        self.exp("work", "stage", "add", "-q", "-n", "train", "-p", "lr", "-c", "model", "-c", "parts", "sh", "train.sh")
        self.run("work", "git", "add", ".")
        self.run("work", "git", "commit", "-qm", "start")
        for number in range(EXPERIMENTS):
            self.exp("work", "run", "-q", "--reset", "-n", f"exp-{number}", "-S", f"lr={number}")
        self.run(".", "git", "init", "-q", "--bare", "origin.git")
        self.run("work", "git", "remote", "add", "origin", "../origin.git")
        self.run("work", "git", "push", "-q", "origin", "main")
        self.run(".", "git", "clone", "-q", "origin.git", "clone")
        self.run("clone", "git", "remote", "set-url", "origin", "../origin.git")
        return self

    def copy(self):
        target = self.folder.with_name("victim")
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", self.folder, target], check=True)
        return Scene(self.program, target)

    def references(self, place):
        listing = self.run(place, "git", "for-each-ref", "--format=%(refname) %(objectname)")
        references = dict(line.split() for line in listing.splitlines())
        return {name: tip for name, tip in references.items() if not name.startswith("refs/exps/exec/")}

    def experiments(self, place):
        return {name: tip for name, tip in self.references(place).items() if name.startswith("refs/exps/")}

    def objects(self, place):
        """The names of the objects in a cache or a data remote; each must hold what its name says."""
        root, names = self.folder / place / "files/md5", set()
        for path in root.rglob("*"):
            if not path.is_file() or len(path.parent.name) != 2 or path.name.startswith(".git-exp-"):
                continue
            if not re.fullmatch(r"[0-9a-f]{30}(\.dir)?", path.name):
                continue
            name = path.parent.name + path.name
            require(hashlib.md5(path.read_bytes()).hexdigest() == name[:32], f"object {name} holds something else")
            names.add(name)
        return names

    def check_data(self, place, store):
        """Each experiment of a repository has the data of all its commits in `store`."""
        objects = self.objects(store)
        for reference, tip in self.experiments(place).items():
            commits = self.run(place, "git", "rev-list", tip, "^" + self.run("work", "git", "rev-parse", "HEAD").strip())
            require(len(commits.split()) >= STEPS, f"{reference} has too few commits")
            for commit in commits.split():
                lock = self.run(place, "git", "show", f"{commit}:dvc.lock")
                wanted = HASH.findall(lock.partition("outs:")[2])
                require(len(wanted) == 2, f"no hashes in the lock file:\n{lock}")
                for md5 in wanted:
                    require(md5 in objects, f"{reference} is there without {md5}")
                    if md5.endswith(".dir"):
                        listing = (self.folder / store / "files/md5" / md5[:2] / md5[2:]).read_text()
                        for member in re.findall(r'"md5": "([0-9a-f]{32})"', listing):
                            require(member in objects, f"{reference} is there without {member} of a list")

    def check_git(self, place):
        self.run(place, "git", "fsck", "--connectivity-only", "--no-dangling")


def settle(process):
    """Waits until everything of the session of a killed process has ended."""
    while True:
        left = False
        for entry in pathlib.Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
            except OSError:
                continue
            left = left or bool(fields and int(fields[3]) == process.pid and fields[0] != "Z")
        if not left:
            return
        time.sleep(0.01)


def torment(scene, verb, kills, source):
    place = "work" if verb == "push" else "clone"
    reference = scene.copy()
    begin = time.monotonic()
    reference.exp(place, verb, "-q", "origin")
    duration = time.monotonic() - begin
    wanted = scene.experiments("work")
    cut = partly = 0
    for number in range(kills):
        victim = scene.copy()
        before = victim.references(place)
        process = victim.start(place, victim.program, verb, "origin")
        time.sleep(source.uniform(0, duration * 1.05))
        with contextlib.suppress(ProcessLookupError):
            if number % 2:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.send_signal(signal.SIGKILL)
        process.communicate()
        settle(process)
        try:
            there, store = ("origin.git", "store") if verb == "push" else ("clone", "clone/.dvc/cache")
            victim.check_data(there, store)
            victim.check_git(there)
            if verb == "push":
                require(victim.references(place) == before, "the project's references changed")
            found = victim.experiments(there)
            require(found.items() <= wanted.items(), "an experiment is there that is none")
            cut += found != wanted
            partly += found != wanted and bool(victim.objects(store))
            victim.exp(place, verb, "origin")
            require(victim.experiments(there) == wanted, "not all experiments are there after a second call")
            victim.check_data(there, store)
            require(victim.objects(store) == scene.objects("work/.dvc/cache"), "not all data is there after a second call")
        except Lost as error:
            print(f"FAILED  {verb}, kill {number}: {error}")
            return False
    print(f"ok      {verb}: {kills} kills within {duration:.2f} s, {cut} before the end, {partly} of them with data there")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    source = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-kill-"))
    try:
        scene = Scene(str(pathlib.Path(options.program).resolve()), folder / "base").create()
        is_sound = torment(scene, "push", options.kills, source)
        scene.exp("work", "push", "-q", "origin")
        is_sound = torment(scene, "pull", options.kills, source) and is_sound
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(not is_sound)


if __name__ == "__main__":
    main()
