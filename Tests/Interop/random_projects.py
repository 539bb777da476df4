"""Projects by chance: a graph of stages over several dvc.yaml files, with data, parameters, code and settings."""

import copy
import os
import shlex

import random_values

STEMS = ["out", "x y", "é", "e\u0301", "日本", "[q]", "#n", "n!", "it's", "UP", "a*b", "=", "q?", "b\\s", "\U0001f600", "plain", "$v", "&a", "%d", "~t", "@x"]
CONTENTS = [b"", b"one\n", b"one\r\ntwo\r\n", bytes(range(256)) * 3, b"x" * 5000, b"text only\n" * 300, "äöü".encode(), b"\xff\xfe\r\n\r\n", b"a\0b\r\n"]
# Texts that are safe in a command, in a path and in the name of a stage.
WORDS = ["adam", "sgd", "x-1", "v1.0", "é", "A_b", "007", "on", "日本"]
FORMS = ["yaml", "json", "toml", "py"]


class Project:
    """What the files of a project are, apart from any place on disk."""

    def __init__(self, chance, generation=3):
        self.chance, self.generation, self.count = chance, generation, 0
        self.files, self.executable = {}, set()
        # Parameter files with their form and values; what no change may touch because templates use it.
        self.parameters, self.templates = {}, {}
        self.pipelines, self.added = {}, []
        # Whether a parameter became another value that Python takes for the same.
        self.has_lookalikes = False
        # What stages may read, and what belongs together to no one else: path -> kind.
        self.available, self.outputs, self.closed = {}, {}, set()
        self.settle()
        folders = [""]
        if chance.random() < 0.5:
            folders.append(chance.choice(["sub", "x y/é", "models/deep"]))
        for folder in folders:
            self.add_pipeline(folder)
        for _ in range(chance.randint(2, 6)):
            self.add_stage(chance.choice(folders))
        if generation == 3 and self.likely(0.2):
            self.add_stage_above()
        for folder in folders:
            self.finish(folder)
        self.first = self.state()

    def state(self):
        return copy.deepcopy((self.files, self.executable, self.parameters, self.pipelines, self.templates))

    def go_back(self):
        """Takes back every change."""
        self.files, self.executable, self.parameters, self.pipelines, self.templates = copy.deepcopy(self.first)

    def likely(self, probability):
        return self.chance.random() < probability

    def unique(self, suffix=""):
        self.count += 1
        # DVC 2 writes a backslash into .gitignore as it is, where it hides nothing.
        stem = self.chance.choice(STEMS if self.generation == 3 else [one for one in STEMS if "\\" not in one]) if self.likely(0.5) else self.chance.choice(["out", "model", "result", "d"])
        return f"{stem}{self.count}{suffix}"

    # What is there before any stage

    def settle(self):
        chance = self.chance
        lines = ["[core]", "    analytics = false"]
        if self.likely(0.2):
            lines.append("    autostage = true")
        has_links = self.likely(0.3)
        # DVC's links carry the execute bit of one output to every file with the same content; ours are never executable.
        # DVC 2 records the bit only where it did not remember the hash.
        self.has_programs = not has_links and self.generation == 3
        if has_links:
            lines += ["[cache]", f"    type = \"{chance.choice(['hardlink,copy', 'symlink', 'reflink,hardlink'])}\""]
        elif self.likely(0.2):
            lines += ["[cache]", "    type = copy"]
        self.files[".dvc/config"] = ("\n".join(lines) + "\n").encode()
        if self.likely(0.4):
            self.files[".dvcignore"] = b"# by chance\n*.tmp\n/data/skipped/\n!kept.tmp\n"
        if self.likely(0.2):
            self.files[".gitignore"] = b"*.bin\nnever" + chance.choice([b"", b"\n"])
        self.files["code/gather.sh"] = b"# version 0\ncat \"$@\" | head -c 3000\n"
        for number in range(chance.randint(1, 3)):
            path = f"data/{self.unique('.txt')}"
            self.files[path] = chance.choice(CONTENTS)
            if self.likely(0.2) and self.has_programs:
                self.executable.add(path)
            self.available[path] = "file"
            if self.likely(0.4):
                self.added.append(path)
        for number in range(chance.randint(0, 2)):
            folder = f"data/{self.unique()}"
            self.fill(folder)
            self.available[folder] = "folder"
            if self.likely(0.5):
                self.added.append(folder)
        self.files["data/skipped/a.txt"] = b"skipped\n"

    def fill(self, folder):
        chance = self.chance
        for number in range(chance.randint(1, 5)):
            below = chance.choice(["", "", "in/", "x y/", "é/deep/"])
            path = f"{folder}/{below}{self.unique(chance.choice(['', '.txt', '.tmp']))}"
            self.files[path] = chance.choice(CONTENTS)
            if self.likely(0.2) and self.has_programs:
                self.executable.add(path)
        if self.likely(0.3):
            # The same content twice.
            self.files[f"{folder}/twice"] = self.files[path]
        self.files[f"{folder}/one.txt"] = b"one of them\n"

    # Pipelines

    def place(self, folder, name):
        return os.path.join(folder, name) if folder else name

    def add_pipeline(self, folder):
        chance = self.chance
        pipeline = self.pipelines[folder] = {"vars": [], "stages": {}}
        files = {}
        for name, form in [("params.yaml", "yaml")] + [(f"conf/p{number}.{form}", form) for number, form in enumerate(FORMS)]:
            if name == "params.yaml" or self.likely(0.4):
                files[name] = (form, random_values.mapping(chance, form, f"p{len(files)}"))
        words = {"word": chance.choice(WORDS), "num": chance.choice([0, 1, 0.5, 1e-05, 10.0, 3]), "flag": self.likely(0.5),
                 "list": chance.sample(WORDS, 2), "map": {"us": {"t": 1}, "gb": {"t": 2.5}}, "rest": {"a": "x y", "b": [1, "q r"]}}
        if self.likely(0.6):
            files["params.yaml"][1]["t"] = words
        elif self.likely(0.5):
            pipeline["vars"].append({"t": words})
        else:
            # No Python: templates know no tuples.
            form = chance.choice(FORMS[:3])
            self.files[self.place(folder, f"vars.{form}")] = random_values.written({"t": words}, form, chance).encode()
            pipeline["vars"].append(chance.choice([f"vars.{form}", f"vars.{form}:t"]))
        self.templates[folder] = words
        for name, (form, values) in files.items():
            self.parameters[self.place(folder, name)] = (form, values)
            self.write_parameters(self.place(folder, name))

    def write_parameters(self, path):
        form, values = self.parameters[path]
        self.files[path] = random_values.written(values, form, self.chance).encode()

    def write_pipeline(self, folder):
        pipeline = {key: item for key, item in self.pipelines[folder].items() if item}
        self.files[self.place(folder, "dvc.yaml")] = random_values.yaml_text(pipeline, self.chance).encode()

    def finish(self, folder):
        chance, pipeline = self.chance, self.pipelines[folder]
        stages = list(pipeline["stages"].items())
        chance.shuffle(stages)
        pipeline["stages"] = dict(stages)
        mine = [path for path, (owner, _) in self.outputs.items() if owner[0] == folder and "${" not in path]
        here = folder or "."
        if self.likely(0.3):
            pipeline["params"] = [os.path.relpath(chance.choice(list(self.parameters)), here)]
        if self.likely(0.3) and mine:
            pipeline["artifacts"] = {"model-a": {
                "path": os.path.relpath(chance.choice(mine), here), "type": "model", "desc": "by chance", "labels": ["a", "b"],
                "meta": {"x": [1, {"y": None}]}}}
        plots = [path for path in mine if path.endswith(".csv")]
        if self.likely(0.5) and plots:
            pipeline["plots"] = [chance.choice([os.path.relpath(plots[0], here), {os.path.relpath(plots[0], here): {"x": "step", "title": "T"}}])]
        self.write_pipeline(folder)

    # Stages

    def add_stage(self, folder):
        chance = self.chance
        name = f"{chance.choice(['s', 'train', 'Prep', 'é', 'a-b', 'x y', 'make_it'])}{len(self.pipelines[folder]['stages'])}"
        kind = chance.random()
        many = None
        if kind < 0.12:
            many = ("foreach", chance.choice([chance.sample(WORDS, 2), "${t.list}", chance.sample([1, 2, 7], 2)]))
        elif kind < 0.2:
            many = ("foreach", chance.choice(["${t.map}", {"fr": {"t": 3}, "de": {"t": 1.5}}]))
        elif kind < 0.3 and self.generation == 3:
            many = ("matrix", {"a": chance.choice([chance.sample(WORDS, 2), "${t.list}"]), "b": [1, 2]})
        entry = {}
        base = folder
        if self.likely(0.25):
            wdir = chance.choice([".", "w1", "w 2", "..", "./w1/"]) if folder else chance.choice([".", "w1", "w 2", "./w1/"])
            entry["wdir"] = wdir
            base = os.path.normpath(self.place(folder, wdir))
            base = "" if base == "." else base
            self.files[self.place(base, "keep.txt")] = b"so that the folder is there\n"
        commands = self.inputs(entry, base, folder)
        self.results(entry, base, (folder, name), commands, many)
        self.decorate(entry, commands)
        if "wdir" in entry and self.likely(0.3):
            entry["vars"] = [{"own": {"v": chance.choice(WORDS)}}]
            commands.append("echo ${own.v}")
        if not commands:
            commands.append("echo nothing to do")
        form = chance.random()
        if form < 0.5:
            entry["cmd"] = " && ".join(commands)
        elif form < 0.8:
            entry["cmd"] = commands
        else:
            entry["cmd"] = "\n".join(commands) + chance.choice(["", "\n"])
        items = list(entry.items())
        chance.shuffle(items)
        entry = dict(items)
        if many:
            entry = {"matrix": many[1], **entry} if many[0] == "matrix" else {"foreach": many[1], "do": entry}
        self.pipelines[folder]["stages"][name] = entry

    def add_stage_above(self):
        """A stage that reads a folder into which others write. DVC 2 runs those in a random order, which .gitignore shows."""
        folders = sorted({os.path.dirname(path) for path in self.outputs} - {"", *self.pipelines})
        inside = [path for path in folders if os.path.basename(path) in ("out", "in", "o o")]
        if inside:
            folder = self.chance.choice(inside)
            self.pipelines[""]["stages"]["above"] = {
                "cmd": "echo above > above.txt", "deps": [folder, "code"], "outs": ["above.txt"]}

    def spelled(self, path, base):
        """A path as a stage may write it."""
        text = os.path.relpath(path, base or ".")
        return "./" + text if self.likely(0.05) else text

    def inputs(self, entry, base, folder):
        """Chooses dependencies and parameters; answers with commands that read them."""
        chance = self.chance
        commands, read = [], []
        wanted = chance.sample(sorted(self.available), min(len(self.available), chance.choice([0, 1, 1, 2, 3])))
        for path in wanted:
            if any(os.path.commonpath([path, other]) in (path, other) for other in read):
                continue
            read.append(path)
        files = [path for path in read if self.available[path] == "file"]
        folders = [path for path in read if self.available[path] == "folder"]
        texts = [self.spelled(path, base) for path in files]
        if files and self.likely(0.5):
            script = self.spelled("code/gather.sh", base)
            texts.append(script)
            self.gather = f"sh {shlex.quote(script)} {' '.join(shlex.quote(text) for text in texts[:-1])}"
        elif files:
            self.gather = f"cat {' '.join(map(shlex.quote, texts))} | head -c 3000"
        else:
            self.gather = "echo nothing"
        for path in folders:
            text = self.spelled(path, base)
            commands.append(f"find {shlex.quote(text)} -type f -print0 | LC_ALL=C sort -z | xargs -0 -r cat | cksum")
            texts.append(text + ("/" if self.likely(0.05) else ""))
            self.gather = f"{{ {self.gather}; {commands[-1]}; }}"
        if texts:
            chance.shuffle(texts)
            entry["deps"] = texts
        self.track(entry, base)
        if self.likely(0.4) and self.templates[folder]:
            commands.append(f"echo {chance.choice(['${t.word} ${t.num}', '${ t.flag }', '${t.list[1]}', '${t.rest}', '${t.rest} ${t.word}'])}")
        return commands

    def track(self, entry, base):
        chance, tracked = self.chance, []
        for path, (form, values) in self.parameters.items():
            if not self.likely(0.3):
                continue
            name = os.path.relpath(path, base or ".")
            if self.likely(0.1):
                tracked.append({name: None})
                continue
            found = [address for address in random_values.addresses(values) if address[0] != "t"]
            # Neither below another one: then DVC writes an anchor, and we two copies.
            keys = []
            for address in chance.sample(found, min(len(found), chance.randint(1, 4))):
                if not any(address[:len(key)] == key or key[:len(address)] == address for key in keys):
                    keys.append(address)
            texts = [".".join(map(str, key)) for key in keys]
            if name == "params.yaml" and self.likely(0.7):
                tracked += texts
            elif texts:
                tracked.append({name: texts})
        if tracked:
            chance.shuffle(tracked)
            entry["params"] = tracked

    def results(self, entry, base, owner, commands, many):
        """Chooses outputs, and adds the commands that write them."""
        chance = self.chance
        part = "" if not many else "${key}" if many[0] == "matrix" or not isinstance(many[1], list) and many[1] != "${t.list}" else "${item}"
        for number in range(chance.choice([0, 1, 1, 2, 3]) if "deps" in entry or "params" in entry else chance.randint(1, 2)):
            area = chance.choice(["", "", "out", "out/in", "o o"])
            section = chance.choice(["outs", "outs", "outs", "metrics", "plots"])
            kind = {"metrics": "metric", "plots": "plot"}.get(section) or chance.choice(["file", "file", "exec", "empty", "folder", "folder", "bare"])
            if kind == "exec" and not self.has_programs:
                kind = "file"
            suffix = {"metric": ".json", "plot": ".csv", "folder": "", "bare": ""}.get(kind) or chance.choice(["", ".txt", ".bin", ".pt"])
            path = self.place(base, self.place(area, self.unique(("-" + part if part else "") + suffix)))
            text = os.path.relpath(path, base or ".")
            quoted = shlex.quote(text)
            if os.path.dirname(text):
                commands.append(f"mkdir -p {shlex.quote(os.path.dirname(text))}")
            persist = self.likely(0.12)
            self.produce(kind, quoted, persist, commands)
            flags = self.flags(section, persist)
            entry.setdefault(section, []).append({text: flags} if flags else text)
            self.outputs[path] = (owner, kind)
            if many and many[0] == "foreach":
                values = {"${t.list}": self.templates[owner[0]]["list"], "${t.map}": ["us", "gb"]}
                items = values[many[1]] if isinstance(many[1], str) else many[1]
                self.available |= {path.replace(part, str(item)): "folder" if kind in ("folder", "bare") else "file" for item in items}
            if not part:
                self.available[path] = "folder" if kind in ("folder", "bare") else "file"
                if kind == "folder" and self.likely(0.4):
                    self.available[path + "/a.txt"] = "file"

    def produce(self, kind, quoted, persist, commands):
        arrow = ">>" if persist else ">"
        if kind in ("file", "exec"):
            commands.append(f"{self.gather} {arrow} {quoted}")
            if kind == "exec":
                commands.append(f"chmod +x {quoted}")
        elif kind == "empty":
            commands.append(f": > {quoted}")
        elif kind == "bare":
            commands.append(f"mkdir -p {quoted}")
        elif kind == "folder":
            names = [self.chance.choice(STEMS) + str(number) for number in range(self.chance.randint(0, 3))]
            commands.append(f"mkdir -p {quoted}/in/é {quoted}/nothing")
            commands.append(f"{self.gather} {arrow} {quoted}/a.txt")
            for name in names:
                below = self.chance.choice(["", "in/", "in/é/"])
                commands.append(f"echo {shlex.quote(name)} > {quoted}/{below}{shlex.quote(name)}")
            if self.likely(0.3):
                commands.append(f": > {quoted}/empty; cp {quoted}/a.txt {quoted}/in/run.sh; chmod +x {quoted}/in/run.sh")
            if self.likely(0.3):
                commands.append(f"echo 1 > {quoted}/x.tmp")
        elif kind == "metric":
            commands.append(f"printf '{{\"n\": {{\"count\": %s}}, \"loss\": 0.25}}' $({self.gather} | wc -c) {arrow} {quoted}")
        elif kind == "plot":
            commands.append(f"printf 'step,loss\\n0,0.5\\n1,%s\\n' $({self.gather} | wc -c) {arrow} {quoted}")

    def flags(self, section, persist):
        chance, flags = self.chance, {}
        if self.likely(0.4 if section != "outs" else 0.1):
            flags["cache"] = False
        elif self.likely(0.05):
            flags["cache"] = True
        if persist:
            flags["persist"] = True
        if self.likely(0.1):
            flags |= {"desc": "a result", "type": "t", "labels": ["l"], "meta": {"k": [1, None]}}
        if self.likely(0.05):
            flags["push"] = False
        if section == "plots" and self.likely(0.4):
            flags |= {"x": "step", "y": "loss", "title": "é", "template": "linear"}
        return flags

    def decorate(self, entry, commands):
        if self.likely(0.1):
            entry["desc"] = "what it does: ${t.word}" if self.likely(0.3) else "what it does"
        if self.likely(0.1):
            entry["meta"] = {"any": {"thing": [1, 2.5, None]}}
        if self.likely(0.06):
            entry["always_changed"] = True
        if self.likely(0.2):
            commands.insert(0, "echo " + " ".join(self.chance.sample(random_values.STRINGS[1:2] * 3 + ["word", "it-is", "long" * 12, "é"], 4)))
