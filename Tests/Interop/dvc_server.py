"""Runs DVC many times at the price of one start: the modules are loaded once, and every command gets a fork of its own.

Started with the Python of DVC's environment. A line of JSON on standard input is one command, `{"arguments": […],
"folder": "…", "variables": {…}}`; a line on standard output answers it, `{"status": 0, "output": "…", "error": "…"}`.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import tempfile

SECONDS = 120


def perform(request, output, error):
    """In the fork: becomes `dvc`, and never returns."""
    status = 70
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(error.fileno(), 2)
        # What hangs ends by itself.
        signal.alarm(SECONDS)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["variables"])
        sys.argv = ["dvc", *request["arguments"]]
        if request["arguments"] == ["--preload"]:
            # What running a stage loads, found out by running one.
            run("init", "-q", "--no-scm")
            with open("dvc.yaml", "w", encoding="utf-8") as file:
                file.write("stages:\n  a:\n    cmd: mkdir d && echo 1 > d/a\n    outs: [d]\n")
            run("repro", "-q")
            run("status", "-q")
            print(json.dumps(sorted(sys.modules)))
            status = 0
        else:
            status = run(*request["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as problem:  # a fork must not go on as a second server
        with contextlib.suppress(Exception):
            os.write(2, f"{type(problem).__name__}: {problem}\n".encode())
    finally:
        os._exit(status)


def run(*arguments):
    from dvc.cli import main

    return main(list(arguments))


def answer(request):
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        child = os.fork()
        if child == 0:
            perform(request, output, error)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = []
        for file in (output, error):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return {"status": status, "output": texts[0], "error": texts[1]}


def preload(variables):
    with tempfile.TemporaryDirectory() as folder:
        names = answer({"arguments": ["--preload"], "folder": folder, "variables": variables})["output"]
    for name in json.loads(names.splitlines()[-1]):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def main():
    # Standard output is the line to the client; nothing that DVC prints may get into it.
    line = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    preload(dict(os.environ))
    for request in sys.stdin:
        print(json.dumps(answer(json.loads(request))), file=line, flush=True)


main()
