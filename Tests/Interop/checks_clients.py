"""Unmodified clients of the checkpoint protocol under our `run`."""

import json
import shutil

from harness import HERE, Skipped, expect, expect_equal

CLIENTS = HERE / "clients"


def project(check, command, outputs, metrics="metrics.json"):
    """A committed project with one checkpoint stage, set up by our program."""
    repository = check.empty()
    lines = ["stages:", "  train:", f"    cmd: {command}", "    outs:", "    - model.txt:", "        checkpoint: true"]
    lines += [f"    - {name}:\n        cache: false\n        persist: true" for name in outputs]
    lines += ["metrics:", f"- {metrics}"] if metrics else []
    repository.write("dvc.yaml", "\n".join(lines) + "\n")
    repository.write(".gitignore", "/model.txt\n")
    repository.exp("init")
    repository.git("add", ".")
    repository.git("commit", "-qm", "Set up the project")
    return repository


def run_twice(repository, metrics):
    """Three steps, then three more: every step is one checkpoint, and the second run goes on."""
    for steps in (3, 6):
        result = repository.exp("run")
        expect_equal(len(result.checkpoints), 3, f"checkpoints:\n{result}")
        lines = repository.read("model.txt").splitlines()
        expect_equal(len(lines), steps, f"lines of the model: {lines}")
        steps_seen = [
            json.loads(repository.file_of(commit, metrics))["step"] for commit in result.checkpoints]
        expect_equal(steps_seen, sorted(steps_seen), "steps in the metrics of the checkpoints")
        sizes = [repository.file_of(commit, "dvc.lock").partition("path: model.txt")[2] for commit in result.checkpoints]
        expect_equal(len(set(sizes)), 3, "different models among the checkpoints")
    expect(not (repository.root / ".dvc/tmp/DVC_CHECKPOINT").exists(), "the signal file is left")
    return repository


def check_dvclive_1_4_0(check):
    python = check.tools.environments.program("dvclive-1.4.0", "python3")
    command = f"{python} {CLIENTS / 'dvclive_1.py'} 3"
    repository = run_twice(project(check, command, ["dvclive"], "dvclive/metrics.json"), "dvclive/metrics.json")
    expect_equal(repository.read("model.txt"), "".join(f"step {step}\n" for step in range(6)),
                 "steps: the second run has to be told that it resumes")


def check_dvclive_0_12_1(check):
    python = check.tools.environments.program("dvclive-0.12.1", "python3")
    command = f"{python} {CLIENTS / 'dvclive_0.py'} 3"
    repository = project(check, command, ["dvclive", "dvclive.json"], "dvclive.json")
    run_twice(repository, "dvclive.json")


def check_make_checkpoint_of_dvc_2(check):
    python = check.tools.environments.program("dvc-2.58.2", "python3")
    run_twice(project(check, f"{python} {CLIENTS / 'make_checkpoint.py'} 3", ["metrics.json"]), "metrics.json")


def check_shell_form(check):
    run_twice(project(check, f"sh {CLIENTS / 'shell.sh'} 3", ["metrics.json"]), "metrics.json")


def check_c_form(check):
    compiler = next((path for path in map(shutil.which, ("cc", "gcc", "clang")) if path), None)
    if not compiler:
        raise Skipped("there is no C compiler")
    repository = project(check, f"{check.folder / 'signal'} 3", ["metrics.json"])
    repository.run(compiler, "-Wall", "-Werror", "-o", check.folder / "signal", CLIENTS / "signal.c")
    run_twice(repository, "metrics.json")


def check_our_checkpoint_command(check):
    repository = project(check, f"sh {CLIENTS / 'command.sh'} 3", ["metrics.json"])
    run_twice(repository, "metrics.json")
    expect_equal(repository.exp("checkpoint").status, 0, "status of 'checkpoint' outside of a run")


def check_a_stage_without_checkpoint_output_is_answered(check):
    repository = project(check, f"sh {CLIENTS / 'shell.sh'} 2", ["metrics.json"])
    text = repository.read("dvc.yaml").replace("model.txt:\n        checkpoint: true", "model.txt")
    repository.write("dvc.yaml", text)
    result = repository.run(repository.tools.program, "run", timeout=30)
    expect_equal(result.status, 0, "status of a run whose stage only tests DVC_ROOT")
