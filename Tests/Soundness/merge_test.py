#!/usr/bin/env python3
"""Merges random pipelines with git and git exp's merge driver, and compares with running the merged pipeline anew.

    merge_test.py --program .build/bin/git-exp [--merges 200] [--seed 1] [--only N] [--keep]

Each merge is a repository of its own: a random pipeline that has run, and two branches that change sources, code,
parameters and stages, and run again. The branches are joined with `git merge`, `rebase` or `cherry-pick`. Then
  * a stage whose entry in dvc.lock one side changed, or none, has exactly that entry;
  * a stage that both sides changed alike has that entry; one that they changed differently stands between markers, with
    both entries, and nothing else does; git knows of a conflict if and only if there are markers;
  * every entry says what running the merged pipeline from nothing gives, unless the other side changed what the stage
    reads, and then the status names the stage;
  * dvc.yaml has every change of either side, or markers around the stage that both changed, with both versions;
  * comments of dvc.yaml are still there;
  * `repro` replaces the markers in dvc.lock, and the result is that of running everything from nothing.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

SOURCES = ["s0.txt", "s1.txt", "s2.txt", "s3.txt"]
PARAMETERS = ["p0", "p1", "p2"]
KINDS = ["lock", "yaml", "dvc"]


class Wrong(Exception):
    """Something that must hold does not."""


def require(condition, complaint):
    if not condition:
        raise Wrong(complaint)


class Stage:
    """A stage: what it reads, in order, and how it is written."""

    def __init__(self, reads, parameters, note=""):
        self.reads = list(reads)
        self.parameters = list(parameters)
        self.note = note
        sources = [read for read in self.reads if read in SOURCES]
        self.fixed = [read for read in self.reads if read not in sources[1:]]

    def copy(self):
        stage = Stage(self.reads, self.parameters, self.note)
        stage.fixed = self.fixed
        return stage

    def fields(self):
        return (self.reads, self.parameters, self.note)


def out(name):
    return f"{name}.out"


def copied(stages):
    return {name: stage.copy() for name, stage in stages.items()}


def rendered(stages, layout):
    """The text of dvc.yaml."""
    if not stages:
        return "stages: {}\n"
    dash = " " * layout["indent"] + "- "
    lines = ["# the head", "stages:"]
    for name, stage in stages.items():
        if layout["blank"] and len(lines) > 2:
            lines.append("")
        lines.append(f"  # about {name}")
        lines.append(f"  {name}:")
        lines.append(f"    cmd: sh {name}.sh{stage.note}  # run {name}")
        for key, values in [("deps", [f"{name}.sh"] + stage.reads), ("params", stage.parameters), ("outs", [out(name)])]:
            if not values:
                continue
            if key in layout["flow"]:
                lines.append(f"    {key}: [{', '.join(values)}]")
            else:
                lines += [f"    {key}:"] + [f"    {dash}{value}" for value in values]
    return "\n".join(lines) + "\n"


def parsed(text):
    """The stages of a dvc.yaml as rendered() writes it."""
    stages, key, name = {}, None, None
    for line in text.splitlines():
        line = re.sub(r"\s*#.*", "", line)
        if not line or line in ("stages:", "stages: {}"):
            continue
        if match := re.fullmatch(r"  (\w+):", line):
            name = match[1]
            require(name not in stages, f"stage {name} is there twice")
            stages[name] = {"cmd": None, "deps": [], "params": [], "outs": []}
        elif match := re.fullmatch(r"    (\w+):\s*(.*)", line):
            key, rest = match[1], match[2]
            if key == "cmd":
                stages[name][key] = rest
            elif rest:
                stages[name][key] = [value.strip() for value in rest.strip("[]").split(",") if value.strip()]
        elif match := re.fullmatch(r" +- (.*)", line):
            stages[name][key].append(match[1])
        else:
            raise Wrong(f"an unexpected line in dvc.yaml: {line!r}")
    return stages


def entries(text):
    """The entries of a dvc.lock by stage, as text; the first of two between markers."""
    found, name = {}, None
    for line in text.splitlines():
        if match := re.fullmatch(r"  (\S+):", line):
            name = match[1]
            require(name not in found, f"{name} is in the lock twice")
            found[name] = []
        elif name and line.startswith("    "):
            found[name].append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def divided(text):
    """The text without what stands between markers, and the two sides of each conflict."""
    plain, conflicts, side = [], [], None
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<< "):
            require(side is None, "a marker inside a conflict")
            conflicts.append(["", ""])
            side = 0
        elif line == "=======\n":
            side = 1
        elif line.startswith(">>>>>>> "):
            side = None
        elif side is None:
            plain.append(line)
        else:
            conflicts[-1][side] += line
    require(side is None, "a conflict without an end")
    return "".join(plain), conflicts


class Repository:
    """A repository with a random pipeline and two branches."""

    def __init__(self, folder, number, program, rng):
        self.folder = pathlib.Path(folder)
        self.rng = rng
        tools = self.folder / "tools"
        tools.mkdir(parents=True)
        (tools / "git-exp").symlink_to(program)
        self.root = self.folder / "work"
        self.root.mkdir()
        self.environment = {
            "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "SWIFT_BACKTRACE": "enable=no",
            "GIT_EDITOR": "true",
        }
        self.layout = {
            "indent": rng.choice([0, 2]), "blank": rng.random() < 0.5,
            "flow": [key for key in ["deps", "params", "outs"] if rng.random() < 0.25],
        }

    def run(self, *command, folder=None, check=True):
        done = subprocess.run(
            command, cwd=folder or self.root, env=self.environment, capture_output=True, text=True, timeout=300)
        if check and done.returncode:
            raise Wrong(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def git(self, *words, **more):
        return self.run("git", *words, **more)

    def exp(self, *words, **more):
        return self.run("git", "exp", *words, **more)

    def write(self, name, text):
        (self.root / name).write_text(text)

    def read(self, name):
        path = self.root / name
        return path.read_text() if path.exists() else ""

    def configure(self):
        self.git("init", "-q", "-b", "main")
        for kind in KINDS:
            self.git(
                "config", f"merge.git-exp-{kind}.driver",
                f"git exp merge-driver --kind {kind} --marker-size %L %O %A %B %P")
        self.git("config", "exp.durability", "process")
        self.write(".gitattributes", "dvc.lock merge=git-exp-lock\ndvc.yaml merge=git-exp-yaml\n*.dvc merge=git-exp-dvc\n")
        self.write(".gitignore", "*.out\n")
        self.exp("init", "-q")

    def write_parameters(self, values):
        # Far enough from each other that changes of several never meet.
        self.write("params.yaml", "".join(f"{name}: {value}\n" + "#\n" * 6 for name, value in values.items()))

    def write_code(self, name, stage, extra=""):
        # Only what no change takes out of the list: code never reads what its stage does not name.
        reads = " ".join(read for read in stage.reads if read in stage.fixed)
        keys = "|".join(stage.parameters) or "none"
        lines = [f"cat {reads} /dev/null > {out(name)}", f"grep -E '^({keys}):' params.yaml >> {out(name)}"]
        lines += [f"echo {extra} >> {out(name)}"] if extra else []
        self.write(f"{name}.sh", "\n".join(lines) + "\ntrue\n")

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)


class Side:
    """A state of the pipeline that a branch holds."""

    def __init__(self, stages, parameters, sources, code):
        self.stages, self.parameters, self.sources, self.code = stages, parameters, sources, code

    def copy(self):
        return Side(copied(self.stages), dict(self.parameters), dict(self.sources), dict(self.code))

    def write(self, repository):
        repository.write("dvc.yaml", rendered(self.stages, repository.layout))
        repository.write_parameters(self.parameters)
        for name, text in self.sources.items():
            repository.write(name, text)
        for name, stage in self.stages.items():
            repository.write_code(name, stage, self.code.get(name, ""))


def first_side(rng):
    stages = {}
    for number in range(rng.randint(2, 6)):
        earlier = [out(name) for name in stages]
        reads = rng.sample(SOURCES, rng.randint(0, 2)) + rng.sample(earlier, min(len(earlier), rng.randint(0, 2)))
        stages[f"t{number}"] = Stage(reads, rng.sample(PARAMETERS, rng.randint(0, 2)))
    return Side(stages, {name: 1 for name in PARAMETERS}, {name: f"{name}\n" for name in SOURCES}, {})


def change(side, rng, label, mine, drops):
    """One change; `mine` is what only this side may touch, so that other files merge without a conflict."""
    stages = side.stages
    # Often the same stages, so that both sides meet.
    name = rng.choice(list(stages)[:2] if rng.random() < 0.5 else list(stages))
    stage = stages[name]
    kind = rng.choice(["source", "parameter", "code", "add", "read", "unread", "command", "order", "same", "drop"])
    if kind == "source":
        target = rng.choice(mine["sources"])
        side.sources[target] = f"{target} of {label} {rng.randint(0, 9)}\n"
    elif kind == "same":
        side.sources[SOURCES[-1]] = "changed by both alike\n"
    elif kind == "parameter":
        side.parameters[rng.choice(mine["parameters"])] = rng.randint(2, 99)
    elif kind == "code":
        owned = [name for name in mine["code"] if name in stages]
        if owned:
            side.code[rng.choice(owned)] = f"{label}{rng.randint(0, 9)}"
    elif kind == "add":
        new = rng.choice([f"n{label}{len(stages)}", "nshared"])
        if new in stages:
            return
        reads = ["s0.txt"] if new == "nshared" else rng.sample(SOURCES, rng.randint(1, 2))
        added = Stage(reads, [] if new == "nshared" else rng.sample(PARAMETERS, 1))
        items = list(stages.items())
        items.insert(rng.randint(0, len(items)), (new, added))
        side.stages = dict(items)
    elif kind == "read":
        possible = [source for source in SOURCES if source not in stage.reads]
        if possible and name != "nshared":
            stage.reads.insert(rng.randint(0, len(stage.reads)), rng.choice(possible))
    elif kind == "unread":
        sources = [read for read in stage.reads if read in SOURCES and read not in stage.fixed]
        if sources and name != "nshared":
            stage.reads.remove(rng.choice(sources))
    elif kind == "command":
        stage.note = f" {label}{rng.randint(0, 9)}"
    elif kind == "order":
        items = list(stages.items())
        rng.shuffle(items)
        side.stages = dict(items)
    elif kind == "drop" and name in drops and not any(out(name) in other.reads for other in stages.values()):
        if len(stages) > 1:
            del stages[name]


def check_pipeline(text, base, ours, theirs):
    """dvc.yaml has what both sides want. Returns the names of stages in conflict."""
    plain, conflicts = divided(text)
    merged = parsed(plain)
    names = set()
    for our, their in conflicts:
        (our, their) = (parsed(our), parsed(their))
        require(len(our) <= 1 and len(their) <= 1, "more than a stage between markers")
        name = next(iter(our or their))
        names.add(name)
        for found, side in [(our, ours), (their, theirs)]:
            require(found.get(name) == side.get(name), f"markers do not show both versions of {name}")
        require(base.get(name) != ours.get(name) != theirs.get(name) != base.get(name), f"{name} is no conflict")
    for name in set(base) | set(ours) | set(theirs) - names:
        if name in names:
            continue
        old, our, their, new = (stages.get(name) for stages in (base, ours, theirs, merged))
        if our == old or their == old or our == their:
            require(new == (their if our == old else our), f"dvc.yaml lost a change of {name}: {new}")
            continue
        require(old and our and their and new, f"dvc.yaml: {name} should be a conflict")
        expected = {our["cmd"], their["cmd"]} - {old["cmd"]} or {old["cmd"]}
        require({new["cmd"]} == expected, f"dvc.yaml: the command of {name} is {new['cmd']}")
        for key in ["deps", "params", "outs"]:
            before, left, right = set(old[key]), set(our[key]), set(their[key])
            wanted = (before & left & right) | (left - before) | (right - before)
            require(set(new[key]) == wanted and len(new[key]) == len(wanted), f"dvc.yaml: {key} of {name}: {new[key]}")
    for name in merged:
        for comment in [f"  # about {name}\n", f"# run {name}\n"]:
            require(plain.count(comment) == 1, f"dvc.yaml lost the comment {comment!r}")
    require(text.startswith("# the head\n"), "dvc.yaml lost its head")
    return names


def check_lock(text, base, ours, theirs):
    """dvc.lock has what both sides recorded. Returns the merged entries and the names of stages in conflict."""
    plain, conflicts = divided(text)
    merged, names = entries(plain), set()
    for our, their in conflicts:
        our, their = entries(our), entries(their)
        require(len(our) <= 1 and len(their) <= 1, "more than a stage between markers")
        name = next(iter(our or their))
        names.add(name)
        require(our.get(name) == ours.get(name) and their.get(name) == theirs.get(name), f"markers lost a side of {name}")
        require(base.get(name) != ours.get(name) != theirs.get(name) != base.get(name), f"{name} is no conflict")
    for name in (set(base) | set(ours) | set(theirs)) - names:
        old, our, their, new = (found.get(name) for found in (base, ours, theirs, merged))
        require(old in (our, their) or our == their, f"dvc.lock: {name} should be a conflict")
        require(new == (their if our == old else our), f"dvc.lock lost a side of {name}")
    require(set(merged) <= set(ours) | set(theirs), "dvc.lock has stages from nowhere")
    return merged, names


def resolved(text):
    """The text with our side of each conflict."""
    lines, side = [], None
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<< "):
            side = 0
        elif line == "=======\n" and side == 0:
            side = 1
        elif line.startswith(">>>>>>> "):
            side = None
        elif side != 1:
            lines.append(line)
    return "".join(lines)


def join(repository, rng):
    """Joins the branches; main is checked out. Returns the way, and how git ended."""
    way = rng.choice(["merge", "merge", "rebase", "cherry-pick"])
    if way == "rebase":
        # While rebasing, what is being built is on top of main: that is ours.
        repository.git("checkout", "-q", "side")
        return way, repository.git("rebase", "-q", "main", check=False)
    command = ["merge", "-q", "--no-edit", "side"] if way == "merge" else ["cherry-pick", "--allow-empty", "--keep-redundant-commits", "side"]
    return way, repository.git(*command, check=False)


def perform(number, seed, program, keep):
    rng = random.Random(f"{seed}/{number}")
    folder = tempfile.mkdtemp(prefix=f"merge-{number}-")
    counts = collections.Counter()
    try:
        repository = Repository(folder, number, program, rng)
        repository.configure()
        base = first_side(rng)
        base.write(repository)
        repository.exp("repro", "-q")
        repository.commit("base")
        base_lock, base_pipeline = entries(repository.read("dvc.lock")), parsed(repository.read("dvc.yaml"))
        repository.git("branch", "side")

        names = list(base.stages)
        rng.shuffle(names)
        half = len(names) // 2
        tangled = rng.random() < 0.6
        locks, pipelines = {}, {}
        for label, branch in [("A", "main"), ("B", "side")]:
            mine = {
                "sources": SOURCES[:2] if label == "A" else SOURCES[2:3],
                "parameters": PARAMETERS[:1] if label == "A" else PARAMETERS[1:],
                "code": names[:half] if label == "A" else names[half:],
            }
            repository.git("checkout", "-q", branch)
            side = base.copy()
            for _ in range(rng.randint(1, 5 if tangled else 2)):
                change(side, rng, label, mine, drops=names[:1] if label == "A" else names[-1:])
            # Code that reads what a stage reads at any time is the same on both sides.
            side.write(repository)
            for name, stage in side.stages.items():
                if name in base.stages:
                    repository.write_code(name, base.stages[name], side.code.get(name, ""))
            repository.exp("repro", "-q")
            for name in set(base.stages) - set(side.stages):
                if rng.random() < 0.5:
                    text = repository.read("dvc.lock")
                    repository.write("dvc.lock", re.sub(rf"(?m)^  {name}:\n(    .*\n)+", "", text))
            repository.commit(label)
            locks[label] = entries(repository.read("dvc.lock"))
            pipelines[label] = parsed(repository.read("dvc.yaml"))

        repository.git("checkout", "-q", "main")
        way, joined = join(repository, rng)
        counts[way] += 1
        unmerged = set(repository.git("diff", "--name-only", "--diff-filter=U").stdout.split())
        foreign = {name for name in unmerged if not name.startswith("dvc.")}
        in_pipeline = check_pipeline(repository.read("dvc.yaml"), base_pipeline, pipelines["A"], pipelines["B"])
        merged, in_lock = check_lock(repository.read("dvc.lock"), base_lock, locks["A"], locks["B"])
        require(("dvc.lock" in unmerged) == bool(in_lock), f"git says {unmerged} for conflicts in {in_lock}")
        require(("dvc.yaml" in unmerged) == bool(in_pipeline), f"git says {unmerged} for conflicts in {in_pipeline}")
        require(unmerged or joined.returncode == 0, f"{way} failed without a conflict: {joined.stderr}")
        require(not foreign, f"the generator made a conflict in {foreign}")
        if in_pipeline:
            repository.write("dvc.yaml", resolved(repository.read("dvc.yaml")))
        pipeline = parsed(repository.read("dvc.yaml"))

        # The merged project from nothing: no lock, no outputs, no cache.
        fresh = repository.folder / "fresh"
        shutil.copytree(repository.root, fresh, ignore=shutil.ignore_patterns("*.out", "dvc.lock", "cache", "tmp"))
        repository.exp("repro", "-q", folder=fresh)
        anew = entries((fresh / "dvc.lock").read_text())

        repository.exp("checkout", "-q", "--force", check=False)
        status = repository.exp("status", check=False).stdout
        stale = set(re.findall(r"(?m)^(\S+):$", status))
        for name in pipeline:
            if name in in_lock:
                counts["stages in conflict"] += 1
                require(name in stale, f"the status does not name {name}, which is in conflict\n{status}")
            elif name in merged and facts(merged[name], pipeline[name]) == facts(anew[name], pipeline[name]):
                counts["stages as made anew"] += 1
                # Without a record of what it reads, there is nothing in the workspace to compare it with.
                known = not any(out(other) in pipeline[name]["deps"] for other in stale)
                require(name not in stale or not known, f"the status names {name}, which is as it should be\n{status}")
            else:
                counts["stages that the other side outdated"] += 1
                require(name in stale, f"the lock lies about {name}, and the status does not name it\n{status}")
                require(
                    inputs(merged.get(name, "")) != inputs(anew[name]),
                    f"{name}: other outputs from the same inputs")
        repository.exp("repro", "-q")
        text = repository.read("dvc.lock")
        require("<<<<<<<" not in text, "repro left markers in dvc.lock")
        final = entries(text)
        for name in pipeline:
            require(
                facts(final[name], pipeline[name]) == facts(anew[name], pipeline[name]),
                f"after repro {name} is not what running it anew gives")
        counts["merges with a conflict in dvc.lock" if in_lock else "merges without"] += 1
        counts["conflicts in dvc.yaml"] += len(in_pipeline)
        return counts, None
    except (Wrong, subprocess.TimeoutExpired, KeyError) as error:
        keep = True
        return counts, f"merge {number}, in {folder}: {type(error).__name__}: {error}"
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def facts(entry, stage):
    """What an entry says of what the stage names now: a run that was not needed leaves the rest of its entry as it is."""
    found, part, path = {}, None, None
    for line in entry.splitlines():
        if match := re.fullmatch(r"    (\w+):(.*)", line):
            part = match[1]
            found[part] = match[2]
        elif match := re.fullmatch(r"    - path: (.*)", line):
            path = (part, match[1])
            found[path] = ""
        elif part == "params":
            found[line.strip()] = ""
        else:
            found[path] += line.strip() + "\n"
    named = {("deps", path) for path in stage["deps"]} | {("outs", path) for path in stage["outs"]}
    keys = tuple(f"{key}:" for key in stage["params"])
    return {
        key: value for key, value in found.items()
        if (key in named if isinstance(key, tuple) else key == "cmd" or key.startswith(keys) and key not in ("params",))
    }


def inputs(entry):
    """What an entry says of the command, dependencies and parameters."""
    return entry.split("    outs:\n")[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--merges", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    program = os.path.realpath(arguments.program)
    numbers = range(arguments.merges) if arguments.only is None else [arguments.only]
    totals, complaints = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(perform, number, arguments.seed, program, arguments.keep) for number in numbers]
        for job in concurrent.futures.as_completed(jobs):
            counts, complaint = job.result()
            totals += counts
            if complaint:
                complaints.append(complaint)
                print(complaint, file=sys.stderr)
    print(f"seed {arguments.seed}: {len(jobs)} merges, {len(complaints)} wrong; "
          + ", ".join(f"{count} {what}" for what, count in sorted(totals.items())))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
