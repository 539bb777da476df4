"""From DVC 2 to DVC 3: a project that DVC 2.58.2 made, migrated by us, is what DVC 3.67.1 would have made of it."""

import os
import random
import shutil

from checks_data import CONTENTS, NAMES, fill, tree
from harness import expect, expect_equal

THREE, TWO = "3.67.1", "2.58.2"

PIPELINE = """\
stages:
  one:
    cmd: cp in/crlf out.txt; cp -r in/many outd; echo '{"a":1}' > m.json; echo one >> runs.log
    deps:
    - in/crlf
    - in/many
    - code.sh
    params:
    - lr
    outs:
    - out.txt
    - outd
    metrics:
    - m.json:
        cache: false
  two:
    cmd: cp out.txt two.txt; echo two >> runs.log
    deps:
    - out.txt
    outs:
    - two.txt
"""


def project(check, seed, cache_type=None):
    source = random.Random(seed)
    repository = check.empty()
    repository.dvc2("init", "-q")
    if cache_type:
        repository.dvc2("config", "cache.type", cache_type)
    names = source.sample(NAMES, 3)
    for name in names:
        if source.random() < 0.5:
            fill(source, repository.root / "in" / name)
        else:
            (repository.root / "in").mkdir(exist_ok=True)
            (repository.root / "in" / name).write_bytes(source.choice(CONTENTS))
    (repository.root / "in/many").mkdir(parents=True)
    for number in range(source.randint(0, 80)):
        (repository.root / f"in/many/{number}").write_bytes(source.choice(CONTENTS) + b"%d\r\n" % number)
    (repository.root / "in/many/text").write_bytes(b"x\r\n")
    (repository.root / "in/crlf").write_bytes(b"a\r\nb\r\n")
    (repository.root / "code.sh").write_bytes(b"code\r\n")
    (repository.root / "code.sh").chmod(0o755)
    repository.write("params.yaml", "lr: 1\n")
    repository.write("dvc.yaml", PIPELINE)
    repository.write(".gitignore", "/runs.log\n")
    repository.dvc2("add", "in/crlf", "in/many", *[f"in/{name}" for name in names])
    repository.dvc2("repro")
    repository.git("add", ".")
    repository.git("commit", "-qm", "old")
    return repository


def clean(repository, which):
    answer = repository.tool(which, "status").text
    expect("up to date" in answer, f"{which} finds changes:\n{answer}")


def remove_data(repository):
    for name in repository.git("ls-files", "--others", "--ignored", "--exclude-standard", "--directory").splitlines():
        path = repository.root / name.strip('"')
        if not name.startswith(".dvc") and path.name != "runs.log" and os.path.lexists(path):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def check_a_migrated_project_is_the_one_that_dvc3_makes(check):
    for seed in range(300, 304):
        ours = project(check, seed)
        theirs = ours.copy("theirs")
        theirs.dvc3("cache", "migrate", "--dvc-files")
        ours.exp("data", "migrate")
        mine, other = tree(ours), tree(theirs)
        for name in mine:
            expect_equal(mine[name], other.get(name), f"seed {seed}, '{name}'")
        # DVC also links lists of files that nothing in the new part refers to.
        left = [name for name in other if name not in mine and not name.endswith(".dir")]
        expect_equal(left, [], f"seed {seed}, files that only DVC makes")
        for which in (THREE, "ours"):
            clean(ours, which)
        expect("Nothing to migrate" in ours.exp("data", "migrate").text, "migrated twice")


def check_dvc3_works_on_with_a_migrated_project(check):
    for cache_type in (None, "symlink", "hardlink"):
        ours = project(check, 310, cache_type)
        ours.git("branch", "old")
        ours.exp("data", "migrate")
        clean(ours, THREE)
        clean(ours, "ours")
        ours.git("commit", "-qam", "new")
        remove_data(ours)
        ours.dvc3("checkout")
        clean(ours, THREE)
        expect("didn't change" in ours.dvc3("repro").text, "DVC 3 runs stages again")
        # The branch that was not migrated has its data still, for both generations.
        ours.git("switch", "-q", "old")
        remove_data(ours)
        ours.dvc2("checkout")
        clean(ours, TWO)
        ours.git("switch", "-q", "main")
        ours.exp("data", "migrate", "--drop-old")
        remove_data(ours)
        ours.dvc3("checkout")
        clean(ours, THREE)
        for name in ("out.txt", "two.txt", "m.json", "dvc.lock"):
            (ours.root / name).unlink()
        ours.dvc3("repro")
        expect_equal(ours.read("runs.log"), "one\ntwo\n", "commands that ran")


def check_entries_become_new_one_by_one_as_dvc3_does_it(check):
    theirs = project(check, 320)
    ours = theirs.copy("ours")
    ours.git("config", "exp.generation", "3")

    def step(what, change, *calls):
        for repository, which in ((ours, "ours"), (theirs, THREE)):
            change(repository)
            for call in calls:
                repository.tool(which, *call)
        for name in ["dvc.lock", "in/crlf.dvc", "in/many.dvc"]:
            expect_equal(ours.read(name), theirs.read(name), f"{name} after {what}")
        clean(ours, THREE)
        clean(theirs, "ours")

    step("nothing", lambda repository: None, ("repro",))
    expect("hash:" not in ours.read("dvc.lock"), "an unchanged project became new")
    step("a forced run", lambda repository: None, ("repro", "-f"))
    expect("hash:" not in ours.read("dvc.lock"), "entries with the same data became new")
    step("other line ends", lambda repository: (repository.root / "code.sh").write_bytes(b"code\n"), ("repro",))
    expect("hash:" not in ours.read("dvc.lock"), "entries with other line ends became new")
    step("another program", lambda repository: (repository.root / "code.sh").write_bytes(b"other\r\n"), ("repro",))
    lock = ours.read("dvc.lock")
    expect(lock.count("hash: md5") == 1 and "md5: dd8c6a395b5dd36c56d23275028f526c" in lock, f"not one by one:\n{lock}")
    step("other data", lambda repository: (repository.root / "in/many/text").write_bytes(b"y\r\n"),
         ("add", "in/many"), ("repro",))
    step("other text", lambda repository: (repository.root / "in/crlf").write_bytes(b"c\r\n"), ("add", "in/crlf"),
         ("repro",))
    # A file with one new entry is no longer for DVC 2, and is new for us whatever the rest says.
    answer = ours.dvc2("status", status=None)
    expect(answer.status != 0 and "extra keys not allowed" in answer.text, f"DVC 2 reads it:\n{answer}")
    ours.git("config", "--unset", "exp.generation")
    (ours.root / "in/crlf").write_bytes(b"d\r\n")
    ours.exp("repro")
    clean(ours, THREE)
    expect("hash: md5" in ours.read("dvc.lock"), "a mixed project went back")


def check_an_old_project_stays_old(check):
    theirs = project(check, 330)
    ours = theirs.copy("ours")
    for repository, which in ((ours, "ours"), (theirs, TWO)):
        (repository.root / "code.sh").write_bytes(b"other\r\n")
        (repository.root / "in/many/text").write_bytes(b"y\r\n")
        repository.tool(which, "add", "in/many")
        repository.tool(which, "repro")
    for name in ("dvc.lock", "in/many.dvc"):
        expect_equal(ours.read(name), theirs.read(name), name)
    mine, other = tree(ours), tree(theirs)
    expect_equal(sorted(mine), sorted(other), "files")
    clean(ours, TWO)
    clean(theirs, "ours")
    # What is old stays where it is also for those that write new entries.
    ours.git("config", "exp.generation", "3")
    remove_data(ours)
    ours.exp("checkout")
    for which in (TWO, THREE, "ours"):
        clean(ours, which)
