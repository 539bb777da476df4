#!/usr/bin/env python3
"""Kills commands that move data with SIGKILL at random instants, and looks what they left.

    data_kill_test.py --program .build/bin/git-exp [--kills 20] [--seed N] [--only add]

After each kill
  * every object of the cache holds what its name says;
  * every file of the workspace, every `.dvc` file and every `dvc.lock` is the one from before or the one of afterwards, and
    one of afterwards names only objects that the cache has;
  * the status does not call finished what is not;
and the same command once more ends with exactly the files that it makes when nobody kills it.
"""

import argparse
import hashlib
import json
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

FILES = 400
HASH = re.compile(rb"md5: ([0-9a-f]{32}(?:\.dir)?)")


class Lost(Exception):
    """Something that must hold does not."""


def require(condition, complaint):
    if not condition:
        raise Lost(complaint)


class Project:
    def __init__(self, program, root):
        self.program, self.root = program, root
        home = root.parent / "home"
        home.mkdir(exist_ok=True)
        (home / ".gitconfig").write_text("[user]\n\tname = Kill\n\temail = kill@example.com\n[gc]\n\tauto = 0\n")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "DVC"))}
        self.environment |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

    def copy(self, name):
        target = self.root.with_name(name)
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", self.root, target], check=True)
        return Project(self.program, target)

    def start(self, *arguments):
        return subprocess.Popen(
            arguments, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

    def run(self, *arguments):
        process = self.start(*arguments)
        output = process.communicate(timeout=300)[0].decode()
        require(process.returncode == 0, f"{arguments} ended with {process.returncode}:\n{output}")
        return output

    def exp(self, *arguments):
        return self.run(self.program, *arguments)

    def git(self, *arguments):
        return self.run("git", *arguments)

    def write(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def create(self, generation):
        self.root.mkdir(parents=True)
        self.git("init", "-q")
        self.exp("init", "-q")
        self.git("config", "exp.generation", str(generation))
        self.write("dvc.yaml", b"stages:\n  s:\n    cmd: cp -r data copy\n    deps: [data]\n    outs: [copy]\n")
        return self

    def fill(self, mark):
        for number in range(FILES):
            self.write(f"data/{number % 7}/{number}", b"%s %d\r\n" % (mark, number) * (1 + number * 5))
        self.write("data/large", mark * 500_000)
        self.write("one.txt", mark + b"\r\n")

    def forget(self):
        for name in ("data", "copy"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        (self.root / "one.txt").unlink(missing_ok=True)

    def files(self):
        """Everything but what is git's and what nobody misses."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            place = os.path.relpath(folder, self.root)
            if place == ".":
                folders.remove(".git")
            if place == ".dvc" and "tmp" in folders:
                folders.remove("tmp")
            for name in names:
                found[os.path.normpath(os.path.join(place, name))] = pathlib.Path(folder, name).read_bytes()
        return found

    def check_objects(self):
        """The names of the objects of both layouts; each must hold what its name says."""
        cache, names = self.root / ".dvc/cache", set()
        for path in cache.rglob("*"):
            place = path.relative_to(cache)
            if not path.is_file() or place.parts[0] == "runs" or path.name.startswith(".git-exp-"):
                continue
            is_new = place.parts[0] == "files"
            name = "".join(place.parts[-2:])
            data = path.read_bytes()
            if not is_new and b"\0" not in data[:512]:
                data = data.replace(b"\r\n", b"\n")
            require(hashlib.md5(data).hexdigest() == name[:32], f"the object '{place}' does not hold what it says")
            names.add((is_new, name))
        return names

    def check_complete(self, bytes, objects):
        for entry in re.split(rb"(?m)^\s*- ", bytes.partition(b"outs:")[2]):
            found = HASH.search(entry)
            if not found:
                continue
            is_new, name = b"hash: md5" in entry, found[1].decode()
            require((is_new, name) in objects, f"the object {name} is missing")
            if name.endswith(".dir"):
                base = self.root / (".dvc/cache/files/md5" if is_new else ".dvc/cache")
                for item in json.loads((base / name[:2] / name[2:]).read_bytes()):
                    require((is_new, item["md5"]) in objects, f"the object {item['md5']} of a list is missing")


def base(program, folder, generation):
    project = Project(program, folder / "base").create(generation)
    project.fill(b"old")
    project.exp("add", "-q", "data", "one.txt")
    project.exp("repro", "-q")
    project.git("add", ".")
    project.git("commit", "-qm", "start")
    return project


def for_add(program, folder):
    project = base(program, folder, 3)
    project.fill(b"new")
    return project, ("add", "-q", "data", "one.txt")


def for_commit(program, folder):
    project = base(program, folder, 3)
    project.fill(b"new")
    shutil.rmtree(project.root / "copy")
    shutil.copytree(project.root / "data", project.root / "copy")
    return project, ("commit", "-q", "-f")


def for_checkout(program, folder):
    project = base(program, folder, 3)
    project.forget()
    return project, ("checkout", "-q")


def for_change(program, folder):
    """A checkout that replaces data."""
    project = base(program, folder, 3)
    project.fill(b"new")
    project.exp("add", "-q", "data", "one.txt")
    project.exp("repro", "-q")
    project.git("stash", "-q")
    return project, ("checkout", "-q")


def for_migrate(program, folder):
    project = base(program, folder, 2)
    project.git("config", "--unset", "exp.generation")
    return project, ("data", "migrate", "-q")


SCENES = {"add": for_add, "commit": for_commit, "checkout": for_checkout, "change": for_change, "migrate": for_migrate}


def look(project, scene, before, after):
    objects = project.check_objects()
    now = project.files()
    finished = True
    for name, data in now.items():
        if name.startswith(".dvc/cache"):
            continue
        require(data in (before.get(name), after.get(name)), f"'{name}' is neither the old nor the new one")
        if name.endswith((".dvc", "dvc.lock")):
            project.check_complete(data, objects)
    for name, data in after.items():
        if not name.startswith(".dvc") and now.get(name) != data:
            finished = False
    status = project.exp("status")
    if scene == "migrate":
        require("up to date" in status, f"the status of a half migrated project:\n{status}")
    elif not finished:
        require("up to date" not in status, "the status calls finished what is not")
    return finished


def torment(program, scene, kills, source):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-kill-"))
    try:
        project, command = SCENES[scene](program, folder)
        before = project.files()
        reference = project.copy("reference")
        begin = time.monotonic()
        reference.exp(*command)
        duration = time.monotonic() - begin
        after = reference.files()
        cut = 0
        for number in range(kills):
            victim = project.copy("victim")
            process = victim.start(program, *command)
            time.sleep(source.uniform(0, duration * 1.05))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            try:
                finished = look(victim, scene, before, after)
                cut += not finished
                victim.exp(*command)
                result = victim.files()
                names = [name for name in result.keys() | after.keys() if result.get(name) != after.get(name)]
                require(not names, f"another result after a second call: {sorted(names)[:5]}")
            except Lost as error:
                print(f"FAILED  {scene}, kill {number}: {error}")
                return False
        print(f"ok      {scene}: {kills} kills within {duration:.2f} s, {cut} of them before the end")
        return True
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--only", choices=SCENES)
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    source = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    results = [torment(program, scene, options.kills, source) for scene in SCENES if options.only in (None, scene)]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
