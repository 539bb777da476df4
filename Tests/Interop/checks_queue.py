"""The queue: what one program queued and another one runs, and what each of them shows of it."""

import json
import os

from harness import expect, expect_equal, plain_pipeline, wait_for

def project(check, version):
    """A toy that fails where the number of epochs is none."""
    if version == "2.58.2":
        repository = check.toy("2.58.2", generation=2, pipeline=plain_pipeline())
    else:
        repository = check.toy("ours", pipeline=plain_pipeline(), commit_lock=True)
    return repository


def states(repository, which):
    """The states of the tasks by the names of their experiments, as `queue status` says."""
    lines = repository.tool(which, "queue", "status").output.splitlines()
    rows = [line.split() for line in lines if line and not line.startswith(("Task", "Worker", "No "))]
    return {row[1]: row[-1] for row in rows}


def drain_with_dvc(repository, version):
    # Its workers are started as `dvc`, whatever this one is called.
    path = os.pathsep.join([os.path.dirname(repository.tools.command(version)), repository.tools.variables["PATH"]])
    repository.tool(version, "queue", "start", variables={"PATH": path})
    wait_for(lambda: not {"Queued", "Running"} & set(states(repository, "ours").values()), "DVC's worker", 40)


def run_by_dvc(check, version):
    repository = project(check, version)
    before = repository.snapshot()
    repository.exp("run", "--queue", "-n", "good", "-S", "lr=0.5")
    repository.exp("run", "--queue", "-n", "fails", "-S", "epochs=broken")
    expect_equal(states(repository, version), {"good": "Queued", "fails": "Queued"}, "what DVC sees queued")
    drain_with_dvc(repository, version)
    wanted = {"good": "Success", "fails": "Failed"}
    expect_equal(states(repository, version), wanted, "what DVC says of it")
    expect_equal(states(repository, "ours"), wanted, "what we say of it")
    expect_equal(repository.snapshot(), before, "the workspace")
    expect("lr: 0.5" in repository.file_of(repository.experiments()["good"], "params.yaml"), "the parameter is another")
    repository.exp("queue", "remove", "--all")
    expect_equal(states(repository, version), {}, "what is left for DVC")


def run_by_us(check, version):
    repository = project(check, version)
    repository.tool(version, "exp", "run", "--queue", "-n", "good", "-S", "lr=0.5")
    repository.tool(version, "exp", "run", "--queue", "-n", "fails", "-S", "epochs=broken")
    expect_equal(states(repository, "ours"), {"good": "Queued", "fails": "Queued"}, "what we see queued")
    repository.exp("run", "--run-all", status=1)
    wanted = {"good": "Success", "fails": "Failed"}
    expect_equal(states(repository, "ours"), wanted, "what we say of it")
    expect_equal(states(repository, version), wanted, "what DVC says of it")
    expect("lr: 0.5" in repository.file_of(repository.experiments()["good"], "params.yaml"), "the parameter is another")
    names = repository.tool(version, "exp", "list", "--name-only").output.split()
    expect_equal(names, ["good"], "the experiments")
    repository.tool(version, "queue", "remove", "--all")
    expect_equal(states(repository, "ours"), {}, "what is left for us")


def sweep_and_command(check, version):
    """Entries with options that DVC's own call cannot hold, a sweep, and a command that no dvc.yaml names."""
    repository = project(check, version)
    repository.exp("run", "--queue", "-n", "grid", "-S", "lr=0.5,0.6", "-k", "--no-run-cache", "--glob", "*")
    repository.exp("run", "--queue", "-n", "owncmd", "-o", "own.txt", "--", "sh", "-c", 'printf "%s\\n" "${0}" > own.txt', "a 'b'\nc")
    names = ["grid-1", "grid-2", "owncmd"]
    expect_equal(states(repository, version), {name: "Queued" for name in names}, "what DVC sees queued")
    drain_with_dvc(repository, version)
    expect_equal(states(repository, version), {name: "Success" for name in names}, "what DVC says of it")
    experiments = repository.experiments()
    for name, value in [("grid-1", "0.5"), ("grid-2", "0.6")]:
        expect(f"lr: {value}" in repository.file_of(experiments[name], "params.yaml"), f"{name} has lr {value}")
    repository.exp("apply", "owncmd")
    content = repository.read("own.txt")
    expect_equal(content, "a 'b'\nc\n", "what the command got")
    expect("sh" in repository.file_of(experiments["owncmd"], "dvc.yaml"), "dvc.yaml has the stage")


def check_dvc3_runs_our_sweeps_and_commands(check):
    sweep_and_command(check, "3.67.1")


def check_dvc2_runs_our_sweeps_and_commands(check):
    sweep_and_command(check, "2.58.2")


def below_the_root(check, version):
    """Entries whose targets were named in a folder below the root."""
    repository = project(check, version)
    repository.write("sub/dvc.yaml", "stages:\n  copy:\n    cmd: cp ../params.yaml copy.txt\n    deps:\n"
                     "    - ../params.yaml\n    outs:\n    - copy.txt\n")
    repository.git("add", "sub")
    repository.git("commit", "-qm", "A folder")
    for name, target in [("all", []), ("one", ["copy"]), ("file", ["../dvc.yaml:train"])]:
        call = [repository.tools.command("ours"), "run", "--queue", "-n", name, "-S", "../params.yaml:lr=0.5", *target]
        repository.run("sh", "-c", 'cd sub && exec "$@"', "sh", *call)
    drain_with_dvc(repository, version)
    names = ["all", "one", "file"]
    expect_equal(states(repository, version), {name: "Success" for name in names}, "what DVC says of it")
    experiments = repository.experiments()
    expect("copy.txt" in repository.file_of(experiments["one"], "sub/dvc.lock"), "the stage below did not run")
    expect("lr: 0.5" in repository.file_of(experiments["file"], "dvc.lock"), "the stage above did not run")


def check_dvc3_runs_what_we_queued_in_a_subfolder(check):
    below_the_root(check, "3.67.1")


def check_dvc2_runs_what_we_queued_in_a_subfolder(check):
    below_the_root(check, "2.58.2")


def check_dvc3_runs_what_we_queued(check):
    run_by_dvc(check, "3.67.1")


def check_dvc2_runs_what_we_queued(check):
    run_by_dvc(check, "2.58.2")


def check_we_run_what_dvc3_queued(check):
    run_by_us(check, "3.67.1")


def check_we_run_what_dvc2_queued(check):
    run_by_us(check, "2.58.2")


def check_rows_of_queued_and_failed_experiments_are_those_of_dvc3(check):
    repository = project(check, "3.67.1")
    repository.exp("run", "--queue", "-n", "fails", "-S", "epochs=broken")
    repository.exp("run", "--run-all", status=1)
    repository.exp("run", "--queue", "-n", "waits", "-S", "lr=0.5")

    def rows(which):
        found = json.loads(repository.tool(which, "exp", "show", "--json").output)[1]["experiments"]
        return [
            (row["name"], row["executor"]["state"], row["executor"]["name"], row["executor"]["local"]["task_id"],
             row["revs"][0]["rev"], row["revs"][0]["error"], row["revs"][0]["data"]["params"])
            for row in found]

    expect_equal(rows("ours"), rows("3.67.1"), "the rows")
    csv = repository.exp("show", "--csv").output
    expect("Queued,Dvc-task" in csv and ",Failed,," in csv, csv)
