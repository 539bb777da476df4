"""The hooks under real git: beside those of others, and with DVC watching what becomes of experiments."""

import os
import shutil

from harness import Repository, expect, expect_equal

HOOKS = ("pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push")
TRAIN = "import json, pathlib\ntext = pathlib.Path('params.yaml').read_text()\n" \
        "pathlib.Path('model.txt').write_text(text)\njson.dump({'loss': len(text)}, open('metrics.json', 'w'))\n"
PIPELINE = "stages:\n  train:\n    cmd: python3 -I -S train.py\n    deps:\n    - train.py\n    params:\n    - lr\n" \
           "    outs:\n    - model.txt\n    metrics:\n    - metrics.json:\n        cache: false\n"


def project(check):
    """A project with one stage that has run, and an experiment on its first commit."""
    repository = check.empty()
    repository.exp("init", "-q")
    for name, text in {"train.py": TRAIN, "dvc.yaml": PIPELINE, "params.yaml": "lr: 1\n", "README": "one\n"}.items():
        repository.write(name, text)
    repository.exp("repro", "-q")
    repository.git("add", ".")
    repository.git("commit", "-qm", "Set up")
    return repository


# A matrix: with our hooks git leaves what it leaves without them.

class Pair:
    """The same repository twice, once with hooks; every call of git happens in both at the same time of day."""

    def __init__(self, check):
        self.hooked = project(check)
        self.clock = 1_700_000_000
        shutil.copytree(self.hooked.root, check.folder / "plain", symlinks=True)
        self.plain = Repository(check.tools, check.folder / "plain")
        for name in HOOKS:
            self.hooked.exp("install", "-q", "--hook", name)

    def both(self, *arguments, variables=None, status=0):
        self.clock += 60
        dates = {"GIT_AUTHOR_DATE": f"{self.clock} +0000", "GIT_COMMITTER_DATE": f"{self.clock} +0000"}
        for repository in (self.hooked, self.plain):
            repository.run("git", *arguments, variables=dates | (variables or {}), status=status)
        self.compare(" ".join(arguments))

    def write(self, name, text):
        for repository in (self.hooked, self.plain):
            repository.write(name, text)

    def state(self, repository):
        return {
            "HEAD": repository.git("rev-parse", "HEAD"),
            "index": repository.git("ls-files", "--stage"),
            "status": repository.git("status", "--porcelain"),
            "stash": repository.git("stash", "list"),
            "branches": repository.git("for-each-ref", "refs/heads"),
            "files": {name: (repository.root / name).read_bytes()
                      for name in repository.git("ls-files", "-z").split("\0")
                      if name and (repository.root / name).is_file()},
        }

    def compare(self, what):
        hooked, plain = self.state(self.hooked), self.state(self.plain)
        for part, value in plain.items():
            expect_equal(hooked[part], value, f"{part} after 'git {what}'")

    def experiment(self, name, rate):
        """Makes an experiment on HEAD, and leaves the workspace as it was."""
        self.hooked.exp("run", "-q", "-n", name, "-S", f"lr={rate}")
        self.hooked.git("checkout", "-q", ".")
        self.hooked.exp("checkout", "-q", "--force")
        self.compare(f"checkout after the experiment {name}")

    def expect_listed(self, *names):
        """Ours and DVC list them, each below a commit that a branch has."""
        ours = self.hooked.exp("list", "-A", "--name-only").output.split()
        theirs = self.hooked.dvc3("exp", "list", "-A", "--name-only").output.split()
        expect_equal(sorted(ours), sorted(names), "the experiments that we list")
        expect_equal(sorted(theirs), sorted(names), "the experiments that DVC lists")
        for line in self.hooked.git("for-each-ref", "--format=%(refname)", "refs/exps/").splitlines():
            parts = line.split("/")
            if len(parts) == 5 and len(parts[2]) == 2 and parts[2] != "exec":
                commit = parts[2] + parts[3]
                expect(self.hooked.git("branch", "--contains", commit), f"no branch has the commit of {line}")

    def expect_on_head(self, *names):
        expect_equal(sorted(self.hooked.experiments()), sorted(names), "the experiments of HEAD")


def check_hooks_leave_commits_as_git_makes_them(check):
    pair = Pair(check)
    pair.write("README", "two\n")
    pair.both("commit", "-q", "-a", "-m", "commit -a")
    pair.write("README", "three\n")
    pair.write("notes", "new\n")
    pair.both("add", "notes")
    pair.both("commit", "-q", "-m", "partial", "README")
    pair.both("commit", "-q", "-m", "the rest")
    pair.both("commit", "-q", "--allow-empty", "-m", "empty")
    pair.write("README", "four\n")
    pair.both("stash", "-q")
    pair.both("stash", "pop", "-q")
    pair.both("checkout", "-q", "README")
    pair.both("worktree", "add", "-q", "--detach", "tree")
    for repository in (pair.hooked, pair.plain):
        repository.git("worktree", "remove", "--force", "tree")
    pair.both("submodule", "add", "-q", str(check_module(check)), "module")
    pair.both("commit", "-q", "-m", "submodule")
    pair.both("submodule", "update", "-q", "--init")
    first = check.empty()
    for name in HOOKS:
        first.exp("install", "-q", "--hook", name)
    first.exp("init", "-q")
    first.git("add", ".")
    first.git("commit", "-qm", "the first one")
    expect_equal(first.git("status", "--porcelain"), "", "the status after a first commit")


def check_module(check):
    module = check.empty()
    module.write("file", "text\n")
    module.git("add", ".")
    module.git("commit", "-qm", "module")
    return module.root


def check_experiments_follow_amend_and_rebase(check):
    pair = Pair(check)
    pair.experiment("e0", 10)
    pair.both("branch", "base")
    pair.write("README", "two\n")
    pair.both("commit", "-q", "-a", "-m", "two")
    pair.experiment("e1", 11)
    pair.both("commit", "-q", "--amend", "-m", "two, amended")
    pair.expect_on_head("e1")
    pair.both("checkout", "-q", "-b", "side", "base")
    pair.write("side", "side\n")
    pair.both("add", "side")
    pair.both("commit", "-q", "-m", "side")
    pair.both("checkout", "-q", "-b", "picked", "main")
    pair.both("cherry-pick", "side")
    pair.experiment("e2", 12)
    pair.both("checkout", "-q", "-b", "merged", "main")
    pair.both("merge", "-q", "--no-edit", "side")
    pair.both("checkout", "-q", "main")
    pair.write("more", "more\n")
    pair.both("add", "more")
    pair.both("commit", "-q", "-m", "more")
    pair.experiment("e3", 13)
    pair.both("checkout", "-q", "side")
    pair.write("side", "other side\n")
    pair.both("commit", "-q", "-a", "-m", "side again")
    pair.both("checkout", "-q", "main")
    pair.both("rebase", "-q", "side")
    pair.expect_on_head("e3")
    # 'merged' keeps the commit of e1, so that one stays.
    pair.expect_listed("e0", "e1", "e2", "e3")


def check_experiments_follow_an_interactive_rebase(check):
    pair = Pair(check)
    pair.both("branch", "base")
    for number in range(1, 5):
        pair.write(f"file{number}", f"{number}\n")
        pair.both("add", ".")
        pair.both("commit", "-q", "-m", f"commit {number}")
        pair.experiment(f"e{number}", number + 20)
    # The second and third change places, the fourth goes into the first.
    editor = check.folder / "editor.sh"
    editor.write_text("#!/bin/sh\nsed -n '1p' \"$1\" >\"$1.new\"\nsed -n '4s/^pick/squash/p' \"$1\" >>\"$1.new\"\n"
                      "sed -n '3p;2p' \"$1\" | sort -r >>\"$1.new\"\nmv \"$1.new\" \"$1\"\n")
    editor.chmod(0o755)
    pair.both("rebase", "-q", "-i", "base", variables={"GIT_SEQUENCE_EDITOR": str(editor), "GIT_EDITOR": "true"})
    expect_equal(pair.hooked.git("rev-list", "--count", "base..HEAD"), "3", "the number of commits")
    pair.expect_listed("e1", "e2", "e3", "e4")
    pair.hooked.exp("show", "--no-pager", "-A", "--json")
    pair.hooked.git("fsck", "--strict")


# Beside others

def content(repository):
    """The hooks and git's settings, byte by byte."""
    folder = repository.root / ".git/hooks"
    files = {path.name: (path.read_bytes(), path.stat().st_mode) for path in sorted(folder.iterdir())}
    return files | {"config": (repository.root / ".git/config").read_bytes()}


def expect_ours_works(repository):
    """A lock file that lies stops a commit, and data follows a checkout."""
    repository.write("params.yaml", "lr: 5\n")
    result = repository.run("git", "commit", "-q", "-a", "-m", "lies", status=None)
    expect(result.status != 0 and "params.yaml: lr 1 → 5" in result.text, f"the commit was not stopped:\n{result}")
    repository.exp("repro", "-q")
    repository.git("checkout", "-q", "-b", "five")
    repository.git("commit", "-q", "-a", "-m", "five")
    repository.git("checkout", "-q", "-")
    expect_equal(repository.read("model.txt"), "lr: 1\n", "the data of the first branch")
    repository.git("branch", "-q", "-D", "five")


def beside(check, install, works, again=lambda repository: None):
    """Ours after theirs, and theirs after ours."""
    for is_first in (False, True):
        alone = project(check)
        install(alone)
        repository = project(check)
        if is_first:
            repository.exp("install", "-q")
            install(repository)
        else:
            install(repository)
            before = content(repository)
            repository.exp("install", "-q")
        repository.git("add", ".")
        repository.git("commit", "-qm", "Attributes")
        with_ours = content(repository)
        repository.exp("install", "-q")
        expect_equal(content(repository), with_ours, "the hooks after installing ours again")
        again(repository)
        works(repository)
        expect_ours_works(repository)
        repository.exp("uninstall", "-q")
        works(repository)
        left = content(repository)
        wanted = content(alone) if is_first else before
        for files in (left, wanted):
            files.pop("config")
        expect_equal(left, wanted, "the hooks when ours are gone")


def check_hooks_beside_git_lfs(check):
    expect(shutil.which("git-lfs"), "git-lfs is not installed")
    lines = {"pre-push": 'git lfs pre-push "$@"', "post-checkout": 'git lfs post-checkout "$@"',
             "post-merge": 'git lfs post-merge "$@"'}

    def install(repository):
        result = repository.run("git", "lfs", "install", "--local", status=None)
        if result.status != 0:
            # It does not add itself to a hook that is there, and asks to do so by hand.
            expect("git lfs update --manual" in result.text, f"git-lfs says something else:\n{result}")
            repository.git("lfs", "install", "--local", "--skip-repo", status=None)
            for name, line in lines.items():
                with (repository.root / ".git/hooks" / name).open("a") as file:
                    file.write(line + "\n")

    def works(repository):
        count = len(list(repository.root.glob("blob*")))
        repository.git("lfs", "track", "*.bin")
        repository.write(f"blob{count}.bin", f"large {count}\n")
        repository.git("add", ".")
        repository.git("commit", "-qm", f"blob {count}")
        origin = repository.root.with_name(repository.root.name + "-origin.git")
        if not origin.exists():
            repository.git("init", "-q", "--bare", origin)
            repository.git("remote", "add", "origin", origin)
        repository.git("push", "-q", "origin", "HEAD")
        objects = [path for path in (origin / "lfs/objects").rglob("*") if path.is_file()]
        expect_equal(len(objects), count + 1, "the number of LFS objects that were pushed")

    for is_first in (False, True):
        repository = project(check)
        steps = (lambda: install(repository), lambda: repository.exp("install", "-q"))
        before = None
        for number, step in enumerate(reversed(steps) if is_first else steps):
            step()
            if number == 0 and not is_first:
                before = content(repository)
        theirs = content(repository)
        repository.git("add", ".")
        repository.git("commit", "-qm", "Attributes")
        works(repository)
        expect_ours_works(repository)
        repository.exp("uninstall", "-q")
        left = content(repository)
        left.pop("config")
        if is_first:
            # What was added by hand stays, behind the line that names the shell.
            for name, line in lines.items():
                expect_equal(left[name][0], f"#!/bin/sh\n{line}\n".encode(), f"the hook {name}")
            expect("pre-commit" not in left and "post-rewrite" not in left, "hooks of ours are left")
        else:
            before.pop("config")
            expect_equal(left, before, "the hooks when ours are gone")
        expect(theirs, "there were no hooks")
        works(repository)


def check_hooks_beside_the_framework(check):
    program = check.tools.environments.program("pre-commit", "pre-commit")
    variables = {"PRE_COMMIT_HOME": str(check.folder / "framework"), "GIT_CONFIG_GLOBAL": os.devnull,
                 "GIT_AUTHOR_NAME": "I", "GIT_AUTHOR_EMAIL": "i@example.com", "GIT_COMMITTER_NAME": "I",
                 "GIT_COMMITTER_EMAIL": "i@example.com"}
    types = ("pre-commit", "pre-push", "post-checkout", "post-merge", "post-rewrite")
    config = "repos:\n- repo: local\n  hooks:\n" + "".join(
        f"  - id: {name}\n    name: {name}\n    entry: sh -c 'echo {name} >> .git/ran'\n    language: system\n"
        f"    always_run: true\n    pass_filenames: false\n    stages: [{name}]\n" for name in types)

    def install(repository):
        repository.write(".pre-commit-config.yaml", config)
        repository.run(program, "install", *[word for name in types for word in ("-t", name)], variables=variables)
        repository.git("add", ".pre-commit-config.yaml")

    def works(repository):
        ran = repository.root / ".git/ran"
        ran.unlink(missing_ok=True)
        repository.run("git", "commit", "-q", "--allow-empty", "-m", "one", variables=variables)
        repository.run("git", "commit", "-q", "--allow-empty", "--amend", "-m", "two", variables=variables)
        repository.run("git", "checkout", "-q", "-b", "beside", variables=variables)
        repository.run("git", "checkout", "-q", "-", variables=variables)
        repository.git("branch", "-q", "-D", "beside")
        origin = repository.root.with_name(repository.root.name + "-origin.git")
        if not origin.exists():
            repository.git("init", "-q", "--bare", origin)
        repository.run("git", "push", "-q", "--force", origin, "HEAD:refs/heads/main", variables=variables)
        expect_equal(ran.read_text().split(),
                     ["pre-commit", "pre-commit", "post-rewrite", "post-checkout", "post-checkout", "pre-push"],
                     "the framework's hooks that ran")

    beside(check, install, works)


def check_hooks_inside_the_framework(check):
    """Our hooks as a project of the framework uses them."""
    program = check.tools.environments.program("pre-commit", "pre-commit")
    variables = {"PRE_COMMIT_HOME": str(check.folder / "framework")}
    repository = project(check)
    repository.write(".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - id: git-exp-pre-commit\n"
                     "    name: lock\n    entry: git exp hook pre-commit\n    language: system\n"
                     "    pass_filenames: false\n    always_run: true\n")
    repository.run(program, "install", variables=variables)
    repository.git("add", ".")
    repository.run("git", "commit", "-qm", "framework", variables=variables)
    repository.write("params.yaml", "lr: 5\n")
    result = repository.run("git", "commit", "-qam", "lies", variables=variables, status=1)
    expect("params.yaml: lr 1 → 5" in result.text, f"the commit was stopped for another reason:\n{result}")


def check_hooks_beside_hand_written_ones(check):
    texts = {
        "pre-commit": "#!/bin/sh\nset -eu\necho pre-commit >> .git/ran\nexec true\n",
        "post-checkout": "#!/usr/bin/env python3\nopen('.git/ran', 'a').write('post-checkout\\n')\n",
        "post-rewrite": "#!/bin/bash\nwhile read -r old new; do [ \"$old\" ] && echo post-rewrite >> .git/ran; done\nexit 0",
        "pre-push": "#!/bin/sh\nread -r a b c d\necho pre-push $a >> .git/ran\n",
    }

    def install(repository):
        for name, text in texts.items():
            path = repository.root / ".git/hooks" / name
            if path.exists():
                # By hand, at the end of what is there; another language cannot go there.
                if "python" in text:
                    text = "echo post-checkout >> .git/ran\n"
                text = path.read_text() + text.split("\n", 1)[1] if text.startswith("#!") else path.read_text() + text
            path.write_text(text)
            path.chmod(0o755)

    def works(repository):
        ran = repository.root / ".git/ran"
        ran.unlink(missing_ok=True)
        repository.git("commit", "-q", "--allow-empty", "-m", "one")
        repository.git("commit", "-q", "--allow-empty", "--amend", "-m", "two")
        repository.git("checkout", "-q", "-b", "beside")
        repository.git("checkout", "-q", "-")
        repository.git("branch", "-q", "-D", "beside")
        origin = repository.root.with_name(repository.root.name + "-origin.git")
        if not origin.exists():
            repository.git("init", "-q", "--bare", origin)
        repository.git("push", "-q", "--force", origin, "HEAD:refs/heads/main")
        expect_equal(ran.read_text().split("\n"),
                     ["pre-commit", "pre-commit", "post-rewrite", "post-checkout", "post-checkout", "pre-push HEAD", ""],
                     "the hand-written hooks that ran")

    for is_first in (False, True):
        repository = project(check)
        if is_first:
            repository.exp("install", "-q")
        install(repository)
        before = content(repository)
        if not is_first:
            repository.exp("install", "-q")
        repository.git("add", ".")
        repository.git("commit", "-qm", "Attributes")
        works(repository)
        expect_ours_works(repository)
        repository.exp("uninstall", "-q")
        works(repository)
        left = content(repository)
        if is_first:
            for name, text in texts.items():
                rest = "echo post-checkout >> .git/ran\n" if "python" in text else text.split("\n", 1)[1]
                expect_equal(left[name][0], f"#!/bin/sh\n{rest}".encode(), f"the hook {name}")
        else:
            expect_equal(left, before, "the hooks and settings when ours are gone")
