"""DVC 2.58.2, the last one with checkpoints, on repositories of ours in its scheme, and we on its."""

import json

from harness import expect, expect_equal, expect_same_json, show_json

TWO = "2.58.2"


def ran(check, by):
    """A repository of the older scheme with one experiment `alpha` of three checkpoints, made by `by`."""
    repository = check.toy(by, generation=2)
    result = repository.tool(by, "exp", "run", "-n", "alpha")
    expect_equal(len(result.checkpoints), 3, f"checkpoints announced by {by}")
    return repository, result


def check_we_stay_in_the_scheme_of_dvc2(check):
    repository, _ = ran(check, "ours")
    expect("hash:" not in repository.read("dvc.lock"), "the lock is of the newer scheme")
    expect(not (repository.root / ".dvc/cache/files").exists(), "objects are in the newer layout")
    expect("always changed" in repository.dvc2("status", status=None).text, "DVC 2 does not read our lock")


def check_dvc2_shows_our_checkpoints(check):
    repository, _ = ran(check, "ours")
    chain = repository.chain(repository.experiments()["alpha"])
    rows = [line.split(",") for line in repository.dvc2("exp", "show", "--csv").output.splitlines()]
    kinds = [row[2] for row in rows if row[2].startswith("checkpoint")]
    wanted = ["checkpoint_tip"] + ["checkpoint_commit"] * (len(chain) - 2) + ["checkpoint_base"]
    expect_equal(kinds, wanted, "rows that DVC 2 shows")
    expect_same_json(show_json(repository, "ours"), show_json(repository, TWO), "our show of our checkpoints")


def check_dvc2_applies_our_checkpoint(check):
    repository, result = ran(check, "ours")
    repository.dvc2("exp", "apply", result.checkpoints[0])
    expect_equal(repository.read("model.txt"), repository.model_of(1), "model of the first checkpoint")
    expect_equal(json.loads(repository.read("metrics.json"))["step"], 1, "its metrics")


def resumed(repository, by):
    """Runs again with `by`, which has to go on where `alpha` ended."""
    tip = repository.experiments()["alpha"]
    result = repository.tool(by, "exp", "run")
    expect_equal(len(result.checkpoints), 3, "new checkpoints")
    expect_equal(list(repository.experiments()), ["alpha"], "experiments")
    expect(tip in repository.chain(repository.experiments()["alpha"]), "the history was not extended")
    expect_equal(repository.read("model.txt"), repository.model_of(6), "the model")
    return result


def forked(repository, by, checkpoint):
    """Changes the rate with `by` after a checkpoint was applied: a new experiment that begins there."""
    result = repository.tool(by, "exp", "run", "-n", "fork", "-S", "lr=0.5")
    expect_equal(sorted(repository.experiments()), ["alpha", "fork"], "experiments")
    chain = repository.chain(repository.experiments()["fork"])
    own = chain[: [commit[:7] for commit in chain].index(checkpoint)]
    expect_equal(repository.git("rev-parse", f"{own[-1]}~1")[:7], checkpoint, "where the fork begins")
    rates = ["0.1"] * (len(chain) - len(own)) + ["0.5"] * 3
    expect_equal(repository.read("model.txt"), repository.model_of(len(rates), rates), "the model of the fork")
    return result


def check_dvc2_resumes_our_experiment(check):
    repository, _ = ran(check, "ours")
    result = resumed(repository, TWO)
    expect("Existing checkpoint experiment 'alpha' will be resumed" in result.text, str(result))


def check_dvc2_forks_our_checkpoint(check):
    repository, result = ran(check, "ours")
    repository.dvc2("exp", "apply", result.checkpoints[1])
    forked(repository, TWO, result.checkpoints[1])


def check_dvc2_forks_after_we_applied(check):
    repository, result = ran(check, TWO)
    repository.exp("apply", result.checkpoints[1])
    forked(repository, TWO, result.checkpoints[1])


def check_we_show_dvc2_checkpoints(check):
    repository, _ = ran(check, TWO)
    expect_same_json(show_json(repository, "ours"), show_json(repository, TWO), "our show of DVC 2's checkpoints")
    theirs = repository.dvc2("exp", "show", "--csv").output.splitlines()
    ours = repository.exp("show", "--csv").output.splitlines()
    expect_equal(ours, theirs, "rows of the CSV")


def check_we_show_forks_with_their_parent(check):
    repository, result = ran(check, TWO)
    middle = result.checkpoints[1]
    repository.dvc2("exp", "apply", middle)
    forked(repository, TWO, middle)
    lines = repository.exp("show", "--no-pager").output.splitlines()
    first = [line.split("  ")[1].strip() for line in lines if "╓" in line or "╟" in line or "╨" in line]
    chain = repository.chain(repository.experiments()["alpha"])
    fork = repository.chain(repository.experiments()["fork"])
    own = fork[: [commit[:7] for commit in fork].index(middle)]
    wanted = [f"│ ╓ {own[0][:7]} [fork]"] + [f"│ ╟ {commit[:7]}" for commit in own[1:-1]]
    wanted += [f"│ ╟ {own[-1][:7]} ({middle})"]
    wanted += [f"│ ╓ {chain[0][:7]} [alpha]"] + [f"│ ╟ {commit[:7]}" for commit in chain[1:-1]]
    wanted += [f"├─╨ {chain[-1][:7]}"]
    expect_equal("\n".join(first), "\n".join(wanted), "tree of the table")
    expect_same_json(show_json(repository, "ours"), show_json(repository, TWO), "our show of a fork")


def check_we_apply_dvc2_checkpoint(check):
    repository, result = ran(check, TWO)
    repository.exp("apply", result.checkpoints[0])
    expect_equal(repository.read("model.txt"), repository.model_of(1), "model of the first checkpoint")
    expect_equal(json.loads(repository.read("metrics.json"))["step"], 1, "its metrics")


def check_we_resume_dvc2_experiment(check):
    repository, result = ran(check, TWO)
    tip = repository.experiments()["alpha"][:7]
    result = resumed(repository, "ours")
    expect("--reset" in result.text, f"our run does not say how to start over:\n{result}")
    expect(tip in result.text, f"our run does not say from which checkpoint it continues:\n{result}")


def check_we_fork_dvc2_checkpoint(check):
    repository, result = ran(check, TWO)
    repository.exp("apply", result.checkpoints[1])
    forked(repository, "ours", result.checkpoints[1])


def check_we_fork_after_dvc2_applied(check):
    repository, result = ran(check, "ours")
    repository.dvc2("exp", "apply", result.checkpoints[1])
    forked(repository, "ours", result.checkpoints[1])


def check_reset_starts_over_as_dvc2_does(check):
    for first, second in (("ours", TWO), (TWO, "ours")):
        repository, _ = ran(check, first)
        repository.tool(second, "exp", "run", "--reset", "-n", "beta")
        expect_equal(sorted(repository.experiments()), ["alpha", "beta"], f"experiments after {second} started over")
        expect_equal(repository.read("model.txt"), repository.model_of(3), "the model")


def check_commits_say_the_same_as_those_of_dvc2(check):
    """Subjects (they hold the experiment's hash), lock files and metrics of the whole chain, after run and resume.

    Below the subject we say that a run is not complete yet; DVC reads nothing there.
    """
    pairs = []
    for by in ("ours", TWO):
        repository, _ = ran(check, by)
        resumed(repository, by)
        tip = repository.experiments()["alpha"]
        pairs.append([
            (repository.git("show", "-s", "--format=%s", commit).strip(), repository.file_of(commit, "dvc.lock"),
             repository.file_of(commit, "metrics.json"))
            for commit in repository.chain(tip)])
    ours, theirs = pairs
    expect_equal(len(ours), len(theirs), "number of commits")
    for number, (left, right) in enumerate(zip(ours, theirs)):
        for name, is_value, wanted in zip(("message", "dvc.lock", "metrics.json"), left, right):
            expect_equal(is_value, wanted, f"{name} of commit {number}, counted from the tip")


def check_stage_add_writes_the_bytes_of_dvc2(check):
    additions = [
        ("-n", "prepare", "-d", "raw.txt", "-o", "data", "sh prepare.sh"),
        ("-n", "train", "-d", "data", "-d", "train.py", "-c", "model.json", "--plots-no-cache", "predictions.json",
         "-M", "metrics.json", "-p", "seed,lr,weight_decay,epochs", "python3", "train.py"),
    ]
    texts = []
    for by in ("ours", TWO):
        repository = check.empty()
        repository.tool(by, "init")
        for addition in additions:
            repository.tool(by, "stage", "add", *addition)
        texts.append((repository.read("dvc.yaml"), repository.read(".gitignore")))
    expect_equal(texts[0], texts[1], "dvc.yaml and .gitignore")


def check_dvc2_removes_our_experiment(check):
    repository, _ = ran(check, "ours")
    repository.dvc2("exp", "remove", "alpha")
    expect_equal(repository.experiments(), {}, "experiments")
    repository.exp("run", "-n", "beta")
    expect_equal(list(repository.experiments()), ["beta"], "experiments after another run of ours")
