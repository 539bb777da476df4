"""Projects by chance: DVC and we run the same one in two clones, and leave the same behind at every step."""

import difflib
import hashlib
import json
import os
import pathlib
import random
import shutil
import stat
import subprocess

import random_changes
from checks_repro import DECISION
from harness import HERE, Failed, Repository, Result, expect, expect_equal, expect_same_json, shortened
from random_projects import Project

THREE, TWO = "3.67.1", "2.58.2"


class Server:
    """A DVC that is loaded once; see dvc_server.py."""

    def __init__(self, tools, version):
        self.tools, self.template = tools, None
        self.process = subprocess.Popen(
            [tools.environments.program(f"dvc-{version}", "python3"), HERE / "dvc_server.py"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=tools.variables, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def initialize(self, repository):
        """`dvc init`, once for all projects of this server."""
        if not self.template:
            self.template = self.tools.home / "template"
            self.run(repository.root, "init", "-q")
            shutil.copytree(repository.root / ".dvc", self.template)
        else:
            shutil.copytree(self.template, repository.root / ".dvc")
        repository.git("config", "exp.durability", "process")

    def run(self, folder, *arguments):
        request = {"arguments": arguments, "folder": str(folder), "variables": self.tools.variables}
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        expect(line, "the server of DVC is gone")
        return Result(("dvc", *arguments), **json.loads(line))


class Pair:
    """Two clones of one project: DVC works in one, we in the other."""

    def __init__(self, check, project, server, version):
        self.project, self.server, self.version = project, server, version
        first = check.empty()
        server.initialize(first)
        random_changes.write_files(project, first.root, {})
        first.git("add", ".")
        first.git("commit", "-qm", "Set up the project")
        self.theirs, self.ours = first, first.copy("ours")
        if version == TWO:
            self.ours.git("config", "exp.generation", "2")
            self.theirs.git("config", "exp.generation", "2")
        # Contents that were in our workspace before a stage wrote over them: only we keep those.
        self.kept = set()

    def dvc(self, repository, *arguments):
        return self.server.run(repository.root, *arguments)

    def apply(self, change):
        for repository in (self.theirs, self.ours):
            change.apply(repository.root)

    def both(self, *command):
        """Each tool in its own clone."""
        self.keep()
        wanted = self.dvc(self.theirs, *command)
        found = self.ours.exp(*command, status=None)
        self.compare_results(found, wanted)
        self.compare_files(failed=wanted.status != 0)
        return wanted

    def compare_states(self):
        """Each tool finds in the clone of the other one what it finds in its own."""
        states = [json.loads(text.output) for text in (
            self.dvc(self.theirs, "status", "--json"), self.ours.exp("status", "--json"),
            self.dvc(self.ours, "status", "--json"), self.theirs.exp("status", "--json"))]
        for state, what in zip(states[1:], ("our status", "the status of DVC after our run", "our status after the run of DVC")):
            expect_same_json(state, states[0], what)
        return states[0]

    def crosswise(self):
        """Each tool in the clone of the other one, where it finds what it would have left itself. DVC 2 would write what it
        runs again in an order of its own; its status must do."""
        state = self.compare_states()
        if self.version == TWO:
            return
        self.keep()
        before = self.files(self.theirs)
        wanted = self.dvc(self.ours, "repro", "-P")
        found = self.theirs.exp("repro", "-P", status=None)
        self.compare_results(found, wanted)
        self.compare_files(failed=wanted.status != 0)
        if not state:
            compare_trees(self.files(self.theirs), before, set(), "after a run with nothing to do")

    def compare_results(self, found, wanted):
        expect(found.status not in (70,) and found.status >= 0, f"we fail:\n{found}")
        expect_equal(found.status == 0, wanted.status == 0, f"success\n{found}\n{wanted}")
        order = list if self.version == THREE else sorted
        expect_equal(order(decisions(found)), order(decisions(wanted)), f"decisions\n{found}\n{wanted}")

    # Files

    def keep(self):
        for repository in (self.ours, self.theirs):
            for name, (_, content) in self.files(repository).items():
                if not name.startswith(".dvc/"):
                    self.kept |= {hashlib.md5(text).hexdigest() for text in (content, content.replace(b"\r\n", b"\n"))}

    def is_kept(self, content):
        """Whether this is an object of ours alone: what a workspace held, or the list of such files."""
        if content.startswith(b'[{"md5"'):
            return all(member["md5"] in self.kept for member in json.loads(content))
        return hashlib.md5(content).hexdigest() in self.kept

    def files(self, repository):
        """Every file with its mode and content. Outside of the cache it counts only whether the owner may execute an output:
        what is a link and what a copy may differ after unprotecting, and DVC gives restored programs mode 0744. Inside of a
        folder execute bits are not recorded, so they depend on whether a file was copied again."""
        found = {}
        programs = {path for path, kind in self.project.available.items() if kind == "file" and not path.endswith("/a.txt")}
        for folder, folders, names in os.walk(repository.root):
            below = os.path.relpath(folder, repository.root)
            folders[:] = [name for name in folders if os.path.normpath(f"{below}/{name}") not in (".git", ".dvc/tmp")]
            for name in names:
                path = os.path.join(folder, name)
                content = pathlib.Path(path).read_bytes() if os.path.exists(path) else b""
                mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else 0
                relative = os.path.normpath(f"{below}/{name}")
                kind = oct(mode) if relative.startswith(".dvc/cache/") else "executable" if mode & 0o100 and relative in programs else "plain"
                found[relative] = (kind, content)
        return found

    def compare_files(self, failed):
        mine, wanted = self.files(self.ours), self.files(self.theirs)
        if failed:
            # DVC takes out again what it wrote into .gitignore; we keep it.
            mine, wanted = ({name: file for name, file in files.items() if os.path.basename(name) != ".gitignore"}
                            for files in (mine, wanted))
        if self.version == TWO:
            mine, wanted = in_any_order(mine), in_any_order(wanted)
        # And what .dvcignore hides stays in an output that we bring back.
        extra = {name for name, (_, content) in mine.items()
                 if name.startswith(".dvc/cache/") and self.is_kept(content) or name.endswith(".tmp")}
        compare_trees(mine, wanted, extra, "after the run")


def in_any_order(files):
    """DVC 2 runs what does not depend on each other in a random order, and so writes its files."""
    def plain(name, content):
        if os.path.basename(name) == "dvc.lock":
            return "\n".join(sorted(content.decode().rstrip().replace("\n  ", "\n\0 ").replace("\0   ", "    ").split("\n\0 "))).encode()
        if os.path.basename(name) == ".gitignore":
            return b"\n".join(sorted(content.splitlines()))
        return content
    return {name: (kind, plain(name, content)) for name, (kind, content) in files.items()}


def compare_trees(mine, wanted, extra, what):
    """`extra` are names that may be in the first alone."""
    differences = [difference(name, mine.get(name), wanted.get(name)) for name in sorted(mine.keys() | wanted.keys())
                   if mine.get(name) != wanted.get(name) and not (name in extra and name not in wanted)]
    expect(not differences, f"{what}, {len(differences)} files differ:\n" + "\n".join(differences[:4]))


def difference(name, mine, wanted):
    lines = [f"  '{name}'"]
    kinds = [file[0] if file else "absent" for file in (mine, wanted)]
    if kinds[0] != kinds[1]:
        lines.append(f"    ours {kinds[0]}, theirs {kinds[1]}")
    texts = [file[1][:20000].decode(errors="replace").splitlines() if file else [] for file in (wanted, mine)]
    lines += [f"    {shortened(line, 300)}" for line in list(difflib.unified_diff(*texts, "theirs", "ours", n=1, lineterm=""))[:14]]
    return "\n".join(lines)


def decisions(result):
    found = [(name, (what + (how or "")).strip()) for what, name, how in DECISION.findall(result.text)]
    return [one for one in found if one[1] != "Stage"]


def run_seed(check, seed, version, server):
    """A project, and a few changes to it. Fails with what was done so far."""
    chance = random.Random(f"{version} {seed}")
    project = Project(chance, generation=2 if version == TWO else 3)
    pair = Pair(check, project, server, version)
    history = []
    try:
        if project.added:
            history.append(f"add {project.added}")
            pair.both("add", *project.added)
        history.append("repro -P")
        wanted = pair.both("repro", "-P")
        expect(wanted.status == 0, f"the generator made a project that DVC cannot run\n{wanted}")
        pair.crosswise()
        for number in reversed(range(chance.randint(1, 3))):
            command = ("repro", "-P")
            for _ in range(chance.choice([1, 1, 2, 3])):
                change = random_changes.next_change(project, chance, pair.theirs.root)
                history.append(change.what)
                pair.apply(change)
                command = change.command
            history.append(" ".join(command))
            pair.both(*command)
            # Once after the first run and once at the end: what is wrong in between shows then, too.
            if number == 0:
                pair.crosswise()
    except Failed as failure:
        steps = "\n    ".join(history)
        raise Failed(f"seed {seed} with DVC {version}, after\n    {steps}\n  {failure}\n  in {pair.theirs.root}") from None


def sample(check, version, seeds):
    with Server(check.tools, version) as server:
        for seed in seeds:
            print(f"        random project {seed} with DVC {version}", flush=True)
            run_seed(check, seed, version, server)


def check_random_projects_as_dvc3_1(check):
    sample(check, THREE, range(1, 6))


def check_random_projects_as_dvc3_2(check):
    sample(check, THREE, range(6, 11))


def check_random_projects_as_dvc2(check):
    sample(check, TWO, range(1, 6))
