#!/usr/bin/env python3
"""Measures git exp as a user meets it, through `git exp …`, against a floor made of git and coreutils, and DVC.

    bench.py --program .build/bin/git-exp [--quick] [--json FILE] [--no-dvc] [--check]

Every row is a ratio within one run: floor and tools take turns on the same machine and the same data. The limits
hold for `exp.durability = process`; rows for `disk` are there to compare. `--quick` takes fewer rounds, and lets
DVC show fewer experiments. `--check` ends with status 1 when a limit is exceeded.
"""

import argparse
import ctypes
import hashlib
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Interop"))
from harness import Environments  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MEGABYTE = 1_000_000
RUNNERS = ("git exp", "DVC 3.67", "DVC 2.58")
QUIET = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
         (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
         (os.POSIX_SPAWN_DUP2, 1, 2)]


class Sample:
    """One timing: wall clock and processor time in seconds, peak memory in bytes."""

    def __init__(self, wall, cpu, peak):
        self.wall, self.cpu, self.peak = wall, cpu, peak


class Row:
    """What one line of the table compares."""

    def __init__(self, name, limit=None, limit_peak=None, limit_time=None):
        self.name, self.limit, self.limit_peak, self.limit_time = name, limit, limit_peak, limit_time
        self.samples = {}
        self.floors = {}
        self.peaks = {}

    def add(self, who, sample):
        self.samples.setdefault(who, []).append(sample)

    def median(self, who, field="wall"):
        values = [getattr(sample, field) for sample in self.samples.get(who, [])]
        values = [value for value in values if value is not None]
        return statistics.median(values) if values else None

    def peak(self, who):
        """The largest memory of any round; measured apart where a round cannot tell."""
        if who in self.peaks:
            return self.peaks[who]
        return max((sample.peak for sample in self.samples.get(who, []) if sample.peak), default=None)

    def ratio(self, who):
        own = self.median(who)
        floor = self.median(self.floors.get(who, "floor"))
        return own / floor if own is not None and floor else None

    @property
    def verdict(self):
        if self.limit_peak is not None:
            peak = self.peak("git exp")
            return None if peak is None else peak <= self.limit_peak
        if self.limit_time is not None:
            own, floor = self.median("git exp"), self.median("floor")
            return None if own is None or floor is None else own - floor <= self.limit_time
        ratio = self.ratio("git exp")
        return None if self.limit is None or ratio is None else ratio <= self.limit

    def as_json(self):
        def figures(who):
            samples = self.samples[who]
            return {
                "rounds": len(samples), "wall_median": self.median(who), "cpu_median": self.median(who, "cpu"),
                "peak_memory": self.peak(who), "ratio": self.ratio(who),
                "wall": [sample.wall for sample in samples],
            }
        return {"name": self.name, "limit": self.limit, "limit_peak_memory": self.limit_peak, "met": self.verdict,
                "figures": {who: figures(who) for who in self.samples}}


def measure(*arguments, status=0, output=None):
    """Runs one process in the current folder and takes its time; `output` is a file for what it prints."""
    actions = list(QUIET)
    if output:
        actions[1] = (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        actions[2] = (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)
    begin = time.perf_counter()
    process = os.posix_spawnp(arguments[0], arguments, os.environ, file_actions=actions)
    _, ended, usage = os.wait4(process, 0)
    wall = time.perf_counter() - begin
    if status is not None and os.waitstatus_to_exitcode(ended) != status:
        again = subprocess.run(arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        sys.exit(f"'{' '.join(arguments)}' in {os.getcwd()} ended with {os.waitstatus_to_exitcode(ended)}; "
                 f"run again it ended with {again.returncode} and said:\n{again.stdout}{again.stderr}")
    # A process takes over the peak of the one that started it: a figure that is not above ours says nothing.
    inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = usage.ru_maxrss * 1024 if usage.ru_maxrss > inherited else None
    return Sample(wall, usage.ru_utime + usage.ru_stime, peak)


def measure_memory(*arguments):
    """Like `measure`, with the true peak memory, and about a millisecond more wall clock.

    A shell starts the program and ends at once, so the program becomes a child of ours that was never Python.
    """
    if ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) != 0:  # PR_SET_CHILD_SUBREAPER
        sys.exit("cannot adopt processes")
    begin = time.perf_counter()
    shell = os.posix_spawnp("sh", ["sh", "-c", '"$@" &', "sh", *arguments], os.environ, file_actions=QUIET)
    os.waitpid(shell, 0)
    _, ended, usage = os.wait3(0)
    if os.waitstatus_to_exitcode(ended) != 0:
        sys.exit(f"'{' '.join(arguments)}' in {os.getcwd()} ended with {os.waitstatus_to_exitcode(ended)}")
    return Sample(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def together(samples):
    return Sample(sum(sample.wall for sample in samples), sum(sample.cpu for sample in samples),
                  max((sample.peak for sample in samples if sample.peak), default=None))


def git(*arguments, text=None):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True, input=text).stdout.strip()


def quiet(*arguments):
    finished = subprocess.run(arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if finished.returncode != 0:
        sys.exit(f"'{' '.join(arguments)}' failed:\n{finished.stdout}{finished.stderr}")


class Bench:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.quick = options.quick
        self.rows = []
        self.commands = {"git exp": ["git", "exp"]}
        if not options.no_dvc:
            environments = Environments()
            environments.prepare()
            self.commands["DVC 3.67"] = [environments.program("dvc-3.67.1", "dvc"), "exp"]
            self.commands["DVC 2.58"] = [environments.program("dvc-2.58.2", "dvc"), "exp"]

    def row(self, *arguments, **options):
        row = Row(*arguments, **options)
        self.rows.append(row)
        print(f"measuring: {row.name}", file=sys.stderr, flush=True)
        return row

    def base(self, who):
        """The program without its group of experiment commands."""
        return self.commands[who] if who == "git exp" else self.commands[who][:1]

    def project(self, who, pipeline, files):
        """A committed project of that tool, which becomes the current folder."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        os.chdir(folder)
        git("init", "-q")
        (folder / "dvc.yaml").write_text(pipeline)
        for name, text in files.items():
            (folder / name).write_text(text)
        quiet(*self.base(who), "init")
        git("add", ".")
        git("commit", "-qm", "Set up")
        return folder

    def remove(self, *folders):
        os.chdir(self.work)
        for folder in folders:
            shutil.rmtree(folder)

    # Rows

    def start_up(self):
        row = self.row("git exp --version", 2)
        os.chdir(self.work)
        for number in range(20 if self.quick else 60):
            row.add("floor", measure("git", "--version"))
            row.add("git exp", measure("git", "exp", "--version"))
            for who in RUNNERS[1:]:
                if who in self.commands and number < (2 if self.quick else 5):
                    row.add(who, measure(*self.base(who), "--version"))
        row.peaks["floor"] = measure_memory("git", "--version").peak
        row.peaks["git exp"] = measure_memory("git", "exp", "--version").peak

    def trivial_run(self):
        row = self.row("one trivial run", 1)
        command = "cp params.yaml out.txt"
        pipeline = ("stages:\n  copy:\n    cmd: %s\n    deps:\n    - params.yaml\n    outs:\n"
                    "    - out.txt:\n        cache: false\n" % command)
        folders = {who: self.project(who, pipeline, {"params.yaml": "lr: 0.1\n", ".gitignore": ""})
                   for who in self.commands}
        disk = Row("the same, exp.durability = disk")
        # Apart from each other: the first files made after a sync of the disk cost what the sync left to do.
        for durability, into in (("process", row), ("disk", disk)):
            os.chdir(folders["git exp"])
            git("config", "exp.durability", durability)
            tree, head = git("rev-parse", "HEAD^{tree}"), git("rev-parse", "HEAD")
            for number in range(8 if self.quick else 25):
                into.add("floor", together([
                    measure("sh", "-c", command),
                    measure("git", "commit-tree", tree, "-p", head, "-m", "an experiment"),
                    measure("git", "update-ref", f"refs/floor/{head}/{durability}-{number}", head)]))
                into.add("git exp", measure("git", "exp", "run", "-f", "-q"))
        for who in RUNNERS[1:]:
            if who in folders:
                os.chdir(folders[who])
                for _ in range(1 if self.quick else 4):
                    row.add(who, measure(*self.commands[who], "run", "-f", "-q"))
        os.chdir(folders["git exp"])
        disk.peaks["git exp"] = row.peaks["git exp"] = measure_memory("git", "exp", "run", "-f", "-q").peak
        self.rows.append(disk)
        self.remove(*folders.values())

    def checkpoint(self, size, limit, rounds):
        name = f"one checkpoint of {size // MEGABYTE} MB, training blocked"
        row = self.row(name, limit)
        disk = Row("the same, exp.durability = disk")
        self.rows.append(disk)
        for durability, into in (("process", row), ("disk", disk)):
            self.checkpoints("git exp", into, size, rounds, durability)
        if "DVC 2.58" in self.commands:
            self.checkpoints("DVC 2.58", row, size, 2 if self.quick else 5, None)
            row.floors["DVC 2.58"] = "floor beside DVC"

    def checkpoints(self, who, row, size, rounds, durability):
        script = HERE / "blocked.py"
        result = self.work / "blocked.json"
        pipeline = (f"stages:\n  train:\n    cmd: {sys.executable} -I -S {script} {size} {rounds} {result}\n    outs:\n"
                    "    - model.bin:\n        checkpoint: true\nmetrics:\n- metrics.json\n")
        folder = self.project(who, pipeline, {"metrics.json": "{}", ".gitignore": "/model.bin\n"})
        if durability:
            git("config", "exp.durability", durability)
        os.environ["BENCH_TREE"] = git("rev-parse", "HEAD^{tree}")
        whole = measure(*self.commands[who], "run", "-q")
        measured = json.loads(result.read_text())
        cpu = max(whole.cpu - measured["cpu"], 0) / (rounds + 1)
        for floor, blocked in zip(measured["floor"], measured["blocked"]):
            row.add("floor" if who == "git exp" else "floor beside DVC", Sample(floor, None, None))
            row.add(who, Sample(blocked, cpu, measured["peak"]))
        self.remove(folder)

    def many_experiments(self, who, count):
        """A project with that many experiments of three files each, packed as after `git gc`."""
        pipeline = ("stages:\n  train:\n    cmd: train\n    deps:\n    - train.py\n    params:\n    - epochs\n    - lr\n"
                    "    outs:\n    - model.bin\nmetrics:\n- metrics.json\n")
        folder = self.project(who, pipeline, {"params.yaml": "epochs: 10\nlr: 0.1\n", "metrics.json": '{"loss": 1.0}',
                                              "train.py": "", ".gitignore": "/model.bin\n"})
        head = git("rev-parse", "HEAD")
        hash_line = "" if who == "DVC 2.58" else "\n      hash: md5"
        stream = []
        now = int(time.time())
        for number in range(count):
            lock = (f"schema: '2.0'\nstages:\n  train:\n    cmd: train\n    deps:\n    - path: train.py{hash_line}\n"
                    f"      md5: d41d8cd98f00b204e9800998ecf8427e\n      size: 0\n    params:\n      params.yaml:\n"
                    f"        epochs: 10\n        lr: {number / 1000 + 0.001}\n    outs:\n    - path: model.bin{hash_line}\n"
                    f"      md5: a{hashlib.md5(str(number).encode()).hexdigest()[1:]}\n      size: {number}\n")
            files = {"dvc.lock": lock, "params.yaml": f"epochs: 10\nlr: {number / 1000 + 0.001}\n",
                     "metrics.json": json.dumps({"step": number, "loss": 1 / (number + 1), "acc": number / count})}
            message = f"dvc: commit experiment {number:064x}"
            stream.append(f"commit refs/exps/{head[:2]}/{head[2:]}/exp-{number:04}\n"
                          f"committer Bench <bench@example.com> {now - count + number} +0000\n"
                          f"data {len(message)}\n{message}\nfrom {head}\n")
            stream += [f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()]
        git("fast-import", "--quiet", text="".join(stream))
        git("pack-refs", "--all")
        return folder

    def show(self, count, whom, first, later, rounds, floor_name="floor"):
        for who in whom:
            folder = self.many_experiments(who, count)
            head = git("rev-parse", "HEAD")
            experiments = f"refs/exps/{head[:2]}/{head[2:]}"
            commits = git("for-each-ref", "--format=%(objectname)", experiments).split()
            names = self.work / "blobs"
            names.write_text("".join(
                f"{commit}:{name}\n" for commit in commits for name in ("dvc.lock", "params.yaml", "metrics.json")))
            output = self.work / "output"

            def floor():
                # The objects go into a file, as those of `show` do.
                return together([
                    measure("git", "for-each-ref", experiments, output=output),
                    measure("sh", "-c", f"exec git cat-file --batch <'{names}'", output=output)])

            def forget():
                for cache in ("exps/cache", "git-exp"):
                    shutil.rmtree(folder / ".dvc/tmp" / cache, ignore_errors=True)

            times = rounds if who == "git exp" else 1 if self.quick else 2
            for _ in range(times):
                sample = floor()
                first.add(floor_name, sample)
                later.add(floor_name, sample)
                forget()
                first.add(who, measure(*self.commands[who], "show", "--json", output=output))
                measure(*self.commands[who], "show", "--no-pager", output=output)
                later.add(who, measure(*self.commands[who], "show", "--no-pager", output=output))
            first.peaks[who] = measure_memory(*self.commands[who], "show", "--json").peak
            later.peaks[who] = measure_memory(*self.commands[who], "show", "--no-pager").peak
            self.check_show(who, count)
            self.remove(folder)

    def check_show(self, who, count):
        """A table without its rows would be quick to print."""
        printed = subprocess.run([*self.commands[who], "show", "--json"], capture_output=True, text=True, check=True)
        shown = json.loads(printed.stdout)[1]["experiments"]
        newest = shown[0]["revs"][0]["data"] if shown else None
        if len(shown) != count or not newest or newest["metrics"]["metrics.json"]["data"]["step"] != count - 1:
            sys.exit(f"{who} does not show the {count} experiments")

    def shows(self):
        first = self.row("show --json, 1,000 experiments, first call", 1)
        later = Row("show as a table, 1,000 experiments, later calls", 0.5)
        self.rows.append(later)
        self.show(1000, ["git exp"], first, later, 8 if self.quick else 20)
        others = [who for who in RUNNERS[1:] if who in self.commands]
        if others:
            self.show(150 if self.quick else 1000, others, first, later, 1, "floor beside DVC")
            for row in (first, later):
                row.floors |= {who: "floor beside DVC" for who in others}

    def large_output(self):
        size = 2_000_000_000
        row = self.row("run with an output of 2 GB, peak memory", limit_peak=100 * MEGABYTE)
        if shutil.disk_usage(self.work).free < 2.5 * size:
            print("skipped: not enough space on the disk", file=sys.stderr)
            return
        writer = ("import os; block = os.urandom(1 << 20); file = open('large.bin', 'wb'); "
                  f"[file.write(block) for _ in range({size >> 20})]; file.close()")
        pipeline = (f"stages:\n  write:\n    cmd: {sys.executable} -I -S write.py\n    outs:\n    - large.bin\n")
        folder = self.project("git exp", pipeline, {"write.py": writer + "\n", ".gitignore": "/large.bin\n"})
        git("config", "exp.durability", "process")
        row.add("git exp", measure_memory("git", "exp", "run", "-q"))
        copy = self.work / "copy"
        row.add("floor", together([
            measure(sys.executable, "-I", "-S", "write.py"), measure("md5sum", "large.bin"),
            measure("cp", "large.bin", str(copy))]))
        copy.unlink()
        self.remove(folder)

    def tracked_files(self):
        """Data of 50,000 small files: `add`, `status`, `commit` and `checkout` with each tool."""
        count = 2_000 if self.quick else 50_000
        # The limits are for many files: with few, starting up is what takes the time.
        limit = (lambda times: None) if self.quick else (lambda times: times)
        rows = {
            "add": self.row(f"add, {count:,} files of 4 KB", limit(1)),
            "status": self.row(f"status, nothing changed, {count:,} files", limit(1)),
            "again": self.row(f"add again, nothing changed, {count:,} files", limit(1)),
            "commit": self.row(f"commit after one file of {count:,} changed", limit(3)),
            "copy": self.row(f"checkout of {count:,} files, copies", limit(1.1)),
            "link": self.row(f"checkout of {count:,} files, hard links", limit(1.1)),
        }
        for who in self.commands:
            self.track(who, rows, count, 3 if who == "git exp" else 1)

    def track(self, who, rows, count, rounds):
        folder = self.project(who, "stages: {}\n", {})
        git("config", "exp.durability", "process")
        tool = self.base(who)
        data, aside = folder / "data", self.work / "aside"
        for number in range(count):
            if number % 1000 == 0:
                (data / f"{number // 1000:02}").mkdir(parents=True)
            (data / f"{number // 1000:02}" / f"{number:05}").write_bytes(os.urandom(4096))
        for number in range(rounds):
            if number > 0:
                shutil.rmtree(folder / ".dvc/cache")
                shutil.rmtree(folder / ".dvc/tmp")
                (folder / "data.dvc").unlink()
            # What is still to be written to the disk would slow down whoever writes next.
            quiet("sync")
            if who == "git exp":
                md5 = measure("sh", "-c", "find data -type f -print0 | xargs -0 md5sum")
                rows["add"].add("floor", together([md5, measure("cp", "-r", "data", str(aside))]))
                shutil.rmtree(aside)
                quiet("sync")
            rows["add"].add(who, measure(*tool, "add", "data"))
        time.sleep(0.2)
        quiet(*tool, "status")
        for _ in range(rounds):
            if who == "git exp":
                for name in ("status", "again", "commit"):
                    rows[name].add("floor", measure("find", "data", "-printf", "%s %T@\n"))
            rows["status"].add(who, measure(*tool, "status"))
            rows["again"].add(who, measure(*tool, "add", "data"))
        for number in range(rounds):
            (data / "00" / "00000").write_text(f"changed {number}\n")
            time.sleep(0.2)
            rows["commit"].add(who, measure(*tool, "commit", "--force"))
        for _ in range(rounds):
            for name, flag in (("copy", "-r"), ("link", "-rl")):
                quiet(*tool, "config", "cache.type", "copy" if name == "copy" else "hardlink")
                data.rename(aside)
                if who == "git exp":
                    rows[name].add("floor", measure("cp", flag, str(aside), "data"))
                    shutil.rmtree(data)
                rows[name].add(who, measure(*tool, "checkout"))
                shutil.rmtree(aside)
        self.remove(folder)

    def verbs(self):
        """One of many experiments: `list`, `rename` and `remove`, over what starting up takes."""
        count = 10_000
        rows = {name: self.row(f"{name}, one of {count:,} experiments, over start-up", limit_time=0.03)
                for name in ("list", "rename", "remove", "undo")}
        folder = self.project("git exp", "stages: {}\n", {})
        git("config", "exp.durability", "process")
        head = git("rev-parse", "HEAD").strip()
        stream = "".join(
            f"commit refs/exps/{head[:2]}/{head[2:]}/exp-{number:05}\ncommitter A <a@example.com> {number} +0000\n"
            f"data 1\nx\nfrom {head}\n" for number in range(count))
        git("fast-import", "--quiet", text=stream)
        git("pack-refs", "--all")
        for number in range(3 if self.quick else 10):
            calls = {"list": [], "rename": [f"exp-{number:05}", f"name-{number}"], "remove": [f"exp-{number + 100:05}"],
                     "undo": []}
            for name, arguments in calls.items():
                rows[name].add("floor", measure("git", "exp", "--version"))
                rows[name].add("git exp", measure("git", "exp", name, *arguments))
        self.remove(folder)

    def push(self):
        """Many experiments to a bare repository over a path; their data is on the data remote already."""
        count = 1_000
        row = self.row(f"push of {count:,} experiments", 1.5)
        folder = self.many_experiments("git exp", count)
        store = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        for number in range(count):
            name = f"a{hashlib.md5(str(number).encode()).hexdigest()[1:]}"
            (store / "files/md5" / name[:2]).mkdir(parents=True, exist_ok=True)
            (store / "files/md5" / name[:2] / name[2:]).write_bytes(b"x" * number)
        quiet("git", "exp", "remote", "add", "-q", "--default", "store", str(store))
        bare = pathlib.Path(tempfile.mkdtemp(dir=self.work)) / "origin.git"
        git("init", "-q", "--bare", str(bare))
        git("remote", "add", "origin", str(bare))
        git("push", "-q", "origin", "HEAD:refs/heads/main")
        aside = self.work / "aside.git"
        shutil.copytree(bare, aside)
        calls = {"floor": ["git", "push", "-q", "origin", "refs/exps/*:refs/exps/*"],
                 "git exp": ["git", "exp", "push", "-q", "origin"]}
        for _ in range(3 if self.quick else 8):
            for who, call in calls.items():
                shutil.rmtree(bare)
                shutil.copytree(aside, bare)
                row.add(who, measure(*call))
                there = git("-C", str(bare), "for-each-ref", "refs/exps").count("\n") + 1
                if there != count:
                    sys.exit(f"{who} pushed {there} experiments")
        self.remove(folder, store, bare.parent, aside)

    def queue(self):
        """Eight small Python programs from the queue, two at a time, until the last one is recorded."""
        row = self.row("8 queued trivial experiments with -j 2", 3)
        script = ("import json\nlr = float(open('params.yaml').read().split()[1])\n"
                  "json.dump({'loss': 1 / lr}, open('metrics.json', 'w'))\n")
        pipeline = ("stages:\n  train:\n    cmd: python3 train.py\n    deps:\n    - train.py\n    params:\n    - lr\n"
                    "    metrics:\n    - metrics.json:\n        cache: false\n")
        folders = {who: self.project(who, pipeline, {"params.yaml": "lr: 1\n", "train.py": script})
                   for who in self.commands}
        series = "for number in 1 2 3 4; do sh -c 'python3 train.py'; done"
        for number in range(3 if self.quick else 10):
            for who, folder in folders.items():
                if who != "git exp" and number > 0:
                    continue
                os.chdir(folder)
                if who == "git exp":
                    git("config", "exp.durability", "process")
                    row.add("floor", measure("sh", "-c", f"({series}) & ({series}) & wait"))
                    (folder / "metrics.json").unlink()
                for experiment in range(8):
                    quiet(*self.commands[who], "run", "--queue", "-n", f"e{number}-{experiment}", "-S",
                          f"lr={number}.{experiment}1")
                # DVC starts its workers as `dvc`, whatever it was called as itself.
                path = f"{os.path.dirname(self.commands[who][0])}:{os.environ['PATH']}".lstrip(":")
                row.add(who, measure("env", f"PATH={path}", *self.commands[who], "run", "--run-all", "-j", "2"))
                there = git("for-each-ref", "--format=%(refname)", "refs/exps").count(f"/e{number}-")
                if there != 8:
                    sys.exit(f"{who} ran {there} of 8 queued experiments")
        self.remove(*folders.values())

    def large_files(self):
        """Data of a few large files: `add` with each tool, again and again with an empty cache."""
        one, ten = (("one file of 200 MB", 1, 200), ("10 files of 20 MB", 10, 20)) if self.quick else (
            ("one file of 2 GB", 1, 2_000), ("10 files of 200 MB", 10, 200))
        for (name, count, size), limit in ((one, 0.9), (ten, 0.6)):
            size *= MEGABYTE
            row = self.row(f"add, {name}", None if self.quick else limit)
            if shutil.disk_usage(self.work).free < 4 * count * size:
                print("skipped: not enough space on the disk", file=sys.stderr)
                continue
            folders = {who: self.project(who, "stages: {}\n", {}) for who in self.commands}
            data = self.work / "large"
            data.mkdir()
            for number in range(count):
                with open(data / f"{number:02}.bin", "wb") as file:
                    for _ in range(size // MEGABYTE):
                        file.write(os.urandom(MEGABYTE))
            target = f"{0:02}.bin" if count == 1 else "."
            aside = self.work / "aside"
            for number in range(3):
                for who, folder in folders.items():
                    if who != "git exp" and number > 0:
                        continue
                    os.chdir(folder)
                    git("config", "exp.durability", "process")
                    data.rename(folder / "data")
                    if who == "git exp":
                        quiet("sync")
                        os.chdir("data")
                        row.add("floor", together([
                            measure("md5sum", *sorted(os.listdir())), measure("cp", "-r", target, str(aside))]))
                        os.chdir(folder)
                        shutil.rmtree(aside) if aside.is_dir() else aside.unlink()
                    quiet("sync")
                    row.add(who, measure(*self.base(who), "add", "data" if count > 1 else f"data/{target}"))
                    (folder / "data").rename(data)
                    for name in (".dvc/cache", ".dvc/tmp"):
                        shutil.rmtree(folder / name, ignore_errors=True)
                    for name in (*folder.glob("?*.dvc"), *data.glob("?*.dvc"), data / ".gitignore"):
                        name.unlink(missing_ok=True)
            self.remove(*folders.values(), data)

    def nothing_to_do(self):
        """A pipeline of many stages, all of which were run before."""
        count = 100 if self.quick else 1_000
        row = self.row(f"repro, nothing to do, {count:,} stages", None if self.quick else 2)
        pipeline, lock = ["stages:\n"], {who: ["schema: '2.0'\nstages:\n"] for who in self.commands}
        contents = {}
        for number in range(count):
            text = hashlib.sha256(str(number).encode()).hexdigest() * 64
            digest = hashlib.md5(text.encode()).hexdigest()
            contents[f"in/{number:04}"], contents[f"out-{number:04}"] = text, text
            command = f"cp in/{number:04} out-{number:04}"
            pipeline.append(f"  s{number:04}:\n    cmd: {command}\n    deps:\n    - in/{number:04}\n"
                            f"    outs:\n    - out-{number:04}\n")
            for who, lines in lock.items():
                hashed = ("" if who == "DVC 2.58" else "      hash: md5\n") + f"      md5: {digest}\n      size: {len(text)}\n"
                lines.append(f"  s{number:04}:\n    cmd: {command}\n    deps:\n    - path: in/{number:04}\n{hashed}"
                             f"    outs:\n    - path: out-{number:04}\n{hashed}")
        for who in self.commands:
            folder = self.project(who, "".join(pipeline), {"dvc.lock": "".join(lock[who])})
            (folder / "in").mkdir()
            for name, text in contents.items():
                digest = hashlib.md5(text.encode()).hexdigest()
                cache = folder / ".dvc/cache" / ("" if who == "DVC 2.58" else "files/md5") / digest[:2]
                cache.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
                (cache / digest[2:]).write_text(text)
                (cache / digest[2:]).chmod(0o444)
            (folder / ".gitignore").write_text("/out-*\n")
            time.sleep(0.2)
            before = measure(*self.base(who), "repro")
            if (folder / "dvc.lock").read_text() != "".join(lock[who]):
                sys.exit(f"{who} found something to do")
            for _ in range(10 if who == "git exp" else 1):
                if who == "git exp":
                    row.add("floor", measure("md5sum", "dvc.yaml", "dvc.lock", *contents))
                row.add(who, measure(*self.base(who), "repro") if who == "git exp" else before)
            self.remove(folder)

    def hooks(self):
        """What the hooks add to a commit and to a checkout, in a repository of 5,000 files and 200 stages."""
        none = self.row("commit with hooks that touches no stage, 5,000 files", limit_time=0.015)
        one = self.row("commit with hooks that touches 1 stage of 200", limit_time=0.040)
        checkout = self.row("checkout with hooks, no output changed, 5,000 files", limit_time=0.015)
        count = 200

        def lock(texts):
            lines = ["schema: '2.0'\nstages:\n"]
            for number, text in enumerate(texts):
                entry = f"      hash: md5\n      md5: {hashlib.md5(text.encode()).hexdigest()}\n      size: {len(text)}\n"
                lines.append(f"  s{number:03}:\n    cmd: cp in/{number:03} out-{number:03}\n"
                             f"    deps:\n    - path: in/{number:03}\n{entry}"
                             f"    params:\n      params.yaml:\n        p{number:03}: {number}\n"
                             f"    outs:\n    - path: out-{number:03}\n{entry}")
            return "".join(lines)

        pipeline = "stages:\n" + "".join(
            f"  s{number:03}:\n    cmd: cp in/{number:03} out-{number:03}\n    deps:\n    - in/{number:03}\n"
            f"    params:\n    - p{number:03}\n    outs:\n    - out-{number:03}\n" for number in range(count))
        texts = [f"input {number}\n" for number in range(count)]
        folder = self.project("git exp", pipeline, {
            "dvc.lock": lock(texts), ".gitignore": "/out-*\n",
            "params.yaml": "".join(f"p{number:03}: {number}\n" for number in range(count))})
        quiet("git", "exp", "install")

        def store(text):
            digest = hashlib.md5(text.encode()).hexdigest()
            path = folder / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o444)

        (folder / "in").mkdir()
        for number, text in enumerate(texts):
            (folder / f"in/{number:03}").write_text(text)
            store(text)
        for number in range(5_000):
            path = folder / f"files/{number // 50:02}/{number % 50:02}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{number}\n")
        git("add", ".")
        git("commit", "-qm", "Everything")
        git("gc", "-q")
        calls = {"floor": ["git", "commit", "-q", "--no-verify", "-m", "x"], "git exp": ["git", "commit", "-qm", "x"]}
        rounds = 10 if self.quick else 40
        for number in range(rounds):
            for who, call in calls.items():
                (folder / f"files/{number % 100:02}/00.txt").write_text(f"{who} {number}\n")
                git("add", ".")
                none.add(who, measure(*call))
        for number in range(rounds):
            for who, call in calls.items():
                texts[number] = f"{who} {number}\n"
                store(texts[number])
                (folder / f"in/{number:03}").write_text(texts[number])
                (folder / "dvc.lock").write_text(lock(texts))
                git("add", ".")
                one.add(who, measure(*call))
        git("branch", "other")
        (folder / "files/00/00.txt").write_text("changed\n")
        git("commit", "-qam", "Change")
        for number in range(rounds):
            for branch in ("other", "main"):
                checkout.add("floor", measure("git", "-c", "core.hooksPath=/dev/null", "checkout", "-q", branch))
                git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "-")
                checkout.add("git exp", measure("git", "checkout", "-q", branch))
        self.remove(folder)

    def million(self):
        """The memory that a directory of a million files takes."""
        count = 1_000_000
        row = self.row(f"add, a directory of {count:,} files, peak memory", limit_peak=600 * MEGABYTE)
        folder = self.project("git exp", "stages: {}\n", {})
        git("config", "exp.durability", "process")
        for number in range(count):
            if number % 1000 == 0:
                (folder / f"data/{number // 1000:03}").mkdir(parents=True)
            with open(folder / f"data/{number // 1000:03}/{number:06}.txt", "w") as file:
                file.write(f"{number % 5000}\n")
        row.add("git exp", measure_memory("git", "exp", "add", "-q", "data"))
        row.add("git exp", measure_memory("git", "exp", "status", "-q"))
        self.remove(folder)

    def all(self):
        parts = {
            "start": self.start_up,
            "run": self.trivial_run,
            "small": lambda: self.checkpoint(MEGABYTE, 0.5, 8 if self.quick else 30),
            "large": lambda: self.checkpoint(100 * MEGABYTE, 0.8, 4 if self.quick else 10),
            "show": self.shows,
            "verbs": self.verbs,
            "push": self.push,
            "queue": self.queue,
            "files": self.tracked_files,
            "big": self.large_files,
            "repro": self.nothing_to_do,
            "hooks": self.hooks,
            "memory": self.large_output,
        }
        if not self.quick or "million" in (self.options.only or ()):
            parts["million"] = self.million
        for name, part in parts.items():
            if not self.options.only or name in self.options.only:
                part()


def seconds(value):
    if value is None:
        return "-"
    return f"{value * 1000:.2f} ms" if value < 0.1 else f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"


def times(value):
    return "-" if value is None else f"{value:.2f} x" if value < 10 else f"{value:.0f} x"


def table(rows):
    header = ["What", "Floor", "git exp", "CPU", "Memory", "Ratio", "Limit", "", "DVC 3.67", "DVC 2.58"]
    lines = [header]
    for row in rows:
        peak = row.peak("git exp")
        limit = times(row.limit) if row.limit else f"{row.limit_peak // MEGABYTE} MB" if row.limit_peak else (
            f"+{seconds(row.limit_time)}" if row.limit_time else "-")
        verdict = {None: "", True: "met", False: "OVER"}[row.verdict]
        others = [f"{seconds(row.median(who))} ({times(row.ratio(who))})" if row.median(who) is not None else "-"
                  for who in RUNNERS[1:]]
        lines.append([row.name, seconds(row.median("floor")), seconds(row.median("git exp")),
                      seconds(row.median("git exp", "cpu")), f"{peak / MEGABYTE:.0f} MB" if peak else "-",
                      times(row.ratio("git exp")), limit, verdict, *others])
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for number, line in enumerate(lines):
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("-" * (sum(widths) + 2 * (len(widths) - 1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=shutil.which("git-exp"), help="the git-exp to measure")
    parser.add_argument("--quick", action="store_true", help="a first look in under three minutes")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--no-dvc", action="store_true", help="leave DVC out")
    parser.add_argument("--only", action="append", choices=(
        "start", "run", "small", "large", "show", "verbs", "push", "queue", "files", "big", "repro", "hooks", "memory",
        "million"))
    parser.add_argument("--check", action="store_true", help="end with status 1 when a limit is exceeded")
    options = parser.parse_args()
    if not options.program:
        parser.error("there is no git-exp on PATH; name one with --program")
    json_file = options.json.resolve() if options.json else None
    program = pathlib.Path(options.program).resolve()

    # A directory of its own on PATH: only the program under test, and python3 itself instead of a wrapper.
    work = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-bench-"))
    (work / "bin").mkdir()
    (work / "bin" / "git-exp").symlink_to(program)
    # Where everybody has it: a variable that names another file is one that libgit2 does not know.
    (work / ".gitconfig").write_text(
        "[user]\n\tname = Bench\n\temail = bench@example.com\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n")
    for name in [name for name in os.environ if name.startswith(("GIT_", "DVC"))]:
        if name != "GIT_EXP_INTEROP_VENVS":
            del os.environ[name]
    os.environ |= {"PATH": f"{work / 'bin'}{os.pathsep}{os.environ['PATH']}",
                   "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat", "SHELL": "/bin/sh", "HOME": str(work), "LC_ALL": "C.UTF-8",
                   "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(work / "site-cache")}
    begin = time.monotonic()
    try:
        bench = Bench(options, work)
        bench.all()
    finally:
        os.chdir("/")
        shutil.rmtree(work, ignore_errors=True)

    table(bench.rows)
    print(f"\n{time.monotonic() - begin:.0f} s on {platform.machine()} with {os.cpu_count()} processors"
          + (", quick" if options.quick else ""))
    if json_file:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps({
            "quick": options.quick, "machine": platform.machine(), "processors": os.cpu_count(),
            "system": platform.platform(), "git": git("--version"), "rows": [row.as_json() for row in bench.rows],
        }, indent=2) + "\n")
    if options.check and any(row.verdict is False for row in bench.rows):
        sys.exit("a limit is exceeded")


if __name__ == "__main__":
    main()
