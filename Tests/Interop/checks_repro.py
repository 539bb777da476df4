"""`repro` and the run cache: the same decisions, files and bytes as both DVCs, and each takes what the other made."""

import random
import re

from harness import expect, expect_equal

THREE, TWO = "3.67.1", "2.58.2"
DECISION = re.compile(r"(Running stage|Verifying outputs in frozen stage:|Stage) '([^']+)'( didn't change| is cached)?")

PIPELINE = """\
stages:
  prepare:
    cmd: mkdir -p data/sub; cp raw.txt data/a; cp raw.txt data/sub/b; echo prepare >> runs.log
    deps:
    - raw.txt
    outs:
    - data
  train:
    cmd:
    - cp data/a model.txt
    - cat params.yaml > metrics.json; cp raw.txt plot.csv; echo train >> runs.log
    deps:
    - data
    - lib/tool.txt
    params:
    - lr
    - net
    outs:
    - model.txt
    metrics:
    - metrics.json:
        cache: false
    plots:
    - plot.csv:
        cache: false
  kept:
    cmd: cat raw.txt >> kept.txt; echo kept >> runs.log
    deps:
    - raw.txt
    outs:
    - kept.txt:
        persist: true
  plain:
    cmd: cp raw.txt plain.txt; echo plain >> runs.log
    deps:
    - raw.txt
    outs:
    - plain.txt:
        cache: false
  nothing:
    cmd: echo nothing > nothing.txt; echo nothing >> runs.log
    outs:
    - nothing.txt
  always:
    cmd: cp raw.txt always.txt; echo always >> runs.log
    deps:
    - raw.txt
    outs:
    - always.txt
    always_changed: true
  tuned:
    cmd: cp params.yaml tuned.txt; echo tuned >> runs.log
    params:
    - net
    outs:
    - tuned.txt
  below:
    wdir: lib
    cmd: cp ../raw.txt out.txt; chmod 644 out.txt; echo below >> ../runs.log
    deps:
    - ../raw.txt
    - tool.txt
    outs:
    - out.txt
"""

# What both tools keep of a run with its inputs, and so can bring back.
KEPT = ["prepare", "train", "tuned", "below"]
ONCE_MORE = ["kept", "plain", "always"]


def project(check, by, generation=3, pipeline=PIPELINE):
    repository = check.empty()
    repository.write("dvc.yaml", pipeline)
    repository.write("params.yaml", "lr: 0.001\nnet:\n  depth: 3\n  name: ü\n  sizes: [1, 2.5, 1e-7]\n")
    repository.write("raw.txt", "one\n")
    repository.write("lib/tool.txt", "tool\r\n")
    repository.write(".gitignore", "/runs.log\n")
    repository.tool(TWO if generation == 2 else by, "init")
    if generation == 2:
        repository.git("config", "exp.generation", "2")
    repository.git("add", ".")
    repository.git("commit", "-qm", "Set up the project")
    return repository


def contents(repository):
    """Every file of the cache with its mode and bytes."""
    top = repository.root / ".dvc/cache"
    return {str(path.relative_to(top)): (oct(path.stat().st_mode & 0o777), path.read_bytes())
            for path in top.rglob("*") if path.is_file()}


def history(repository, by, *options):
    """Runs everything with inputs that change and come back, and says which commands ran."""
    for raw, lr in (("one", "0.001"), ("two", "0.001"), ("one", "0.001"), ("one", "0.5"), ("two", "0.5")):
        repository.write("raw.txt", raw + "\n")
        parameters = repository.read("params.yaml")
        repository.write("params.yaml", re.sub(r"(?m)^lr: .*$", f"lr: {lr}", parameters))
        repository.tool(by, "repro", *options)
    return sorted(repository.read("runs.log").split())


def compare(ours, theirs, edited=()):
    """`edited` are texts of outputs that only we keep before they are replaced."""
    expect_equal(ours.read("dvc.lock"), theirs.read("dvc.lock"), "dvc.lock")
    mine, wanted = contents(ours), contents(theirs)
    mine = {name: file for name, file in mine.items() if file[1].decode() not in edited}
    expect_equal(sorted(mine), sorted(wanted), "files in the cache")
    for name, file in wanted.items():
        expect_equal(mine[name], file, f"the file '{name}' of the cache")


def check_the_run_cache_has_the_bytes_of_dvc3(check):
    ours, theirs = project(check, "ours"), project(check, THREE)
    expect_equal(history(ours, "ours"), history(theirs, THREE), "commands that ran")
    compare(ours, theirs)
    expect_equal(ours.read(".gitignore"), theirs.read(".gitignore"), ".gitignore")
    expect(any(name.startswith("runs/") for name in contents(ours)), "there is no run cache")


def check_the_run_cache_has_the_bytes_of_dvc2(check):
    ours, theirs = project(check, "ours", 2), project(check, TWO, 2)
    expect_equal(history(ours, "ours"), history(theirs, TWO), "commands that ran")
    mine, wanted = contents(ours), contents(theirs)
    # DVC 2 runs what does not depend on each other in a random order, and so appends to the lock.
    expect_equal(sorted(mine), sorted(wanted), "files in the cache")
    for name, file in wanted.items():
        expect_equal(mine[name], file, f"the file '{name}' of the cache")
    expect_equal(sorted(ours.read("dvc.lock").splitlines()), sorted(theirs.read("dvc.lock").splitlines()), "the lock")


def check_stages_side_by_side_leave_the_bytes_of_dvc3(check):
    ours, theirs = project(check, "ours"), project(check, THREE)
    expect_equal(history(ours, "ours", "-j", "4"), history(theirs, THREE), "commands that ran")
    compare(ours, theirs)
    expect_equal(ours.read(".gitignore"), theirs.read(".gitignore"), ".gitignore")


def taking_over(check, first, second, generation):
    """What `first` ran, `second` brings back; and it knows that nothing changed."""
    repository = project(check, first, generation)
    for raw in ("one", "two"):
        repository.write("raw.txt", raw + "\n")
        repository.tool(first, "repro")
    text = repository.tool(second, "repro").text
    for stage in (*KEPT, "kept", "plain"):
        expect(f"Stage '{stage}' didn't change, skipping" in text, f"{second} runs '{stage}' again:\n{text}")
    (repository.root / "runs.log").unlink()
    repository.write("raw.txt", "one\n")
    result = repository.tool(second, "repro")
    ran = repository.read("runs.log").split()
    expect_equal(sorted(ran), sorted(ONCE_MORE), f"what {second} runs although {first} did\n{result}")
    expect_equal(repository.read("data/sub/b"), "one\n", "the data that came back")
    expect_equal(repository.read("plot.csv"), "one\n", "the plot that came back")
    expect_equal((repository.root / "plot.csv").stat().st_mode & 0o777, 0o644, "its mode")
    # And without any result of its own in the workspace.
    for name in ("dvc.lock", "model.txt", "metrics.json", "lib/out.txt", "runs.log"):
        (repository.root / name).unlink()
    repository.tool(second, "repro", "-s", "train", "below")
    expect(not (repository.root / "runs.log").exists(), f"{second} ran a command again")
    expect(not [line for line in repository.tool(first, "status", "train", "below").output.splitlines()
                if "changed" in line], f"{first} sees changes after {second}")


def check_dvc3_brings_back_what_we_ran(check):
    taking_over(check, "ours", THREE, 3)


def check_we_bring_back_what_dvc3_ran(check):
    taking_over(check, THREE, "ours", 3)


def check_dvc2_brings_back_what_we_ran(check):
    taking_over(check, "ours", TWO, 2)


def check_we_bring_back_what_dvc2_ran(check):
    taking_over(check, TWO, "ours", 2)


def check_we_do_not_overlook_a_parameter_called_size(check):
    pipeline = "stages:\n  a:\n    cmd: cp params.yaml out.txt\n    params:\n    - net\n    outs:\n    - out.txt\n"
    repository = project(check, THREE, pipeline=pipeline)
    for size in (1, 2):
        repository.write("params.yaml", f"net:\n  size: {size}\n")
        repository.exp("repro")
        expect_equal(repository.read("out.txt"), f"net:\n  size: {size}\n", "the result")
    repository.write("params.yaml", "net:\n  size: 1\n")
    expect("is cached" in repository.exp("repro").text, "the first result did not come back")


GRAPH = """\
stages:
  c:
    cmd: cp b.txt c.txt
    deps: [b.txt]
    outs: [c.txt]
  a:
    cmd: cp in.txt a.txt
    deps: [in.txt]
    outs: [a.txt]
  b:
    cmd: cat a.txt k.txt > b.txt
    deps: [a.txt, k.txt]
    outs: [b.txt]
  x:
    cmd: cp in.txt x.txt
    deps: [in.txt]
    outs: [x.txt]
  group-1:
    cmd: cp x.txt g1.txt
    deps: [x.txt]
    outs: [g1.txt]
  group-2:
    cmd: cp k.txt g2.txt
    deps: [k.txt]
    outs: [g2.txt]
"""
BELOW = """\
stages:
  s:
    cmd: cp ../c.txt s.txt
    deps: [../c.txt]
    outs: [s.txt]
  t:
    cmd: cp ../k.txt t.txt
    deps: [../k.txt]
    outs: [t.txt]
"""


def graph(check, by):
    repository = check.empty()
    repository.write("dvc.yaml", GRAPH)
    repository.write("sub/dvc.yaml", BELOW)
    repository.write("in.txt", "i\n")
    repository.write("k.txt", "k\n")
    repository.tool(by, "init")
    repository.git("add", ".")
    repository.git("commit", "-qm", "Set up the project")
    return repository


def decisions(result):
    found = [(name, (what + (how or "")).strip()) for what, name, how in DECISION.findall(result.text)]
    # What a failure leaves out is told in other words.
    found = [one for one in found if one[1] != "Stage"]
    # In a dry run DVC looks a stage up by its old inputs, and then says that it runs nevertheless.
    return [one for one, after in zip(found, [*found[1:], None])
            if not (one[1] == "Stage is cached" and after == (one[0], "Running stage"))]


FEW = [({"k.txt": "k"}, "--glob", "group-*"), ("a", "x")]


def check_repro_decides_as_dvc3(check):
    """One history of calls with all kinds of targets and options; the same stages in the same order every time."""
    calls = [
        ("c",), ("sub/dvc.yaml:s",), ("-P",), (), ("sub/dvc.yaml",),
        ({"k.txt": "2"}, "-s", "c"), ("--downstream", "b"), ({"k.txt": "3"}, "-P"),
        ({"in.txt": "3"}, "-p", "group-1"), ({"in.txt": "4"}, "-R", "sub"), *FEW[:1],
        ("-f", "-s", "x"), ("-f", "b"), ({"in.txt": "5"}, "--force-downstream", "-P"), ({"k.txt": "4"}, "--dry", "b"),
        *FEW[1:], ({"in.txt": "i", "k.txt": "k"}, "-P"), ({"in.txt": "6"}, "--no-run-cache", "-P"),
        ({"in.txt": "i"}, "--no-run-cache", "a"), ({"a.txt": None}, "--allow-missing", "b"),
        ({"in.txt": None}, "--allow-missing", "a", "c"), ({"in.txt": "i", "c.txt": "spoilt"}, "-P"),
        ({"k.txt": "5"}, "--no-commit", "-P"), ("-P",),
    ]
    ours, theirs = graph(check, "ours"), graph(check, THREE)
    for number, call in enumerate(calls):
        changes = call[0] if call and isinstance(call[0], dict) else {}
        arguments = [word for word in call if isinstance(word, str)]
        results = []
        for repository, by in ((ours, "ours"), (theirs, THREE)):
            for name, text in changes.items():
                if text is None:
                    (repository.root / name).unlink()
                else:
                    (repository.root / name).unlink(missing_ok=True)
                    repository.write(name, text + "\n")
            results.append(repository.tool(by, "repro", *arguments, status=None))
        expect_equal(results[0].status == 0, results[1].status == 0, f"success of call {number}\n{results[0]}")
        # Of few stages among many, DVC takes those that do not depend on each other in a random order.
        order = sorted if call in FEW else list
        expect_equal(order(decisions(results[0])), order(decisions(results[1])),
                     f"call {number}, repro {' '.join(arguments)}")
        for name in ("dvc.lock", "sub/dvc.lock"):
            locks = [(one.root / name).read_text() if (one.root / name).exists() else "" for one in (ours, theirs)]
            expect_equal(locks[0], locks[1], f"{name} after call {number}, repro {' '.join(arguments)}")
    compare(ours, theirs, edited=("spoilt\n",))


def check_failing_stages_are_left_as_dvc3_leaves_them(check):
    pipeline = GRAPH.replace("cat a.txt k.txt > b.txt", "echo part > b.txt; exit 7")
    for options, status in ((("-k",), (1, 255)), (("--ignore-errors",), (0, 0)), ((), (1, 255))):
        results, repositories = [], []
        for by, wanted in (("ours", status[0]), (THREE, status[1])):
            repository = graph(check, by)
            repository.write("dvc.yaml", pipeline)
            results.append(repository.tool(by, "repro", *options, status=wanted))
            repositories.append(repository)
        expect_equal(decisions(results[0]), decisions(results[1]), f"stages with {options}")
        locks = [(one.root / "dvc.lock").read_text() for one in repositories]
        expect_equal(locks[0], locks[1], f"dvc.lock with {options}")


def random_graph(seed):
    """A pipeline of eight stages with random dependencies, written in a random order; one of them may fail."""
    dice = random.Random(seed)
    names = [f"s{number}" for number in range(8)]
    fails = dice.choice(names + [None] * 4)
    entries = []
    for number, name in enumerate(names):
        needs = dice.sample(names[:number], min(number, dice.randint(0, 2)))
        files = [f"{need}.txt" for need in needs] + dice.choices(["in.txt", "k.txt"], k=1)
        # A failing one leaves nothing: we would keep it in the cache before it is replaced.
        start = "echo trying; exit 3" if name == fails else f"sleep 0.0{dice.randint(0, 5)}"
        entries.append(f"  {name}:\n    cmd: {start}; cat {' '.join(files)} > {name}.txt; echo {name}\n"
                       f"    deps: [{', '.join(files)}]\n    outs: [{name}.txt]\n")
    dice.shuffle(entries)
    return "stages:\n" + "".join(entries)


def check_random_graphs_end_as_with_dvc3(check):
    """One after the other or side by side: the same lock, cache and ignored names, also after failures."""
    for seed in range(4):
        repositories = []
        for by, options in (("ours", ()), ("ours", ("-j", "3")), (THREE, ())):
            repository = graph(check, by)
            repository.write("dvc.yaml", random_graph(seed))
            (repository.root / "sub/dvc.yaml").unlink()
            for text in ("i", "j", "i"):
                repository.write("in.txt", text + "\n")
                result = repository.tool(by, "repro", "-k", *options, status=None)
            repositories.append((repository, result))
        (serial, one), (parallel, many), (theirs, wanted) = repositories
        expect_equal(decisions(one), decisions(wanted), f"decisions of seed {seed}")
        expect_equal((many.output, many.error, many.status), (one.output, one.error, one.status), f"console of seed {seed}")
        for repository in (serial, parallel):
            compare(repository, theirs)
        expect_equal(parallel.read(".gitignore"), serial.read(".gitignore"), f".gitignore of seed {seed}")
