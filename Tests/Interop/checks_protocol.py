"""What a second implementation has to get right in references, info files, hashes and locks."""

import fcntl
import hashlib
import json
import os
import signal
import time

from harness import end_session, expect, expect_equal, show_json, wait_for

BOTH = ("3.67.1", "2.58.2")


def hand_made(repository, name, messages):
    """An experiment made with plumbing alone: one commit per message, each with one more step in the metrics."""
    baseline = parent = repository.head()
    index = {"GIT_INDEX_FILE": str(repository.root.with_name("private-index"))}
    commits = []
    for step, message in enumerate(messages, 1):
        blob = repository.root.with_name("blob")
        blob.write_text(json.dumps({"step": step}))
        content = repository.git("hash-object", "-w", str(blob))
        repository.git("read-tree", parent, variables=index)
        repository.git("update-index", "--add", "--cacheinfo", f"100644,{content},metrics.json", variables=index)
        tree = repository.git("write-tree", variables=index)
        parent = repository.git("commit-tree", tree, "-p", parent, "-m", message)
        commits.append(parent)
    repository.git("update-ref", f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}", parent)
    return commits


def check_hand_made_experiments_in_packed_references(check):
    repository = check.toy("ours", generation=2)
    commits = hand_made(repository, "hand-made", ["dvc: commit experiment 1", "Anything\n\nat all"])
    repository.git("pack-refs", "--all")
    revisions = show_json(repository, "ours")[1]["experiments"][0]["revs"]
    expect_equal([state["rev"] for state in revisions], commits[::-1], "commits that we show")
    table = repository.exp("show", "--no-pager").output
    expect("│ ╓" in table and "├─╨" in table, f"our table:\n{table}")
    for revision, step in (("hand-made", 2), (commits[0], 1)):
        repository.exp("apply", revision)
        expect_equal(json.loads(repository.read("metrics.json"))["step"], step, f"metrics of {revision}")
    repository.exp("branch", "hand-made", "kept")
    expect_equal(repository.git("rev-parse", "kept"), commits[-1], "the branch")


def check_dvc_reads_our_packed_references(check):
    repository = check.toy("ours", generation=2)
    result = repository.exp("run", "-n", "alpha")
    repository.git("pack-refs", "--all")
    repository.git("gc", "-q", "--prune=now")
    for which in BOTH:
        expect("alpha" in repository.tool(which, "exp", "list").output, f"{which} does not list our experiment")
        repository.tool(which, "exp", "apply", result.checkpoints[1])
        expect_equal(repository.read("model.txt"), repository.model_of(2), f"the model that {which} restores")


def check_running_row_of_a_hand_made_record(check):
    """A run of DVC in another terminal is a pair of files; with a dead process it is nothing."""
    repository = check.toy("ours", generation=2)
    folder = repository.root / ".dvc/tmp/exps/run/workspace"
    folder.mkdir(parents=True)
    record = {"git_url": f"file://{repository.root}", "baseline_rev": repository.head(), "location": "workspace",
              "root_dir": str(repository.root), "dvc_dir": ".dvc", "name": "busy-bee", "wdir": ".", "result_hash": None,
              "result_ref": None, "result_force": False, "status": 2}

    def write(process):
        (folder / "workspace.run").write_text(json.dumps(record))
        (folder / "workspace.json").write_text(json.dumps(
            {"pid": process, "stdin": None, "stdout": None, "stderr": None, "returncode": None}))

    def running(which):
        entries = show_json(repository, which)[1]["experiments"] or []
        return [(entry["name"], entry["executor"]["state"], entry["executor"]["name"]) for entry in entries]

    write(os.getpid())
    expect_equal(running("ours"), running("2.58.2"), "running experiments")
    expect("Running" in repository.exp("show", "--no-pager").output, "the table shows nothing running")
    ended = repository.start("true")
    ended.wait()
    write(ended.pid)
    expect_equal(running("ours"), [], "running experiments of a dead process")


def check_a_replaced_tip_is_resumed(check):
    for maker, resumer in (("2.58.2", "ours"), ("ours", "2.58.2")):
        repository = check.toy(maker, generation=2)
        repository.tool(maker, "exp", "run", "-n", "alpha")
        tip = repository.experiments()["alpha"]
        own = repository.git("commit-tree", f"{tip}^{{tree}}", "-p", f"{tip}~1", "-m", "My own words\n\nabout this")
        baseline = repository.head()
        for reference in (f"refs/exps/{baseline[:2]}/{baseline[2:]}/alpha", "refs/exps/exec/EXEC_APPLY",
                          "refs/exps/exec/EXEC_CHECKPOINT"):
            repository.git("update-ref", reference, own)
        result = repository.tool(resumer, "exp", "run")
        expect_equal(list(repository.experiments()), ["alpha"], f"experiments after {resumer} went on")
        expect(own in repository.chain(repository.experiments()["alpha"]), f"{resumer} did not extend:\n{result}")
        expect_equal(repository.read("model.txt"), repository.model_of(6), "the model")


def lock_of(check, repository, revision):
    """The stages of a lock file, read by DVC's own YAML library."""
    python = check.tools.environments.program("dvc-3.67.1", "python3")
    script = ("import json, sys; from ruamel.yaml import YAML; "
              f"print(json.dumps(YAML(typ='safe').load({repository.file_of(revision, 'dvc.lock')!r})))")
    return json.loads(repository.run(python, "-c", script).output)["stages"]


def message_for(stages):
    text = json.dumps(stages, sort_keys=True)
    return f"dvc: commit experiment {hashlib.sha256(text.encode()).hexdigest()}"


def check_experiment_hashes_can_be_computed_again(check):
    """First run: all stages were executed. Resumed run: the first stage is unchanged and left out at the end."""
    for generation in (2, 3):
        repository = check.toy("ours", generation=generation)
        repository.exp("run", "-n", "alpha")
        first_tip = repository.experiments()["alpha"]
        first = repository.chain(first_tip)
        repository.exp("run")
        tip = repository.experiments()["alpha"]
        second = repository.chain(tip, first_tip)

        def message(commit):
            return repository.git("show", "-s", "--format=%s", commit).strip()

        stages = lock_of(check, repository, tip)
        expect_equal(message(tip), message_for({"train": stages["train"]}), "message of the resumed run's end")
        for commit in second[1:]:
            stages = lock_of(check, repository, commit)
            expect_equal(message(commit), message_for(stages), "message of a checkpoint after an unchanged stage")
        executed = ["prepare", "train"] if generation == 3 else ["train"]
        stages = lock_of(check, repository, first_tip)
        expect_equal(message(first_tip), message_for({name: stages[name] for name in executed}), "message of the end")
        for commit in first[1:]:
            stages = lock_of(check, repository, commit)
            known = {"train": stages["train"]} if generation == 3 else stages
            expect_equal(message(commit), message_for(known), "message of a first checkpoint")


def check_dvc_waits_for_our_lock(check):
    """Stops our program while it holds the repository's lock: DVC has to notice."""
    repository = check.toy("ours", generation=2)
    repository.exp("run", "-n", "first")
    lock = repository.root / ".dvc/tmp/lock"
    repository.write("params.yaml", "epochs: 5000\n# the learning rate\nlr: 0.1\n")
    process = repository.start(repository.tools.program, "run")

    def held():
        """Whether the lock is held; if so, the program is stopped with it."""
        with lock.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return False
            except BlockingIOError:
                os.kill(process.pid, signal.SIGSTOP)
                time.sleep(0.05)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            os.kill(process.pid, signal.SIGCONT)
            return False

    def catch():
        deadline = time.monotonic() + 60
        while not held():
            expect(process.poll() is None, f"the run ended:\n{process.log.read_text()}")
            expect(time.monotonic() < deadline, "the lock was never seen held")

    try:
        catch()
        for which in BOTH:
            result = repository.tool(which, "exp", "list", status=255)
            expect("Unable to acquire lock" in result.text, str(result))
        expect("first" in repository.run(repository.tools.program, "list", timeout=10).output, "our list waits")
        for _ in range(20):  # it may have been stopped between taking the lock and writing its number
            if lock.read_text() == f" {process.pid}\n":
                break
            os.kill(process.pid, signal.SIGCONT)
            catch()
        expect_equal(lock.read_text(), f" {process.pid}\n", "content of the lock")
    finally:
        end_session(process)


def check_we_wait_for_the_lock_of_another(check):
    repository = check.toy("ours")
    lock = repository.root / ".dvc/tmp/lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f" {os.getpid()}\n")
        file.flush()
        expect_equal(repository.run(repository.tools.program, "list", timeout=10).status, 0, "a reader waits")
        process = repository.start(repository.tools.program, "run", "-n", "alpha")
        try:
            wait_for(lambda: str(os.getpid()) in process.log.read_text(), "a message that names the holder", 20)
            expect(process.poll() is None, f"the run did not wait:\n{process.log.read_text()}")
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
            process.wait(60)
    expect_equal(process.returncode, 0, f"status after the lock was free:\n{process.log.read_text()}")
    expect_equal(list(repository.experiments()), ["alpha"], "experiments")


def check_private_references_disturb_nobody(check):
    repository = check.toy("ours", generation=2)
    repository.exp("run", "-n", "alpha")
    names = repository.git("for-each-ref", "--format=%(refname)", "refs/exps").splitlines()
    for name in names:
        parts = name.split("/")
        expect(len(parts) == 5 or parts[2] in ("exec", "temp", "apply", "celery", "stash"), f"{name} confuses DVC")
    for name in ("exec/SOMETHING", "temp/one", "temp/two/three"):
        repository.git("update-ref", f"refs/exps/{name}", "HEAD")
    for which in (*BOTH, "ours"):
        result = repository.tool(which, "exp", "list")
        expect("alpha" in result.output, str(result))
        expect("SOMETHING" not in result.output and "two" not in result.output, str(result))
    expect_equal(len(show_json(repository, "ours")[1]["experiments"]), 1, "experiments that we show")
    repository.exp("gc", "--workspace", "--force")
    for name in ("exec/SOMETHING", "temp/one", "temp/two/three"):
        expect(repository.reference(f"refs/exps/{name}"), f"gc removed {name}")
