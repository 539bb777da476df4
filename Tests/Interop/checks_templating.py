"""Templates in dvc.yaml: what DVC makes of them and what we do."""

import json
import random

from harness import PROJECT, expect, expect_equal, expect_same_json, show_json
from templating_projects import FAULTS, PARSING, project

THREE = "3.67.1"
GOLDEN = PROJECT / "Tests" / "PipelineTests" / "Golden" / "templating" / "input"
PROJECTS_PER_SEED = 12


def set_up(check, files, which=THREE, config=""):
    """A committed project with these files."""
    repository = check.empty()
    repository.tool(which, "init")
    if config:
        repository.write(".dvc/config", config)
    for name, text in files.items():
        repository.write(name, text)
    repository.git("add", ".")
    repository.git("commit", "-qm", "Set up the project")
    return repository


def golden():
    return {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}


def results(repository, which):
    """What a run leaves that depends on the templates, by path."""
    found = {}
    for path in sorted(repository.root.rglob("*")):
        name = str(path.relative_to(repository.root))
        if name.startswith(".git/") or path.is_dir():
            continue
        if path.name in ("dvc.lock", ".gitignore"):
            found[name] = path.read_text(encoding="utf-8")
            # DVC 2 runs stages in random order.
            if which == "2.58.2":
                found[name] = blocks(found[name]) if path.name == "dvc.lock" else sorted(found[name].splitlines())
    return found


def compare(ours, theirs, which=THREE):
    """Runs a project with both tools, and lets each look at what the other did."""
    listed = [repository.tool(tool, "stage", "list", "--all", "--name-only").output.splitlines()
              for tool, repository in ((which, theirs), ("ours", ours))]
    expect_equal(sorted(listed[1]), sorted(listed[0]), "names of the stages")
    theirs.tool(which, "repro", "-P")
    ours.exp("repro", "-P")
    wanted, found = results(theirs, which), results(ours, which)
    for name in sorted({*wanted, *found}):
        expect_equal(found.get(name, "absent"), wanted.get(name, "absent"), name)
    expect("up to date" in ours.tool(which, "status").text, "DVC sees changes after our run")
    expect("up to date" in theirs.exp("status").text, "we see changes after the run of DVC")


def blocks(lock):
    """The entries of a lock file, sorted."""
    return sorted(lock.rstrip().replace("\n  ", "\n\0 ").replace("\0   ", "    ").split("\n\0 "))


def compare_generated(check, seed):
    chance = random.Random(seed)
    files = {}
    for number in range(PROJECTS_PER_SEED):
        files |= {f"p{number:02}/{name}": text for name, text in project(chance).items()}
    theirs = set_up(check, files, config=chance.choice(PARSING))
    compare(theirs.copy("ours"), theirs)


def check_templating_golden_case(check):
    theirs = set_up(check, golden())
    compare(theirs.copy("ours"), theirs)


def check_templating_of_dvc2(check):
    files = golden()
    files["dvc.yaml"] = files["dvc.yaml"][:files["dvc.yaml"].index("  mat:")]
    theirs = set_up(check, files, which="2.58.2")
    theirs.git("config", "exp.generation", "2")
    compare(theirs.copy("ours"), theirs, which="2.58.2")


def check_templating_of_generated_projects_1(check):
    compare_generated(check, 1)


def check_templating_of_generated_projects_2(check):
    compare_generated(check, 2)


def check_templating_of_generated_projects_3(check):
    compare_generated(check, 3)


def check_templating_of_generated_projects_4(check):
    compare_generated(check, 4)


def check_templating_in_show_and_in_old_commits(check):
    files = golden()
    files["dvc.yaml"] = files["dvc.yaml"].replace("- extra.json", "- extra.json\n- more.toml:deep2")
    files["dvc.yaml"] = files["dvc.yaml"].replace("${local.v}", "${local.v} ${deep2.x}")
    files["more.toml"] = "other = 1\n[deep2]\nx = 1.5\n"
    repository = set_up(check, files)
    repository.dvc3("repro", "-q")
    repository.git("add", ".")
    repository.git("commit", "-qm", "Run it")
    repository.write("params.yaml", files["params.yaml"].replace("us: {t: 10}", "fr: {t: 20}").replace("1e-5", "3"))
    repository.write("extra.json", '{"deep": {"k": ["p", "q", "r"]}}')
    for which in (THREE, "ours"):
        expect_same_json(show_json(repository, "ours", "-n", "2"), show_json(repository, THREE, "-n", "2"),
                         f"show after {which}")
        repository.tool(which, "repro")
        repository.git("add", ".")
        repository.git("commit", "-qm", f"Run it with {which}", "--allow-empty")


def check_templating_targets(check):
    theirs = set_up(check, golden())
    ours = theirs.copy("ours")
    for target in ("lst", "map@us", "mat@cnn-cfg0", "dvc.yaml:ctx", "dvc.yaml:lod@1"):
        for which, repository in ((THREE, theirs), ("ours", ours)):
            repository.tool(which, "repro", target)
        # DVC runs the members of a group in the order of a hash table.
        expect_equal(blocks(ours.read("dvc.lock")), blocks(theirs.read("dvc.lock")), f"dvc.lock after 'repro {target}'")
        found = [repository.tool(which, "status", target, "--json").output
                 for which, repository in ((THREE, theirs), ("ours", ours))]
        expect_equal(json.loads(found[1]), json.loads(found[0]), f"status of {target}")
        found = [repository.tool(which, "stage", "list", "--name-only", target).output
                 for which, repository in ((THREE, theirs), ("ours", ours))]
        expect_equal(sorted(found[1].split()), sorted(found[0].split()), f"stage list of {target}")


def check_templating_faults_are_refused_by_both(check):
    repository = set_up(check, {"v.json": '{"x": 1, "y": 2}', "params.yaml": "lr: 1\nlst: [1]\nd: {x: 1}\n"})
    for text in FAULTS:
        repository.write("dvc.yaml", text)
        for which in (THREE, "ours"):
            result = repository.tool(which, "stage", "list", status=None)
            expect(result.status not in (0, 70), f"{which} accepts:\n{text}\n{result}")
