"""Saving, renaming, removing, comparing and moving experiments, beside both DVCs; what a killed DVC leaves."""

import json

from harness import end_session, expect, expect_equal, expect_same_json, plain_pipeline, show_json, wait_for

TWO, THREE = "2.58.2", "3.67.1"


def trained(check, generation=3):
    """A project whose outputs were made by hand."""
    repository = check.toy("ours", generation=generation, pipeline=plain_pipeline())
    if generation == 3:
        repository.run("sh", "prepare.sh")
    repository.run("python3", "-I", "-S", "train.py")
    return repository


def check_dvc3_reads_what_we_save(check):
    repository = trained(check)
    before = repository.snapshot()
    repository.exp("save", "-n", "mine")
    expect_equal(repository.snapshot(), before, "HEAD, index and stash after saving")
    expect("mine" in repository.dvc3("exp", "list").output, "DVC does not list what we saved")
    expect_same_json(show_json(repository, "ours"), show_json(repository, THREE), "our show of it, and DVC's")
    expect("repro.dat" not in repository.git("ls-tree", "-r", "--name-only", repository.experiments()["mine"]),
           "the commit holds a file of a queue")
    for name in ("model.txt", "metrics.json"):
        (repository.root / name).unlink()
    repository.dvc3("exp", "apply", "mine")
    expect_equal(repository.read("model.txt"), repository.model_of(3), "the model that DVC applies")


def check_dvc2_reads_what_we_save(check):
    repository = trained(check, generation=2)
    repository.exp("save", "-n", "mine")
    expect_same_json(show_json(repository, "ours"), show_json(repository, TWO), "our show of it, and DVC's")
    (repository.root / "model.txt").unlink()
    repository.dvc2("exp", "apply", "mine")
    expect_equal(repository.read("model.txt"), repository.model_of(3), "the model that DVC applies")


def check_we_read_what_dvc3_saves(check):
    repository = trained(check)
    # DVC leaves a new lock file out of what it saves.
    repository.dvc3("commit", "--force")
    repository.git("add", "dvc.lock", "metrics.json")
    repository.dvc3("exp", "save", "-n", "theirs")
    expect_same_json(show_json(repository, "ours"), show_json(repository, THREE), "our show of it, and DVC's")
    (repository.root / "model.txt").unlink()
    repository.exp("apply", "theirs")
    expect_equal(repository.read("model.txt"), repository.model_of(3), "the model that we apply")
    expect(not (repository.root / ".dvc/tmp/repro.dat").exists() or "repro.dat" not in repository.git("status", "--short"),
           "a file of DVC's is applied")


def names(repository, which):
    return sorted(repository.tool(which, "exp", "list", "--name-only").output.split())


def check_both_dvcs_see_what_we_rename_and_remove(check):
    repository = trained(check)
    for name in ("one", "two", "three"):
        repository.exp("save", "-n", name)
    repository.exp("rename", "one", "uno")
    repository.exp("remove", "two")
    for which in ("ours", TWO, THREE):
        expect_equal(names(repository, which), ["three", "uno"], f"what {which} lists")
    # What can be brought back does not disturb either of them.
    repository.dvc3("exp", "rename", "uno", "ein")
    repository.dvc2("exp", "remove", "three")
    expect_equal(names(repository, "ours"), ["ein"], "what we list")
    repository.exp("restore", "two")
    expect_equal(names(repository, THREE), ["ein", "two"], "what DVC lists")
    repository.dvc3("exp", "remove", "-A")
    expect_equal(names(repository, "ours"), [], "what we list in the end")


def check_our_diff_is_that_of_dvc(check):
    repository = trained(check, generation=2)
    repository.exp("save", "-n", "mine")
    repository.write("params.yaml", repository.read("params.yaml").replace("0.1", "0.3") + "extra: [1, 2]\n")
    repository.write("metrics.json", '{"step": 4, "loss": 0.123456789, "kind": "new"}')

    def differences(which, *arguments):
        return json.loads(repository.tool(which, "exp", "diff", "--json", *arguments).output)

    for arguments in (["mine"], ["mine", "--all"], [], ["mine", "mine"]):
        ours = differences("ours", *arguments)
        for which in (TWO, THREE):
            expect_equal(ours, differences(which, *arguments), f"the differences by us and {which}: {arguments}")
    expect_equal(sorted(repository.exp("diff", "mine").output.split("\n")),
                 sorted(repository.dvc3("exp", "diff", "mine").output.split("\n")), "the tables")


def check_both_dvcs_follow_experiments_that_we_rehome(check):
    repository = check.toy("ours", generation=2)
    repository.exp("run", "-n", "alpha")
    old = repository.head()
    repository.git("commit", "-q", "--amend", "-m", "Set up the project, in other words")
    repository.exp("rehome")
    expect_equal(repository.experiments(old), {}, "experiments of the old baseline")
    chain = repository.chain(repository.experiments()["alpha"])
    expect_equal(len(chain), 4, "commits of the experiment")
    theirs = show_json(repository, TWO)
    expect_equal([state["rev"] for state in theirs[1]["experiments"][0]["revs"]], chain, "commits that DVC 2 shows")
    expect("alpha" in repository.dvc3("exp", "list").output, "DVC 3 does not list it")
    for dvc in (repository.dvc2, repository.dvc3):
        dvc("exp", "apply", chain[-1][:7])
        expect_equal(repository.read("model.txt"), repository.model_of(1), "the model of the first checkpoint")
        dvc("exp", "apply", "alpha")
        expect_equal(repository.read("model.txt"), repository.model_of(3), "the model of the experiment")
    repository.exp("undo")
    expect_equal(list(repository.experiments(old)), ["alpha"], "experiments after undoing it")


def killed(check, which, generation):
    """A repository in which DVC was killed while it trained; the user has changed a file and staged another."""
    pipeline = plain_pipeline() if which == THREE else None
    repository = check.toy(which, generation=generation, pipeline=pipeline)
    repository.write("raw.txt", "one\ntwo\nthree\nmine\n")
    pause = repository.root.with_name("pause")
    program = repository.tools.command(which)
    process = repository.start(program, "exp", "run", "-n", "alpha", variables={"TOY_PAUSE": str(pause)})
    wait_for(pause.with_suffix(".reached").exists, "the second step")
    during = repository.exp("run", status=128)
    expect("going on" in during.error, f"a run beside DVC's is not refused:\n{during}")
    expect("nothing to mend" in repository.exp("recover").error, "a run that is alive is mended")
    end_session(process)
    expect(repository.git("symbolic-ref", "-q", "HEAD", status=None) == "", "DVC left HEAD on its branch")
    return repository


def mended(repository):
    files = {name: repository.read(name) for name in ("raw.txt", "model.txt", "params.yaml")}
    refused = repository.exp("run", status=128)
    expect("killed here" in refused.error and "git exp recover" in refused.error, f"a run is not refused:\n{refused}")
    before = repository.git("for-each-ref") + repository.git("rev-parse", "HEAD")
    repository.exp("recover", "--dry-run")
    expect_equal(repository.git("for-each-ref") + repository.git("rev-parse", "HEAD"), before, "after a dry run")
    repository.exp("recover")
    expect_equal(repository.git("symbolic-ref", "HEAD"), "refs/heads/main", "HEAD")
    expect_equal(repository.git("diff", "--cached", "--name-only"), "", "the index")
    expect_equal({name: repository.read(name) for name in files}, files, "the files")
    for name in ("EXEC_BASELINE", "EXEC_MERGE", "EXEC_BRANCH"):
        expect_equal(repository.reference(f"refs/exps/exec/{name}"), "", name)
    expect("nothing to mend" in repository.exp("recover").error, "there is still something to mend")


def check_we_mend_what_a_killed_dvc2_leaves(check):
    repository = killed(check, TWO, 2)
    mended(repository)
    tip = repository.experiments()["alpha"]
    expect_equal(repository.reference("refs/exps/exec/EXEC_APPLY"), tip, "what the workspace holds")
    result = repository.exp("run")
    expect("'alpha' will be resumed" in result.error, f"training does not go on:\n{result}")
    expect(tip in repository.chain(repository.experiments()["alpha"]), "the history was not extended")
    repository.dvc2("exp", "show")


def check_we_mend_what_a_killed_dvc3_leaves(check):
    repository = killed(check, THREE, 3)
    mended(repository)
    expect_equal(repository.experiments(), {}, "experiments")
    repository.dvc3("exp", "run", "-n", "beta")
    expect_equal(list(repository.experiments()), ["beta"], "experiments after a new run")
