#!/usr/bin/env python3
"""Writes the order in which the linker lays out the functions and variables of git exp.

    layout.py --program BINARY --output FILE

The functions that a start, a run, its checkpoints and `show` call come first, in the order of their first calls, and
so do the variables that they set. They are 5 in 100 of all; side by side they share pages, and every page that is
touched costs a fault at each start. BINARY must have its symbols and be linked statically. A name in FILE that no
longer exists does no harm.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TRAINING = """\
import json, os, time
signal_file = os.path.join(os.environ["DVC_ROOT"], ".dvc", "tmp", "DVC_CHECKPOINT")
for step in range(3):
    open("model.bin", "wb").write(os.urandom(1 << 20))
    json.dump({"step": step}, open("metrics.json", "w"))
    open(signal_file, "w").close()
    while os.path.exists(signal_file):
        time.sleep(0.001)
"""
PIPELINE = """\
stages:
  copy:
    cmd: cp params.yaml out.txt
    deps:
    - params.yaml
    outs:
    - out.txt:
        cache: false
  train:
    cmd: python3 train.py
    params:
    - lr
    outs:
    - model.bin:
        checkpoint: true
    metrics:
    - metrics.json:
        cache: false
"""
# The small ones first: what most calls share lies closest together.
CALLS = [["--version"], ["run", "-q", "copy"], ["run", "-f", "-q", "copy"], ["run", "-q", "train"], ["checkpoint"],
         ["show", "--no-pager"], ["show", "--json"], ["list"], ["status"]]


def symbols(program):
    """The names of the program's functions, by address, and those of its variables, by address and size."""
    functions, variables = {}, {}
    listing = subprocess.run(["nm", "--print-size", program], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        *numbers, kind, name = line.split()
        if not numbers:
            continue
        address = int(numbers[0], 16)
        if kind in "tTwWi":
            functions.setdefault(address, []).append(name)
        elif kind in "bBdDvV" and len(numbers) == 2:
            variables.setdefault((address, int(numbers[1], 16)), []).append(name)
    # Those of threads have no address, only a place in their block.
    first = min(functions, default=0)
    return functions, {place: names for place, names in variables.items() if place[0] > first}


def project(folder):
    for name, text in {"train.py": TRAINING, "dvc.yaml": PIPELINE, "params.yaml": "lr: 0.1\n",
                       ".gitignore": "/model.bin\n/out.txt\n/metrics.json\n"}.items():
        (folder / name).write_text(text)
    for call in (["init", "-q"], ["config", "user.name", "A"], ["config", "user.email", "a@b.example"],
                 ["exp", "init", "-q"], ["add", "-A"], ["commit", "-qm", "a project"]):
        subprocess.run(["git", *call], cwd=folder, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    options = parser.parse_args()
    program, output = options.program.resolve(), options.output.resolve()
    functions, variables = symbols(program)
    if not functions:
        sys.exit(f"{program} has no symbols: link it without '-s'")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        tracer, folder = scratch / "called", scratch / "project"
        called, changed = scratch / "functions", scratch / "variables"
        subprocess.run([os.environ.get("CC", "clang"), "-O1", "-o", tracer, HERE / "called.c"], check=True)
        called.write_text("".join(f"{address:x}\n" for address in sorted(functions)))
        changed.write_text("".join(f"{address:x} {size:x}\n" for address, size in sorted(variables)))
        names = dict(functions)
        for (address, _), variable in variables.items():
            names[address] = names.get(address, []) + variable
        (scratch / "bin").mkdir()
        (scratch / "bin" / "git-exp").symlink_to(program)
        os.environ["PATH"] = f"{scratch / 'bin'}:{os.environ['PATH']}"
        os.environ |= {"SHELL": "/bin/sh", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
        folder.mkdir()
        project(folder)
        order = {}
        for call in CALLS:
            used = subprocess.run([tracer, program, called, changed, *call], cwd=folder, check=True, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for address in used.split():
                order.update(dict.fromkeys(names[int(address, 16)]))
    output.write_text("".join(f"{name}\n" for name in order))
    print(f"{output}: {len(order)} of {sum(map(len, names.values()))} functions and variables")


if __name__ == "__main__":
    main()
