"""What people do to a project between two runs, by chance."""

import os
import shutil

import random_values
from random_projects import CONTENTS


class Change:
    """Something that is done alike in every clone."""

    def __init__(self, what, apply=None, command=("repro", "-P")):
        self.what, self.apply, self.command = what, apply or (lambda root: None), command


def write_files(project, root, known):
    """Brings a clone from the files `known` to those of the project; a file that changed is a new one, never rewritten in place."""
    for path in known.keys() - project.files.keys():
        (root / path).unlink(missing_ok=True)
    for path, content in project.files.items():
        mode = 0o755 if path in project.executable else 0o644
        if known.get(path) == (content, mode):
            continue
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(content)
        target.chmod(mode)


def known_files(project):
    return {path: (content, 0o755 if path in project.executable else 0o644) for path, content in project.files.items()}


def in_files(edit):
    """A change of the project's own files."""
    def change(project, chance, root):
        before = known_files(project)
        what = edit(project, chance)
        return what and Change(what, lambda clone: write_files(project, clone, before))
    return change


def stages(project):
    """Every stage with the mapping that has its `cmd`."""
    for folder, pipeline in project.pipelines.items():
        for name, entry in pipeline["stages"].items():
            yield folder, name, entry.get("do", entry)


@in_files
def change_parameter(project, chance):
    path = chance.choice(sorted(project.parameters))
    form, values = project.parameters[path]
    found = [address for address in random_values.addresses(values) if address[0] != "t"]
    address = chance.choice(found)
    old = values
    for key in address:
        old = old[key]
    if isinstance(old, (dict, list)):
        return None
    # For Python 1, 1.0 and True are the same.
    like = [float(old), int(old)] if isinstance(old, (int, float)) and old in (0, 1, 2.5) and chance.random() < 0.3 else []
    project.has_lookalikes = project.has_lookalikes or bool(like)
    random_values.replace(values, address, chance.choice(like) if like else random_values.scalar(chance, form))
    project.write_parameters(path)
    return f"parameter {address} of '{path}'"


@in_files
def respell_parameters(project, chance):
    path = chance.choice(sorted(project.parameters))
    project.write_parameters(path)
    return f"spelling of '{path}'"


@in_files
def change_data(project, chance):
    path = chance.choice(sorted(path for path in project.files if path.startswith("data/")))
    project.files[path] = chance.choice(CONTENTS) + b"changed\n"
    return f"content of '{path}'"


@in_files
def change_ends_of_lines(project, chance):
    path = chance.choice(sorted(path for path in project.files if path.startswith("data/")))
    project.files[path] = project.files[path].replace(b"\r\n", b"\n") if b"\r\n" in project.files[path] else project.files[path].replace(b"\n", b"\r\n")
    return f"ends of lines of '{path}'"


@in_files
def add_data(project, chance):
    path = chance.choice(sorted(path for path in project.files if path.startswith("data/")))
    if path.count("/") < 2:
        return None
    project.files[path + ".more"] = chance.choice(CONTENTS)
    return f"one more beside '{path}'"


@in_files
def remove_data(project, chance):
    path = chance.choice(sorted(path for path in project.files if path.startswith("data/")))
    if path.count("/") < 2 or path in project.available:
        return None
    del project.files[path]
    return f"no '{path}'"


@in_files
def change_mode(project, chance):
    if not project.has_programs:
        return None
    path = chance.choice(sorted(path for path in project.files if path.startswith(("data/", "code/"))))
    project.executable ^= {path}
    return f"mode of '{path}'"


@in_files
def change_code(project, chance):
    project.files["code/gather.sh"] = b"# version %d\ncat \"$@\" | head -c 3000\n" % chance.randrange(3)
    return "code"


@in_files
def change_command(project, chance):
    folder, name, entry = chance.choice(list(stages(project)))
    more = f"echo changed {chance.randrange(2)}"
    entry["cmd"] = entry["cmd"] + [more] if isinstance(entry["cmd"], list) else entry["cmd"].rstrip("\n") + "\n" + more
    project.write_pipeline(folder)
    return f"command of '{name}'"


@in_files
def change_template(project, chance):
    folder = chance.choice(sorted(project.templates))
    project.templates[folder]["num"] = chance.choice([2, 0.25, 1e-07])
    for name in list(project.files):
        if name == project.place(folder, "params.yaml") and "t" in project.parameters[name][1]:
            project.write_parameters(name)
    project.write_pipeline(folder)
    return "a value for templates"


@in_files
def drop_input(project, chance):
    found = [(folder, name, entry) for folder, name, entry in stages(project) if len(entry.get("deps", [])) > 1]
    if not found:
        return None
    folder, name, entry = chance.choice(found)
    path = entry["deps"].pop(chance.randrange(len(entry["deps"])))
    project.write_pipeline(folder)
    return f"'{name}' no longer names '{path}'"


@in_files
def change_flags(project, chance):
    found = [(folder, name, entry, section) for folder, name, entry in stages(project)
             for section in ("outs", "metrics", "plots") if section in entry]
    if not found:
        return None
    folder, name, entry, section = chance.choice(found)
    number = chance.randrange(len(entry[section]))
    item = entry[section][number]
    path, flags = next(iter(item.items())) if isinstance(item, dict) else (item, {})
    flags = dict(flags)
    flag = chance.choice(["persist", "desc", "push"])
    flags[flag] = {"persist": not flags.get("persist", False), "desc": "new", "push": not flags.get("push", True)}[flag]
    entry[section][number] = {path: flags}
    project.write_pipeline(folder)
    return f"flag '{flag}' of '{path}' of '{name}'"


@in_files
def freeze(project, chance):
    folder, name, entry = chance.choice(list(stages(project)))
    # With `-P`, DVC 2 leaves out stages that only frozen ones need.
    if project.generation == 2 and "deps" in entry:
        return None
    entry["frozen"] = not entry.get("frozen", False)
    project.write_pipeline(folder)
    return f"frozen '{name}': {entry['frozen']}"


@in_files
def remove_stage(project, chance):
    folder, name, _ = chance.choice(list(stages(project)))
    if len(project.pipelines[folder]["stages"]) == 1:
        return None
    del project.pipelines[folder]["stages"][name]
    project.write_pipeline(folder)
    return f"no stage '{name}'"


@in_files
def add_stage(project, chance):
    folder = chance.choice(sorted(project.pipelines))
    project.add_stage(folder)
    project.write_pipeline(folder)
    return "one more stage"


def in_workspace(edit):
    """A change of what stages wrote; nothing where they wrote nothing."""
    def change(project, chance, root):
        present = sorted(path for path in project.outputs if (root / path).exists())
        return edit(chance.choice(present), chance, root) if present else None
    return change


def removed(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@in_workspace
def remove_output(path, chance, root):
    return Change(f"no '{path}'", lambda clone: removed(clone / path))


@in_workspace
def edit_output(path, chance, root):
    content = chance.choice(CONTENTS) + b"edited\n"

    def apply(clone):
        target = clone / path
        if target.is_dir():
            target = target / "edited.txt"
        removed(target)
        target.write_bytes(content)
    return Change(f"edited '{path}'", apply)


@in_workspace
def touch_output(path, chance, root):
    return Change(f"touched '{path}'", lambda clone: os.utime(clone / path, follow_symlinks=False))


@in_workspace
def edit_member(path, chance, root):
    members = sorted(str(one.relative_to(root)) for one in (root / path).rglob("*") if one.is_file())
    if not members:
        return None
    member = chance.choice(members)
    return Change(f"no '{member}'", lambda clone: removed(clone / member))


def locks(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("dvc.lock"))


def remove_lock(project, chance, root):
    found = locks(root)
    path = chance.choice(found) if found else None
    return path and Change(f"no '{path}'", lambda clone: (clone / path).unlink())


def remove_runs(project, chance, root):
    return Change("no run cache", lambda clone: shutil.rmtree(clone / ".dvc/cache/runs", ignore_errors=True))


def remove_object(project, chance, root):
    # Of two stages with that output the first one makes the object again, and DVC 2 begins with any of them.
    if project.generation == 2:
        return None
    cache = root / ".dvc/cache"
    objects = sorted(str(path.relative_to(root)) for path in cache.rglob("*") if path.is_file() and "/runs/" not in str(path))
    if not objects:
        return None
    name = chance.choice(objects)
    return Change(f"no object '{name}'", lambda clone: (clone / name).unlink())


def go_back(project, chance, root):
    """The files as they were at the start: what ran then can come back from the run cache."""
    before = known_files(project)
    project.go_back()
    return Change("back to the start", lambda clone: write_files(project, clone, before))


def use_options(project, chance, root):
    choices = [["-f"], ["-f", "-P"], ["-P", "--no-run-cache"], [], ["-R", "."], ["-P", "--allow-missing"]]
    # DVC 2 does not know the one, and takes the other for everything that comes later.
    options = chance.choice(choices + ([["-k", "-P"], ["-P", "--force-downstream"]] if project.generation == 3 else []))
    return Change(f"options {' '.join(options)}", command=("repro", *options))


def commit(project, chance, root):
    # DVC commits the stages of a file together, and then writes 1 for True also where nothing else of a stage changed.
    return None if project.has_lookalikes else Change("commit", command=("commit", "-f"))


KINDS = [
    change_parameter, change_parameter, change_parameter, respell_parameters, change_data, change_data, change_ends_of_lines, add_data,
    remove_data, change_mode, change_code, change_command, change_template, drop_input, change_flags, freeze, remove_stage, add_stage,
    remove_output, edit_output, touch_output, edit_member, remove_lock, remove_runs, remove_object, go_back, go_back, use_options,
    use_options, commit,
]


def next_change(project, chance, root):
    """A change that makes sense for what is in the project, and in the clone at `root`, now."""
    while not (change := chance.choice(KINDS)(project, chance, root)):
        pass
    return change
