"""What every check stands on: environments with real releases, isolated repositories, and plain assertions."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
CHECKPOINT = re.compile(r"^Checkpoint experiment iteration '([0-9a-f]+)'", re.MULTILINE)


class Failed(Exception):
    """A check found something else than it should."""


class Skipped(Exception):
    """A check cannot be carried out here."""


def expect(condition, complaint):
    if not condition:
        raise Failed(complaint)


def expect_equal(actual, wanted, what):
    if actual != wanted:
        raise Failed(f"{what}:\n  is        {shortened(actual)}\n  should be {shortened(wanted)}")


def expect_same_json(actual, wanted, what):
    """Compares nested values and names the places where they differ."""
    differences = list(json_differences(actual, wanted, ""))
    expect(not differences, f"{what}:\n  " + "\n  ".join(differences[:12]))


def json_differences(actual, wanted, path):
    if isinstance(actual, dict) and isinstance(wanted, dict):
        for key in [*wanted, *(key for key in actual if key not in wanted)]:
            if key not in actual:
                yield f"{path}.{key} is missing, should be {shortened(wanted[key])}"
            elif key not in wanted:
                yield f"{path}.{key} should not be there: {shortened(actual[key])}"
            else:
                yield from json_differences(actual[key], wanted[key], f"{path}.{key}")
    elif isinstance(actual, list) and isinstance(wanted, list):
        if len(actual) != len(wanted):
            yield f"{path} has {len(actual)} items, should have {len(wanted)}"
        for index, (left, right) in enumerate(zip(actual, wanted)):
            yield from json_differences(left, right, f"{path}[{index}]")
    elif actual != wanted or type(actual) is not type(wanted):
        yield f"{path} is {shortened(actual)}, should be {shortened(wanted)}"


def shortened(value, limit=600):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


class Environments:
    """Virtual environments with pinned releases, made once and kept."""

    def __init__(self):
        ready = os.environ.get("GIT_EXP_INTEROP_VENVS")
        self.ready = pathlib.Path(ready) if ready else None
        self.root = PROJECT / ".build-interop"

    def prepare(self):
        for requirements in sorted((HERE / "requirements").glob("*.txt")):
            self.make(requirements)

    def make(self, requirements):
        target = self.folder(requirements.stem)
        stamp = target / "requirements.txt"
        if target.parent == self.ready:
            return
        if stamp.exists() and stamp.read_bytes() == requirements.read_bytes():
            return
        print(f"making the environment {requirements.stem}", flush=True)
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", target], check=True)
        subprocess.run([target / "bin" / "pip", "install", "--quiet", "--requirement", requirements], check=True)
        stamp.write_bytes(requirements.read_bytes())

    def folder(self, environment):
        if self.ready and (self.ready / environment / "bin" / "python3").exists():
            return self.ready / environment
        return self.root / environment

    def program(self, environment, name):
        return str(self.folder(environment) / "bin" / name)


class Result:
    """What a command said and how it ended."""

    def __init__(self, arguments, status, output, error):
        self.arguments, self.status, self.output, self.error = arguments, status, output, error

    @property
    def text(self):
        return self.output + self.error

    @property
    def checkpoints(self):
        """The ids that were announced, in order."""
        return CHECKPOINT.findall(self.text)

    def __str__(self):
        return f"$ {' '.join(map(str, self.arguments))}\n{self.text}[exit status {self.status}]"


class Tools:
    """The programs under test, and an environment without anything of the user's."""

    def __init__(self, program, environments, home):
        self.environments = environments
        self.home = home
        # A folder of its own on PATH, so that git finds this program as `git exp` whatever its file is called.
        (home / "bin").mkdir(parents=True)
        self.program = str(home / "bin" / "git-exp")
        os.symlink(pathlib.Path(program).resolve(), self.program)
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Interop\n\temail = interop@example.com\n[init]\n\tdefaultBranch = main\n"
            "[gc]\n\tauto = 0\n[advice]\n\tdetachedHead = false\n[protocol \"file\"]\n\tallow = always\n")
        keep = {key: value for key, value in os.environ.items()
                if not key.startswith(("GIT_", "DVC", "PYTHON", "VIRTUAL_ENV", "XDG_"))}
        path = [str(home / "bin"), str(pathlib.Path(sys.executable).resolve().parent), keep["PATH"]]
        self.variables = keep | {
            "HOME": str(home), "PATH": os.pathsep.join(path), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat", "PAGER": "cat", "COLUMNS": "400",
            "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(home / "site-cache"), "SWIFT_BACKTRACE": "enable=no",
        }

    def command(self, version):
        """The first word of `dvc` of that version, or of ours."""
        return self.program if version == "ours" else self.environments.program(f"dvc-{version}", "dvc")


class Repository:
    """A git repository in a folder of its own, worked on by our program and by both DVCs."""

    def __init__(self, tools, root):
        self.tools, self.root = tools, pathlib.Path(root)

    # Running

    def run(self, *arguments, status=0, variables=None, timeout=240):
        """Runs a command; `status` is what it must end with (None: anything)."""
        process = subprocess.Popen(
            [str(argument) for argument in arguments], cwd=self.root, stdin=subprocess.DEVNULL,
            env=self.tools.variables | (variables or {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)
        try:
            output, error = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            end_session(process)
            output, error = process.communicate()
            raise Failed(f"did not end within {timeout} s: {' '.join(map(str, arguments))}\n"
                         f"{(output + error).decode(errors='replace')}") from None
        result = Result(arguments, process.returncode, output.decode(errors="replace"), error.decode(errors="replace"))
        expect(status is None or result.status == status, f"ended with {result.status}, not {status}:\n{result}")
        return result

    def start(self, *arguments, variables=None):
        """Starts a command in a session of its own; its output goes to a file, `process.log`."""
        log = self.root.with_name(f"{self.root.name}-{time.monotonic_ns()}.log")
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(argument) for argument in arguments], cwd=self.root, stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT, env=self.tools.variables | (variables or {}), start_new_session=True)
        process.log = log
        return process

    def git(self, *arguments, **options):
        return self.run("git", *arguments, **options).output.rstrip("\n")

    def exp(self, *arguments, **options):
        """Our program."""
        return self.run(self.tools.program, *arguments, **options)

    def dvc3(self, *arguments, **options):
        return self.run(self.tools.command("3.67.1"), *arguments, **options)

    def dvc2(self, *arguments, **options):
        return self.run(self.tools.command("2.58.2"), *arguments, **options)

    def tool(self, which, *arguments, **options):
        """`exp …` or `status …` with any of the three: `which` is 'ours', '3.67.1' or '2.58.2'."""
        if which == "ours" and arguments[0] == "exp":
            arguments = arguments[1:]
        return self.run(self.tools.command(which), *arguments, **options)

    # Contents

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def file_of(self, revision, name):
        return self.git("show", f"{revision}:{name}")

    def model_of(self, steps, lr="0.1"):
        """The text of the toy's model; `lr` may be a list with one rate per step."""
        rates = [lr] * steps if isinstance(lr, str) else lr
        return "".join(f"step {step} with lr {rate}\n" for step, rate in enumerate(rates, 1))

    # References

    def head(self):
        return self.git("rev-parse", "HEAD")

    def experiments(self, baseline=None):
        """Experiment names with the full id of their tip, below one baseline."""
        baseline = baseline or self.head()
        prefix = f"refs/exps/{baseline[:2]}/{baseline[2:]}/"
        listing = self.git("for-each-ref", "--format=%(refname) %(objectname)", prefix)
        return {line.split()[0][len(prefix):]: line.split()[1] for line in listing.splitlines()}

    def chain(self, tip, baseline=None):
        """The commits of an experiment, tip first."""
        return self.git("rev-list", "--first-parent", f"{baseline or self.head()}..{tip}").split()

    def reference(self, name):
        return self.git("rev-parse", "--verify", "--quiet", name, status=None)

    def snapshot(self):
        """What a run must leave alone."""
        return {
            "HEAD": (self.root / ".git/HEAD").read_text(),
            "commit": self.head(),
            "index": self.git("ls-files", "--stage"),
            "stash": self.git("stash", "list"),
        }

    def copy(self, name):
        target = self.root.with_name(f"{self.root.name}-{name}")
        subprocess.run(["cp", "-a", self.root, target], check=True)
        return Repository(self.tools, target)


class Check:
    """One check while it runs: makes repositories below its own folder."""

    def __init__(self, tools, folder):
        self.tools, self.folder = tools, folder
        self.count = 0

    def empty(self):
        self.count += 1
        repository = Repository(self.tools, self.folder / f"r{self.count}")
        repository.root.mkdir(parents=True)
        repository.git("init", "-q")
        return repository

    def toy(self, by, generation=3, pipeline=None, commit_lock=False):
        """A committed toy project.

        `by` sets it up: 'ours', '3.67.1' or '2.58.2'. A repository of generation 2 is made by DVC 2.58.2, which
        also runs the first stage, so that its lock file says so.
        """
        repository = self.empty()
        for source in (HERE / "toy").iterdir():
            shutil.copy(source, repository.root / source.name.replace("gitignore", ".gitignore"))
        if pipeline:
            repository.write("dvc.yaml", pipeline)
        repository.git("add", ".")
        repository.git("commit", "-qm", "Add the toy")
        repository.tool("2.58.2" if generation == 2 else by, "init")
        if generation == 2:
            repository.dvc2("repro", "prepare")
        elif commit_lock:
            repository.tool(by, "repro", "prepare")
        repository.git("add", ".")
        repository.git("commit", "-qm", "Set up the project")
        return repository


def plain_pipeline():
    """The toy's pipeline without a checkpoint output: what DVC 3 runs as an ordinary experiment."""
    return (HERE / "toy" / "dvc.yaml").read_text().replace("model.txt:\n        checkpoint: true", "model.txt")


def show_json(repository, which, *options):
    """`exp show --json` without what belongs to one tool alone."""
    states = json.loads(repository.tool(which, "exp", "show", "--json", *options).output)

    def plain(state):
        state = dict(state)
        if state.get("data"):
            state["data"] = {key: value for key, value in state["data"].items() if key != "meta"}
            # DVC 3 reports a metrics file that a revision does not have as an error, DVC 2 not at all.
            state["data"]["metrics"] = {
                name: value for name, value in (state["data"].get("metrics") or {}).items()
                if value.get("error", {}).get("type") != "FileNotFoundError"}
        if state.get("experiments"):
            state["experiments"] = [
                entry | {"revs": [plain(item) for item in entry["revs"]]} for entry in state["experiments"]]
        return state

    return [plain(state) for state in states]


def end_session(process):
    """Kills a process that was started in a session of its own, and everything it left in that session."""
    while True:
        left = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
            except OSError:
                continue
            if fields and int(fields[3]) == process.pid and fields[0] != "Z":
                left.append(int(entry.name))
        if not left:
            process.wait()
            return
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.01)


def wait_for(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        expect(time.monotonic() < deadline, f"waited {seconds} s in vain for {what}")
        time.sleep(0.01)
    return found
