"""Data tracked by `.dvc` files: DVC and we write the same, and each takes the other's work for done."""

import os
import random
import shutil
import stat

from harness import Failed, expect, expect_equal, expect_same_json, show_json

THREE, TWO = "3.67.1", "2.58.2"
NAMES = ["a", "b.txt", "data", "x y", "é", "e\u0301", "日本", "[q]", "#n", "n!", "UP", "z.csv", "t*", "2024"]
CONTENTS = [b"", b"one\n", b"one\r\ntwo\r\n", bytes(range(256)), b"x" * 5000, b"text only\n" * 300, "äöü".encode()]


def tree(repository):
    """Every file of the cache with its mode and bytes, and every file that git would see, with its bytes."""
    found = {}
    for folder, _, names in os.walk(repository.root / ".dvc" / "cache"):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, repository.root)
            with open(path, "rb") as file:
                found[relative] = (oct(stat.S_IMODE(os.lstat(path).st_mode)), file.read())
    for path in sorted(repository.root.rglob("*")):
        relative = path.relative_to(repository.root)
        if relative.parts[0] in (".git", ".dvc") or not path.is_file():
            continue
        if path.suffix == ".dvc" or path.name in (".gitignore", "dvc.yaml", "dvc.lock"):
            found[str(relative)] = path.read_bytes()
    return found


def compare(ours, theirs, what):
    mine, other = tree(ours), tree(theirs)
    for path in sorted(mine.keys() | other.keys()):
        if mine.get(path) != other.get(path):
            raise Failed(f"{what}: '{path}' differs:\n  ours   {mine.get(path)!r:.400}\n  theirs {other.get(path)!r:.400}")


def fill(source, folder, depth=0):
    folder.mkdir(parents=True, exist_ok=True)
    for name in source.sample(NAMES, source.randint(1, 5)):
        path = folder / name
        if path.exists():
            continue
        if depth < 2 and source.random() < 0.25:
            fill(source, path, depth + 1)
        else:
            path.write_bytes(source.choice(CONTENTS))
            if source.random() < 0.2:
                path.chmod(0o755)


def change(source, folder):
    """Adds, changes and removes a few files, the same ones in every clone."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        fate = source.random()
        if fate < 0.2:
            path.unlink()
        elif fate < 0.5:
            path.write_bytes(source.choice(CONTENTS) + b"changed\n")
    (folder / "fresh").write_bytes(b"fresh\n")


def project(check, version, name):
    repository = check.empty()
    repository.tool(version, "init", "-q")
    repository.git("add", ".")
    repository.git("commit", "-qm", name)
    return repository


def clean(repository, version, what):
    answer = repository.tool(version, "status").text
    expect("up to date" in answer, f"{what}: {version} finds changes:\n{answer}")


def random_data(check, seed, version):
    """The same random data in two clones, worked on by one tool each."""
    source = random.Random(seed)
    theirs = project(check, version, "start")
    names = source.sample(NAMES, 4)
    for name in names:
        if source.random() < 0.6:
            fill(source, theirs.root / "in" / name)
        else:
            (theirs.root / "in").mkdir(exist_ok=True)
            (theirs.root / "in" / name).write_bytes(source.choice(CONTENTS))
    ours = theirs.copy("ours")
    if version == TWO:
        ours.git("config", "exp.generation", "2")
    targets = [f"in/{name}" for name in names]
    theirs.tool(version, "add", *targets)
    ours.exp("add", *targets)
    compare(ours, theirs, f"seed {seed}, add")
    clean(ours, version, f"seed {seed}, after our add")
    clean(theirs, "ours", f"seed {seed}, after its add")
    for name in names:
        state = source.getstate()
        for repository in (theirs, ours):
            source.setstate(state)
            path = repository.root / "in" / name
            if path.is_dir():
                change(source, path)
            else:
                path.write_bytes(path.read_bytes() + b"more\n")
    theirs.tool(version, "commit", "-f")
    ours.exp("commit", "-f")
    compare(ours, theirs, f"seed {seed}, commit")
    for repository in (theirs, ours):
        for name in names:
            path = repository.root / "in" / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    # Each brings back what the other saved.
    theirs.exp("checkout")
    ours.tool(version, "checkout")
    clean(theirs, version, f"seed {seed}, after our checkout")
    clean(ours, "ours", f"seed {seed}, after its checkout")
    theirs.tool(version, "remove", f"in/{names[0]}.dvc", "--outs")
    ours.exp("data", "remove", f"in/{names[0]}.dvc", "--outs")
    escaped = any(character in names[0] for character in "[]*#!")
    if not escaped:  # DVC leaves the lines of such names behind
        compare(ours, theirs, f"seed {seed}, remove")


def check_dvc3_and_we_write_the_same_for_random_data(check):
    for seed in range(8):
        random_data(check, seed, THREE)


def check_dvc2_and_we_write_the_same_for_random_data(check):
    for seed in range(100, 106):
        random_data(check, seed, TWO)


def check_parts_of_tracked_folders_are_updated_as_dvc3_does(check):
    theirs = project(check, THREE, "start")
    for name in ("data/a", "data/b", "data/s/c"):
        theirs.write(name, name)
    theirs.dvc3("add", "data")
    ours = theirs.copy("ours")
    for repository in (theirs, ours):
        for name in ("data/a", "data/b", "data/s/d"):
            repository.write(name, "new " + name)
    for target in ("data/s", "data/a"):
        theirs.dvc3("add", target)
        ours.exp("add", target)
        expect_equal(ours.read("data.dvc"), theirs.read("data.dvc"), f"data.dvc after adding {target}")
    theirs.dvc3("commit", "-f")
    ours.exp("commit", "-f")
    expect_equal(ours.read("data.dvc"), theirs.read("data.dvc"), "data.dvc after committing the rest")


def check_sizes_of_tracked_folders_grow_as_in_dvc3(check):
    theirs = project(check, THREE, "start")
    for name in ("data/a", "data/b", "data/s/c"):
        theirs.write(name, name)
    theirs.dvc3("add", "data")
    ours = theirs.copy("ours")
    for name, text in (("data/new", "n"), ("data/empty", ""), ("data/new", "n"), ("data/s/d", "four"), ("data/a", "x"),
                       ("data/later", "later"), ("data", None), ("data/t/e", "e"), ("data/s/d", None)):
        for repository in (theirs, ours):
            if text is not None:
                repository.write(name, text)
            elif name != "data":
                (repository.root / name).unlink()
        theirs.dvc3("add", name)
        ours.exp("add", name)
        expect_equal(ours.read("data.dvc"), theirs.read("data.dvc"), f"data.dvc after adding {name}")


def check_imported_data_is_committed_and_brought_anew_as_by_dvc3(check):
    theirs = project(check, THREE, "start")
    theirs.write("../source/f", "1")
    theirs.write("../source/folder/a", "a")
    theirs.dvc3("import-url", "../source/f", "imp")
    theirs.dvc3("import-url", "../source/folder", "folder")
    ours = theirs.copy("ours")

    def step(*commands):
        for command in commands:
            theirs.dvc3(*command)
            ours.exp(*command)
        for name in ("imp.dvc", "folder.dvc", "imp", "folder/a"):
            expect_equal(ours.read(name), theirs.read(name), f"{name} after {commands}")
        clean(ours, THREE, f"after {commands}")

    for repository in (theirs, ours):
        repository.write("imp", "x")
        repository.write("folder/a", "changed")
    step(("commit", "-f", "imp.dvc", "folder.dvc"))
    theirs.write("../source/f", "a22")
    theirs.write("../source/folder/b", "b")
    step(("unfreeze", "imp.dvc"), ("commit", "-f", "imp.dvc"))
    step(("unfreeze", "folder.dvc"), ("repro", "imp.dvc", "folder.dvc"))
    step(("repro", "-f", "imp.dvc", "folder.dvc"), ("freeze", "imp.dvc"))


def check_comments_in_dvc_files_stay_as_dvc3_leaves_them(check):
    text = ("# head comment\ndesc: \"file desc\"\nouts:\n- md5: 401b30e3b8b5d629635a5c613cdb7919   # c1\n  size: 2\n"
            "  hash: md5\n  path: x.txt\n  desc: 'hello'\n  cache: true\n  persist: false\n  # inner comment\n"
            "  labels: [a, b]\nmeta:\n  foo: bar  # c\n  n: 0x10\n")
    theirs = project(check, THREE, "start")
    theirs.write("x.txt.dvc", text)
    theirs.write("x.txt", "xx\n")
    ours = theirs.copy("ours")
    for command in (("add", "x.txt"), ("freeze", "x.txt.dvc"), ("unfreeze", "x.txt.dvc")):
        theirs.dvc3(*command, status=None)
        ours.exp(*command)
        expect_equal(ours.read("x.txt.dvc"), theirs.read("x.txt.dvc"), f"x.txt.dvc after {command}")


def check_names_and_notes_of_dvc2_are_written_as_it_does(check):
    theirs = project(check, TWO, "start")
    theirs.write("a", "a\n")
    theirs.write("sub/q", "q\n")
    ours = theirs.copy("ours")
    ours.git("config", "exp.generation", "2")
    for command in (
            ("add", "a", "--desc", "hello", "--file", "sub/my.dvc", "--type", "model", "--label", "l1", "--label", "l2",
             "--meta", "k=v"),
            ("add", "sub/q", "--file", "sub/other.dvc"), ("add", "a", "--desc", "bye")):
        theirs.dvc2(*command)
        ours.exp(*command)
        compare(ours, theirs, str(command))


def check_stages_with_dvc_files_run_alike(check):
    pipeline = ("stages:\n  one:\n    cmd: cat data/a s.txt > one.txt\n    deps: [data, s.txt]\n    outs: [one.txt]\n"
                "  two:\n    cmd: cp one.txt two.txt\n    deps: [one.txt]\n    outs: [two.txt]\n")
    theirs = project(check, THREE, "start")
    theirs.write("data/a", "a\n")
    theirs.write("s.txt", "s\n")
    theirs.write("dvc.yaml", pipeline)
    ours = theirs.copy("ours")
    for repository, which in ((theirs, THREE), (ours, "ours")):
        repository.tool(which, "add", "data", "s.txt")
        repository.tool(which, "repro")
    expect_equal(ours.read("dvc.lock"), theirs.read("dvc.lock"), "dvc.lock")
    for repository, which in ((theirs, THREE), (ours, "ours")):
        repository.write("s.txt", "changed\n")
        repository.tool(which, "repro")
    for name in ("dvc.lock", "s.txt.dvc"):
        expect_equal(ours.read(name), theirs.read(name), f"{name} after the data changed")
    clean(ours, THREE, "after our run")
    clean(theirs, "ours", "after its run")
    for option in ("--dot", "--mermaid", "--md"):
        mine = sorted(ours.exp("dag", option).output.split("\n"))
        expect_equal([line for line in mine if line], sorted(filter(None, theirs.dvc3("dag", option).output.split("\n"))),
                     f"dag {option}")


def check_dvc3_reads_the_settings_that_we_write(check):
    theirs = project(check, THREE, "start")
    ours = theirs.copy("ours")
    for command in (("core.autostage", "true"), ("cache.type", "hardlink,copy"), ("core.remote", "my"),
                    ("cache.dir", "../store"), ("remote.my.url", "../far"), ("-u", "core.autostage")):
        theirs.dvc3("config", *command)
        ours.exp("config", *command)
        expect_equal(ours.read(".dvc/config"), theirs.read(".dvc/config"), f".dvc/config after {command}")
    expect_equal(ours.exp("config", "cache.dir").output, theirs.dvc3("config", "cache.dir").output, "cache.dir")


def check_dvc3_and_we_compare_parameters_alike(check):
    theirs = project(check, THREE, "start")
    theirs.write("params.yaml", "lr: 0.1\nopt: {a: 1, b: [0.9, 0.99], s: [x, y]}\nname: foo\nn: null\n")
    theirs.write("p.json", '{"k": 1, "j": 2}')
    theirs.write("dvc.yaml", "stages:\n  one:\n    cmd: echo\n    params: [lr, {p.json: [k]}]\n")
    theirs.git("add", ".")
    theirs.git("commit", "-qm", "parameters")
    theirs.write("params.yaml", "lr: 0.123456789\nopt: {a: 1, b: [0.9, 0.999], s: [x, z], c: true}\nname: null\n")
    theirs.write("p.json", '{"k": 3, "j": 4}')
    for options in ((), ("--md",), ("--all",), ("--deps",), ("--no-path",), ("--targets", "p.json")):
        # The order in which DVC names the files differs from one call to the next.
        wanted = sorted(theirs.dvc3("params", "diff", *options).output.split("\n"))
        mine = sorted(theirs.exp("params", "diff", *options).output.split("\n"))
        expect_equal([line for line in mine if line], [line for line in wanted if line], f"params diff {options}")


def check_dvc3_and_we_show_values_of_tracked_data(check):
    repository = project(check, THREE, "start")
    repository.write("dvc.yaml", "metrics: [m.json]\nparams: [p.yaml]\n"
                                 "stages:\n  s:\n    cmd: cp in o\n    deps: [in]\n    outs: [o]\n")
    for number in (1, 2):
        repository.write("m.json", '{"acc": %d}' % number)
        repository.write("p.yaml", "a: %d\n" % number)
        repository.write("in", str(number))
        repository.exp("add", "m.json", "p.yaml", "in")
        repository.exp("repro")
        repository.git("add", ".")
        repository.git("commit", "-qm", str(number))
    expect_same_json(show_json(repository, "ours", "-n", "2"), show_json(repository, THREE, "-n", "2"), "show")
    expect_equal(repository.exp("metrics", "show", "-A").output, repository.dvc3("metrics", "show", "-A").output, "metrics")
