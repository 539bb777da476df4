#!/usr/bin/env python3
"""Runs projects by chance with DVC and with git exp, and compares everything that they leave behind.

    random_interop.py --program .build/bin/git-exp [--dvc 3.67.1] [--first 1] [--seeds 300] [--jobs 2] [--keep]

A seed that failed is repeated with `--first SEED --seeds 1 --keep`.
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

from checks_random import THREE, TWO, Server, run_seed
from harness import Check, Environments, Failed, Tools


def run_some(seeds, options, environments, folder):
    """Runs seeds one after the other with one server; answers with those that failed."""
    tools = Tools(options.program, environments, folder / "home")
    failed = []
    with Server(tools, options.dvc) as server:
        for seed in seeds:
            place = folder / str(seed)
            place.mkdir()
            problem = None
            try:
                run_seed(Check(tools, place), seed, options.dvc, server)
            except Failed as failure:
                problem = str(failure)
            except Exception:  # a mistake in the generator itself
                problem = f"seed {seed}: {traceback.format_exc()}"
            if problem:
                failed.append(seed)
                print(f"FAILED  {problem}", flush=True)
            if not options.keep:
                shutil.rmtree(place, ignore_errors=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=shutil.which("git-exp"), help="the git-exp to check")
    parser.add_argument("--dvc", default=THREE, choices=(THREE, TWO))
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--seeds", type=int, default=300, metavar="N")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--keep", action="store_true", help="keep the repositories")
    options = parser.parse_args()
    if not options.program:
        parser.error("there is no git-exp on PATH; name one with --program")
    environments = Environments()
    environments.prepare()

    begin = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(prefix="git-exp-random-"))
    seeds = range(options.first, options.first + options.seeds)
    jobs = max(1, min(options.jobs, options.seeds))
    try:
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            runs = [pool.submit(run_some, seeds[number::jobs], options, environments, work / f"{number}")
                    for number in range(jobs)]
            failed = sorted(seed for run in runs for seed in run.result())
    finally:
        if options.keep:
            print(f"the repositories are in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    print(f"random projects with DVC {options.dvc}: {options.seeds - len(failed)} of {options.seeds} passed, seeds {options.first} to "
          f"{seeds[-1]}, {time.monotonic() - begin:.0f} s" + (f"; failed: {failed}" if failed else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
