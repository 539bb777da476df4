"""DVC 3.67.1 on repositories of ours, and we on its."""

import json

from harness import end_session, expect, expect_equal, expect_same_json, plain_pipeline, show_json, wait_for

THREE = "3.67.1"


def check_dvc3_lists_and_shows_our_checkpoints(check):
    repository = check.toy("ours")
    before = repository.snapshot()
    result = repository.exp("run", "-n", "alpha")
    expect_equal(repository.snapshot(), before, "HEAD, index and stash after a run")
    chain = repository.chain(repository.experiments()["alpha"])
    expect_equal(len(result.checkpoints), 3, "number of announced checkpoints")
    announced = [commit[:7] for commit in reversed(chain)][:3]
    expect_equal(result.checkpoints, announced, "announced checkpoints")
    expect("alpha" in repository.dvc3("exp", "list").output, "DVC does not list our experiment")
    theirs = show_json(repository, THREE)
    expect_equal([state["rev"] for state in theirs[1]["experiments"][0]["revs"]], chain, "commits DVC shows")
    expect_same_json(show_json(repository, "ours"), theirs, "our show of our experiment, and DVC's")


def check_dvc3_applies_our_checkpoints(check):
    repository = check.toy("ours")
    result = repository.exp("run", "-n", "alpha")
    repository.dvc3("exp", "apply", result.checkpoints[1])
    expect_equal(repository.read("model.txt"), repository.model_of(2), "model of the second checkpoint")
    expect_equal(json.loads(repository.read("metrics.json"))["step"], 2, "its metrics")
    repository.dvc3("exp", "apply", "alpha")
    expect_equal(repository.read("model.txt"), repository.model_of(3), "model of the experiment")


def check_dvc3_branches_our_experiment(check):
    repository = check.toy("ours")
    repository.exp("run", "-n", "alpha")
    repository.dvc3("exp", "branch", "alpha", "kept")
    expect_equal(repository.git("rev-parse", "kept"), repository.experiments()["alpha"], "the branch")


def check_dvc3_status_is_clean_after_our_run(check):
    repository = check.toy("ours")
    repository.exp("run")
    expect("up to date" in repository.dvc3("status").output, "DVC sees changes after our run")


def check_dvc3_checks_out_from_our_cache(check):
    repository = check.toy("ours")
    repository.exp("run")
    for name in ("data.txt", "model.txt"):
        (repository.root / name).unlink()
    repository.dvc3("checkout")
    expect_equal(repository.read("model.txt"), repository.model_of(3), "the model")
    expect_equal(repository.read("data.txt"), "one\nthree\ntwo\n", "the data")


def check_dvc3_skips_what_we_ran(check):
    repository = check.toy("ours", pipeline=plain_pipeline())
    repository.exp("run")
    output = repository.dvc3("repro").output
    for stage in ("prepare", "train"):
        expect(f"Stage '{stage}' didn't change, skipping" in output, f"DVC runs {stage} again:\n{output}")


def check_dvc3_sees_our_run_in_progress(check):
    repository = check.toy("ours")
    pause = repository.root.with_name("pause")
    process = repository.start(repository.tools.program, "run", "-n", "alpha", variables={"TOY_PAUSE": str(pause)})
    try:
        wait_for(pause.with_suffix(".reached").exists, "the second step")
        for which in (THREE, "ours"):
            baseline = show_json(repository, which)[1]
            states = [(entry["executor"] or {}).get("state") for entry in baseline["experiments"] or []]
            expect("running" in states, f"{which} does not show the run in progress: {states}")
        expect(repository.exp("run", status=128).error, "a second run in the same workspace is not refused aloud")
        expect("alpha" in repository.exp("list").output, "list waits for the run")
    finally:
        pause.touch()
        try:
            status = process.wait(60)
        finally:
            end_session(process)
    expect_equal(status, 0, f"status of the run:\n{process.log.read_text()}")
    states = [entry["executor"] for entry in show_json(repository, THREE)[1]["experiments"]]
    expect_equal(states, [None], "executors after the run")
    for name in ("EXEC_BASELINE", "EXEC_MERGE", "EXEC_BRANCH"):
        expect_equal(repository.reference(f"refs/exps/exec/{name}"), "", f"{name} after the run")


def their_experiments(check):
    repository = check.toy(THREE, pipeline=plain_pipeline())
    repository.dvc3("exp", "run", "-n", "theirs")
    repository.dvc3("exp", "run", "-n", "second", "-S", "lr=0.25")
    return repository


def check_we_list_and_show_dvc3_experiments(check):
    repository = their_experiments(check)
    output = repository.exp("list").output
    expect("theirs" in output and "second" in output, f"our list lacks experiments:\n{output}")
    expect_same_json(show_json(repository, "ours"), show_json(repository, THREE), "our show of DVC's experiments")
    table = repository.exp("show", "--no-pager").output
    expect("├──" in table and "└──" in table and "[second]" in table, f"our table:\n{table}")


def check_we_apply_and_branch_dvc3_experiments(check):
    repository = their_experiments(check)
    repository.exp("apply", "theirs")
    expect_equal(repository.read("model.txt"), repository.model_of(3), "the model of the first experiment")
    expect("lr: 0.1\n" in repository.read("params.yaml"), "the parameters of the first experiment")
    repository.exp("apply", "second")
    expect_equal(repository.read("model.txt"), repository.model_of(3, "0.25"), "the model of the second experiment")
    repository.exp("branch", "second", "kept")
    expect_equal(repository.git("rev-parse", "kept"), repository.experiments()["second"], "the branch")


def check_our_status_is_clean_after_dvc3(check):
    repository = their_experiments(check)
    expect("up to date" in repository.exp("status").text, "we see changes after DVC's run")


def check_we_skip_what_dvc3_ran(check):
    repository = their_experiments(check)
    text = repository.exp("run", "-n", "third").text
    for stage in ("prepare", "train"):
        expect(f"Stage '{stage}' didn't change, skipping" in text, f"we run {stage} again:\n{text}")
    expect("third" in repository.experiments(), "a run in which nothing changed makes an experiment too")


def check_lock_and_cache_have_the_bytes_of_dvc3(check):
    ours, theirs = check.toy("ours", pipeline=plain_pipeline()), check.toy(THREE, pipeline=plain_pipeline())
    ours.exp("run")
    theirs.dvc3("exp", "run")
    expect_equal(ours.read("dvc.lock"), theirs.read("dvc.lock"), "dvc.lock")

    def objects(repository):
        top = repository.root / ".dvc/cache/files"
        # DVC also keeps uncached metrics, for the sake of its run cache.
        uncached = (repository.root / "metrics.json").read_bytes()
        found = {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        return {path: data for path, data in found.items() if data != uncached}

    # DVC puts small outputs that are not cached there too, for its run cache.
    wanted = objects(theirs)
    mine = objects(ours)
    expect_equal(len(mine.keys() & wanted.keys()), len(ours.read(".gitignore").splitlines()), "objects of the outputs")
    expect_equal({name: wanted.get(name) for name in mine}, mine, "objects in the cache")


def check_the_commit_holds_the_files_of_dvc3(check):
    """From a tree that is dirty in every way, the experiment takes the same files with the same content."""

    def dirty(by):
        repository = check.toy(by, pipeline=plain_pipeline())
        for name in ("first.txt", "second.txt", "gone/x"):
            repository.write(name, f"{name}\n")
        repository.git("add", ".")
        repository.git("commit", "-qm", "Add more files")
        repository.write("first.txt", "changed\n")
        repository.write("second.txt", "staged\n")
        repository.write("staged.txt", "new\n")
        repository.git("add", "second.txt", "staged.txt")
        repository.write("second.txt", "changed after staging\n")
        (repository.root / "gone/x").unlink()
        repository.write("untracked.txt", "not taken\n")
        return repository

    ours, theirs = dirty("ours"), dirty(THREE)
    before = ours.snapshot()
    ours.exp("run", "-n", "alpha", "-S", "lr=0.5")
    theirs.dvc3("exp", "run", "-n", "alpha", "-S", "lr=0.5")
    expect_equal(ours.snapshot(), before, "HEAD, index and stash")

    def taken(repository):
        tip = repository.experiments()["alpha"]
        lines = repository.git("diff-tree", "-r", "--no-renames", f"{tip}~1", tip).splitlines()
        fields = [line.split(maxsplit=5) for line in lines]
        # Mode, content and name; DVC may write the parameter file in a layout of its own.
        return {entry[5]: (entry[1], entry[4], entry[5] != "params.yaml" and entry[3]) for entry in fields}

    expect_equal(taken(ours), taken(theirs), "files of the experiment's commit")


def check_stage_add_writes_the_bytes_of_dvc3(check):
    additions = [
        ("-n", "prepare", "-d", "raw.txt", "-d", "prepare.sh", "-o", "data.txt", "sh prepare.sh"),
        ("-n", "train", "-d", "data.txt", "-p", "lr,epochs", "-p", "more.yaml:a.b,c", "-O", "plain.txt",
         "-M", "metrics.json", "--plots-no-cache", "plot.csv", "--outs-persist", "kept", "python3", "train.py", "--x", "a b"),
        ("-n", "elsewhere", "-w", "sub", "--desc", "In: a folder", "--always-changed", "-o", "out", "echo 'it is' > out"),
        ("-f", "-n", "prepare", "-d", "raw.txt", "-o", "data.txt", "sort raw.txt > data.txt"),
    ]
    repositories = []
    for by in ("ours", THREE):
        repository = check.empty()
        (repository.root / "sub").mkdir()
        repository.tool(by, "init")
        for addition in additions:
            repository.tool(by, "stage", "add", *addition)
        repositories.append(repository)
    ours, theirs = repositories
    for name in ("dvc.yaml", ".gitignore", "sub/.gitignore"):
        expect_equal(ours.read(name), theirs.read(name), name)


def check_set_param_has_the_values_of_dvc3(check):
    overrides = ["lr=0.5", "+model.layers=[1,2,x]", "+model.name=a b", "++epochs=2", "+flag=true", "+none=null",
                 "+small=1e-5", "+text='0.1'", "+word=yes", "+other={a:1,b:x}"]
    arguments = [word for override in overrides for word in ("-S", override)]
    loader = ("import json, sys; from ruamel.yaml import YAML; "
              "print(json.dumps(YAML(typ='safe').load(sys.stdin.read())))")
    values = []
    for by in ("ours", THREE):
        repository = check.toy(by, pipeline=plain_pipeline())
        repository.tool(by, "exp", "run", "-n", "alpha", *arguments)
        text = repository.file_of(repository.experiments()["alpha"], "params.yaml")
        expect("# the learning rate" in text, f"{by} lost the comment")
        python = check.tools.environments.program("dvc-3.67.1", "python3")
        script = f"import io; sys_stdin = {text!r}; " + loader.replace("sys.stdin.read()", "sys_stdin")
        values.append(json.loads(repository.run(python, "-c", script).output))
    expect_same_json(values[0], values[1], "parameters after the overrides")
