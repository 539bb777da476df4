#!/usr/bin/env python3
"""Checks git exp against real DVC releases and real clients of the checkpoint protocol.

    interop.py --program .build/bin/git-exp [--only TEXT] [--jobs N] [--list]

The releases are pinned in `requirements/` and installed from PyPI into `.build-interop/`, once. An environment
variable GIT_EXP_INTEROP_VENVS names a folder with environments that are there already; others are made.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

import checks_checkpoints
import checks_clients
import checks_current
import checks_data
import checks_golden
import checks_hooks
import checks_migration
import checks_protocol
import checks_random
import checks_queue
import checks_remotes
import checks_repro
import checks_sharing
import checks_templating
import checks_verbs
from harness import Check, Environments, Failed, Skipped, Tools

MODULES = (
    checks_current, checks_data, checks_remotes, checks_migration, checks_repro, checks_checkpoints, checks_clients,
    checks_protocol, checks_templating, checks_random, checks_golden, checks_verbs, checks_sharing, checks_queue, checks_hooks)


def all_checks():
    """Every function whose name begins with `check_`, in the order of the files."""
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("check_"):
                yield name.removeprefix("check_").replace("_", " "), function


def carry_out(name, function, tools, folder):
    begin = time.monotonic()
    problem, outcome = "", "ok"
    try:
        function(Check(tools, folder))
    except Skipped as reason:
        problem, outcome = f": {reason}", "skipped"
    except Failed as failure:
        problem, outcome = f": {failure}", "FAILED"
    except Exception:  # a mistake in the check itself, or a command that hangs
        problem, outcome = f":\n{traceback.format_exc()}", "FAILED"
    print(f"{outcome:7} {name} ({time.monotonic() - begin:.1f} s){problem}", flush=True)
    return outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=shutil.which("git-exp"), help="the git-exp to check")
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help="checks whose name contains TEXT")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument("--keep", action="store_true", help="keep the repositories")
    options = parser.parse_args()
    checks = [(name, function) for name, function in all_checks()
              if not options.only or any(text in name for text in options.only)]
    if options.list:
        print(*(name for name, _ in checks), sep="\n")
        return
    if not options.program:
        parser.error("there is no git-exp on PATH; name one with --program")
    environments = Environments()
    environments.prepare()

    work = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-interop-"))
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            runs = []
            for number, (name, function) in enumerate(checks):
                folder = work / f"{number:02}"
                folder.mkdir()
                tools = Tools(options.program, environments, folder / "home")
                runs.append(pool.submit(carry_out, name, function, tools, folder))
            outcomes = [run.result() for run in runs]
    finally:
        if options.keep:
            print(f"the repositories are in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)

    failed, skipped = outcomes.count("FAILED"), outcomes.count("skipped")
    if skipped:
        print(f"{skipped} skipped")
    print(f"{outcomes.count('ok')} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
