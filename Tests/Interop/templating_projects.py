"""Projects with templates, made by chance from a seed; and templates that nobody accepts."""

import json

PARSING = ["", "", "[parsing]\n    bool = boolean_optional\n", "[parsing]\n    list = append\n    bool = store_true\n"]

# Text that may stand in a command without quotes, and in the name of a file.
WORDS = ["adam", "sgd", "x-1", "v1.0", "é", "A_b", "007", "on", "1e3x", "日本"]
# Text that only quoting makes harmless.
WILD = ["it's", "a b", "", "$HOME", "x;y", "\"q\"", "#h", "*", "true", "~", "a\tb", "=", "%s", "@x", "ü"]
NUMBERS = [0, 1, -3, 42, 0.1, 1e-05, 1.5, 2.0, 1e16, 123456.789, -0.5, 10**20]
# What only YAML can spell.
SPELLINGS = ["1e-5", "0x1F", "1_000", "017", "+.5", "yes", "off", "~", "1.50", "12:30", ".inf"]


class Spelled(str):
    """A value in the very text of a YAML file."""


def scalar(chance, wild=False):
    kind = chance.randrange(8)
    if kind < 3:
        return chance.choice(NUMBERS)
    if kind == 3:
        return chance.choice([True, False])
    if kind == 4:
        return None
    return chance.choice(WORDS + WILD if wild else WORDS)


def in_yaml(value):
    if isinstance(value, Spelled):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_yaml, value)) + "]"
    if isinstance(value, float):
        return repr(value) if "." in repr(value) or "e" not in repr(value) else repr(value).replace("e", ".0e")
    return json.dumps(value, ensure_ascii=False)


def in_toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {in_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def written(values, form):
    """The text of a parameter file."""
    if form == "json":
        return json.dumps(values, ensure_ascii=False, indent=1)
    if form == "toml":
        return "".join(f"{key} = {in_toml(value)}\n" for key, value in values.items())
    if form == "py":
        return "".join(f"{key} = {value!r}\n" for key, value in values.items())
    return "".join(f"{key}: {in_yaml(value)}\n" for key, value in values.items())


def allowed(value, form):
    """What a format can say: TOML has no null, and its whole numbers have 64 bits."""
    if form == "toml":
        if value is None or (isinstance(value, int) and abs(value) > 2**62):
            return 7
        if isinstance(value, dict):
            return {key: allowed(item, form) for key, item in value.items()}
        if isinstance(value, list):
            return [allowed(item, form) for item in value]
    return value


class Context:
    """The files of one project, and what its expressions may name."""

    def __init__(self, chance):
        self.chance, self.files, self.vars = chance, {}, []
        self.leaves, self.lists, self.mappings, self.arguments, self.keys = [], [], [], [], []
        if chance.random() < 0.85:
            self.add("params.yaml", "yaml", "p", tracked=True)
        for number in range(chance.randrange(3)):
            form = chance.choice(["yaml", "json", "toml", "py"])
            self.add(f"v{number}.{form}", form, f"f{number}")
        if chance.random() < 0.6 or not self.files:
            self.inline()

    def values(self, prefix, form):
        chance = self.chance
        values = {
            f"{prefix}a": scalar(chance), f"{prefix}b": scalar(chance),
            f"{prefix}d": {"x": scalar(chance), "in": {"y": scalar(chance)}, "l": [scalar(chance), [scalar(chance)]]},
            f"{prefix}l": [scalar(chance) for _ in range(chance.randrange(1, 4))],
            f"{prefix}m": {word: {"t": scalar(chance), "u": [scalar(chance)]} for word in chance.sample(["us", "gb", "fr"], 2)},
            f"{prefix}args": {
                "alpha": scalar(chance, wild=True), "flag": chance.choice([True, False]), "sub": {"k": scalar(chance, wild=True)},
                "list": [scalar(chance, wild=True) for _ in range(chance.randrange(3))], "last": scalar(chance, wild=True)},
        }
        if form == "yaml" and chance.random() < 0.5:
            values[f"{prefix}s"] = Spelled(chance.choice(SPELLINGS))
        return allowed(values, form)

    def offer(self, prefix, values):
        self.leaves += [f"{prefix}a", f"{prefix}b", f"{prefix}d.x", f"{prefix}d[in].y", f"{prefix}d.l[0]",
                        f"{prefix}d.l.1[0]", f"{prefix}d.l[-2]", f" {prefix}d . x "]
        self.leaves += [f"{prefix}s"] if f"{prefix}s" in values else []
        self.lists.append((f"{prefix}l", values[f"{prefix}l"]))
        self.mappings.append(f"{prefix}m")
        self.arguments.append(f"{prefix}args")

    def add(self, name, form, prefix, tracked=False):
        values = self.values(prefix, form)
        self.files[name] = written(values, form)
        self.offer(prefix, values)
        if tracked:
            self.keys = [f"{prefix}a", f"{prefix}d.x", f"{prefix}l"]
        else:
            self.vars.append(name if self.chance.random() < 0.5 else name + ":" + ",".join(values))

    def inline(self):
        values = self.values("i", "yaml")
        halves = [dict(list(values.items())[:3]), dict(list(values.items())[3:])]
        self.vars += halves if self.chance.random() < 0.5 else [values]
        self.offer("i", values)

    def leaf(self):
        return "${" + self.chance.choice(self.leaves) + "}"


def project(chance):
    """The files of a project: dvc.yaml, parameter files, and sometimes a folder that a stage runs in."""
    context = Context(chance)
    made, stages = [], []
    for number in range(chance.randrange(2, 6)):
        shape = chance.choice([plain, expanded, over_scalars, over_context, over_mapping, over_records, in_matrix, apart])
        stages.append(shape(context, f"s{number}", made))
    lines = []
    if context.vars:
        lines += ["vars:"] + [f"- {item if isinstance(item, str) else in_yaml(item)}" for item in context.vars]
    if chance.random() < 0.3:
        lines += ["metrics:", "- m-" + "${" + context.leaves[0] + "}.json"]
    context.files["dvc.yaml"] = "\n".join(lines + ["stages:"] + stages) + "\n"
    return context.files


def section(context, name, made, cmd, out, indent=4, scalar_item=None):
    """The lines of a stage after its name; what it writes may be read by later stages."""
    chance, pad = context.chance, " " * indent
    lines = [f"{pad}cmd: {cmd} > {out}"]
    if made and chance.random() < 0.5:
        lines += [f"{pad}deps:", f"{pad}- {chance.choice(made)}"]
    if context.keys and chance.random() < 0.4:
        lines += [f"{pad}params:"] + [f"{pad}- {key}" for key in chance.sample(context.keys, 2)]
    kind = chance.randrange(5)
    if kind == 0:
        lines += [f"{pad}plots:", f"{pad}- {out}:", f"{pad}    cache: false"]
    elif kind == 1:
        lines += [f"{pad}outs:", f"{pad}- {out}:", f"{pad}    persist: true", f"{pad}    desc: about {context.leaf()}"]
    else:
        lines += [f"{pad}outs:", f"{pad}- {out}"]
    if chance.random() < 0.2:
        lines += [f"{pad}meta: {{some: ['{context.leaf()}'], other: 'x {context.leaf()}'}}"]
    if chance.random() < 0.2:
        lines += [f"{pad}desc: 'for {context.leaf()}'"]
    return lines


def plain(context, name, made):
    text = " ".join(context.leaf() for _ in range(context.chance.randrange(1, 4)))
    lines = section(context, name, made, f"echo {text} '\\${{HOME}}'", f"{name}.txt")
    made.append(f"{name}.txt")
    return "\n".join([f"  {name}:"] + lines)


def expanded(context, name, made):
    argument = "${" + context.chance.choice(context.arguments) + context.chance.choice(["", "", ".sub"]) + "}"
    lines = section(context, name, made, f"echo run {argument} {context.leaf()}", f"{name}.txt")
    made.append(f"{name}.txt")
    return "\n".join([f"  {name}:"] + lines)


def group(name, data, lines):
    return "\n".join([f"  {name}:", f"    foreach: {data}", "    do:"] + lines)


def over_scalars(context, name, made):
    items = [item for item in (scalar(context.chance) for _ in range(4))] + [context.leaf()]
    data = in_yaml(items[:-1])[:-1] + f", '{items[-1]}']"
    lines = section(context, name, made, f"echo {context.leaf()} ${{item}}", f"{name}-${{item}}.txt", 6)
    return group(name, data, lines)


def over_context(context, name, made):
    path, _ = context.chance.choice(context.lists)
    lines = section(context, name, made, "echo ${item}", f"{name}-${{item}}.txt", 6)
    return group(name, "${" + path + "}", lines)


def over_mapping(context, name, made):
    path = context.chance.choice(context.mappings)
    lines = section(context, name, made, "echo ${key} ${item.t} ${item.u[0]}", f"{name}-${{key}}.txt", 6)
    return group(name, "${" + path + "}", lines)


def over_records(context, name, made):
    chance = context.chance
    records = [{"x": number, "y": scalar(chance), "z": {"w": scalar(chance, wild=True)}} for number in range(2)]
    data = in_yaml(records) if chance.random() < 0.5 else in_yaml(dict(zip("ab", records)))
    lines = section(context, name, made, "echo ${item.y} ${item.z}", f"{name}-${{item.x}}.txt", 6)
    if chance.random() < 0.5:
        lines.append("      vars: [{own: {v: " + in_yaml(scalar(chance)) + "}}]")
        lines[0] = lines[0].replace("echo", "echo ${own.v}")
    return group(name, data, lines)


def in_matrix(context, name, made):
    chance = context.chance
    path, _ = chance.choice(context.lists)
    first = chance.choice(["${" + path + "}", in_yaml([scalar(chance) for _ in range(2)])])
    second = chance.choice([in_yaml([{"n": scalar(chance)}, {"n": scalar(chance)}]), f"['{context.leaf()}', q]"])
    item = "${item.b.n}" if "{n" in second.replace("${", "") else "${item.b}"
    lines = section(context, name, made, f"echo ${{item.a}} {item} ${{key}}", f"{name}-${{key}}.txt")
    return "\n".join([f"  {name}:", "    matrix:", f"      a: {first}", f"      b: {second}"] + lines)


def apart(context, name, made):
    """A stage in a folder of its own, with variables from there."""
    form = context.chance.choice(["json", "yaml", "toml", "py"])
    context.files[f"{name}/own.{form}"] = written({"own": "w", "k": {"z": [1, 2.5]}}, form)
    lines = section(context, name, [], "echo ${own} ${k.z[1]} " + context.leaf(), f"{name}-${{own}}.txt")
    lines = [line for line in lines if "params:" not in line and not any(line.endswith(f"- {key}") for key in context.keys)]
    return "\n".join([f"  {name}:", f"    wdir: {name}", f"    vars: [own.{form}]"] + lines)


STAGE = "stages:\n  a:\n    "
FAULTS = [
    STAGE + "cmd: echo ${nope}\n",
    STAGE + "cmd: echo ${d.nope}\n",
    STAGE + "cmd: echo ${lst[1]}\n",
    STAGE + "cmd: echo ${lst}\n",
    STAGE + "cmd: echo ${}\n",
    STAGE + "cmd: echo ${d.}\n",
    STAGE + "cmd: x\n    deps: ['${d}']\n",
    STAGE + "cmd: x\n    frozen: ${lr}\n",
    STAGE + "foreach: 5\n    do: {cmd: x}\n",
    STAGE + "foreach: ${lr}\n    do: {cmd: x}\n",
    STAGE + "foreach: [1]\n    do: {cmd: 'x ${key}'}\n",
    STAGE + "foreach: [1]\n",
    STAGE + "foreach: [1]\n    do: {cmd: x}\n    deps: [y]\n",
    STAGE + "foreach: [1]\n    do: {cmd: x, vars: [{item: 2}]}\n",
    STAGE + "matrix: {a: {b: 1}}\n    cmd: x\n",
    "vars: [{lr: 2}]\n",
    "vars: ['v.json:x', v.json]\n",
    "vars: ['v.json:z']\n",
    "vars: [w.json]\n",
    "vars: ['${lr}.json']\n",
    "vars: [{a: '${lr}'}]\n",
]
