"""The golden cases again, with the DVC that is installed: what one tool left, the other takes for its own."""

import json
import shutil

from checks_random import THREE, TWO, Server, compare_trees
from harness import PROJECT, expect_equal

# Projects whose lock DVC writes with anchors, or which no DVC of today reads, are tested elsewhere.
LEFT_OUT = {"yaml-aliases", "live-2.10", "legacy-2x", "repro-messages"}


def cases(version):
    for folder in ("EndToEndTests", "PipelineTests"):
        for path in sorted((PROJECT / "Tests" / folder / "Golden").iterdir()):
            if (path / "input" / "dvc.yaml").exists() and path.name not in LEFT_OUT and path.name.endswith("-2x") == (version == TWO):
                yield path


def set_up(check, server, case):
    repository = check.empty()
    server.initialize(repository)
    shutil.copytree(case / "input", repository.root, dirs_exist_ok=True)
    for path in sorted(repository.root.rglob("dot.*"), reverse=True):
        path.rename(path.with_name(path.name[3:]))
    if case.name.endswith("-2x"):
        repository.git("config", "exp.generation", "2")
    return repository


def files(repository):
    """What a run leaves in the project, and every file of the cache."""
    found = {}
    for path in repository.root.rglob("*"):
        name = str(path.relative_to(repository.root))
        if path.is_file() and (name.startswith(".dvc/cache/") or path.name in ("dvc.lock", ".gitignore")):
            found[name] = (oct(path.stat().st_mode & 0o777) if name.startswith(".dvc/") else "plain", path.read_bytes())
    return found


def both_ways(check, version):
    with Server(check.tools, version) as server:
        for case in cases(version):
            theirs = set_up(check, server, case)
            ours = theirs.copy("ours")
            expect_equal(server.run(theirs.root, "repro", "-P").status, 0, f"{case.name}: status of DVC")
            ours.exp("repro", "-P")
            compare_trees(files(ours), files(theirs), set(), case.name)
            before = files(theirs)
            states = [json.loads(result.output) for result in (
                server.run(theirs.root, "status", "--json"), theirs.exp("status", "--json"),
                server.run(ours.root, "status", "--json"))]
            for state in states[1:]:
                expect_equal(state, states[0], f"{case.name}: what changed")
            theirs.exp("repro", "-P")
            server.run(ours.root, "repro", "-P")
            compare_trees(files(theirs), files(ours), set(), f"{case.name}, once more and crosswise")
            if not states[0]:
                compare_trees(files(theirs), before, set(), f"{case.name}, with nothing to do")


def check_golden_cases_with_dvc3(check):
    both_ways(check, THREE)


def check_golden_cases_with_dvc2(check):
    both_ways(check, TWO)
