"""Values by chance, and how the four formats of parameter files spell them."""

import json
import math
import re

STRINGS = [
    "", "adam", "a b", "it's", "é", "e\u0301", "日本 語", "yes", "on", "null", "~", "1e3", "0x1F", "017", "12:30", "2024-01-01",
    "a: b", "a #b", "# x", "- x", "*a", "&a", "!t", "%d", "@x", "`", "'q'", '"q"', "tab\there", "two\nlines", "trail ", " lead",
    "\U0001f600", "x" * 100, "many words " * 12, "é" * 90, "=", "<<", "{a}", "[1]", "\\n", "it's " * 25, "?", "-", ":", "a:", "...",
    "tab\t" + "word " * 20, "1_000", ".5", "True", "NaN",
]
# Few digits before an exponent: DVC shifts the last one of 1.2345678901234566e-07 when it writes the file again, and spells
# 5e-324 as 4e-324.
FLOATS = [0.1, 1e-05, 1e16, 1e15, 123456789.123, -0.0, 1e300, 6.02214076e+23, 0.1 + 0.2, 1.0, 2.5e-07, 3.14, 1e22, 100.0, -1.5, math.inf, -math.inf]
INTEGERS = [0, 1, -3, 42, 255, 2**31, 10**20]
# What only YAML can spell.
SPELLINGS = ["1e-5", "0x1F", "1_000", "017", "0o17", "+.5", "yes", "off", "~", "1.50", "12:30", ".inf", "plain words", "5."]
KEYS = ["lr", "net", "opt", "n_layers", "name", "a-b", "é", "x y", "a.b", "yes", "seed", "betas", "w", "mode", "Z", "_u", "k1", "k2"]
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")
WORDS_WITH_MEANING = re.compile(r"(?i)(null|true|false)\Z")


class Spelled(str):
    """A value in the very text of a YAML file."""


def scalar(chance, form):
    kind = chance.randrange(10)
    if kind < 3:
        # A literal of Python has no spelling for infinity, and JSON's is none of JSON's.
        return chance.choice([value for value in FLOATS if form in ("yaml", "toml") or math.isfinite(value)])
    if kind < 5:
        return chance.choice([value for value in INTEGERS if form != "toml" or value < 2**62])
    if kind == 5:
        return chance.choice([True, False])
    if kind == 6:
        return 7 if form == "toml" else None
    if kind == 7 and form == "yaml":
        return Spelled(chance.choice(SPELLINGS))
    return chance.choice(STRINGS)


def value(chance, form, depth=2):
    kind = chance.random() if depth else 1
    if kind < 0.25:
        return [value(chance, form, depth - 1) for _ in range(chance.randrange(4))]
    if kind < 0.55:
        return {key: value(chance, form, depth - 1) for key in chance.sample(KEYS, chance.randrange(5))}
    return scalar(chance, form)


def mapping(chance, form, prefix):
    """The values of one file; `prefix` keeps its keys apart from those of other files."""
    names = chance.sample(["lr", "net", "opt", "name", "seed", "layers"], chance.randint(2, 5))
    return {prefix + name: value(chance, form) for name in names}


def addresses(values, path=()):
    """Every place below a value that `params:` can name, as a tuple of keys."""
    for key, item in values.items() if isinstance(values, dict) else enumerate(values):
        # A key with a dot in it has no address.
        if "." in str(key):
            continue
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from addresses(item, (*path, key))


def replace(values, address, new):
    for key in address[:-1]:
        values = values[key]
    old, values[address[-1]] = values[address[-1]], new
    return old


# Texts


def written(values, form, chance):
    """The text of a file."""
    if form == "json":
        return json.dumps(values, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1, 4])) + "\n"
    if form == "toml":
        return toml_text(values, chance)
    if form == "py":
        return python_text(values, chance)
    return yaml_text(values, chance)


def toml_text(values, chance):
    lines, tables = [], []
    for key, item in values.items():
        if isinstance(item, dict) and chance.random() < 0.6:
            tables += ["", f"[{key}]", *(f"{json.dumps(name, ensure_ascii=False)} = {in_toml(one)}" for name, one in item.items())]
        else:
            lines.append(f"{key} = {in_toml(item)}")
    return "\n".join([*lines, *tables]) + "\n"


def in_toml(item):
    if isinstance(item, dict):
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {in_toml(one)}" for key, one in item.items()) + "}"
    if isinstance(item, list):
        return "[" + ", ".join(map(in_toml, item)) + "]"
    return repr(item) if isinstance(item, float) else json.dumps(item, ensure_ascii=False)


def python_text(values, chance):
    lines = ["import os", "COMPUTED = 1 + 1"]
    for key, item in values.items():
        simple = isinstance(item, dict) and all(name.isidentifier() for name in item)
        # No tuples: DVC compares them with the lists in dvc.lock, and finds them changed for ever.
        if simple and item and chance.random() < 0.7:
            lines.append(f"class {key}:")
            lines += [f"    {name} = {one!r}" for name, one in item.items()]
        else:
            lines.append(f"{key}{chance.choice(['', ': object'])} = {item!r}")
    return "\n".join(lines) + "\n"


def yaml_text(values, chance):
    """Any value as YAML, in block and flow style by turns."""
    return "\n".join(block(values, "", chance)) + "\n" if values else "{}\n"


def block(item, indent, chance):
    lines = []
    if isinstance(item, dict):
        for key, one in item.items():
            if isinstance(one, (dict, list)) and one and chance.random() < 0.8:
                deeper = indent if isinstance(one, list) and chance.random() < 0.5 else indent + "  "
                lines += [f"{indent}{in_yaml(key, chance)}:", *block(one, deeper, chance)]
            else:
                lines.append(f"{indent}{in_yaml(key, chance)}: {in_yaml(one, chance)}")
        return lines
    for one in item:
        if isinstance(one, (dict, list)) and one and chance.random() < 0.8:
            nested = block(one, indent + "  ", chance)
            lines += [f"{indent}- {nested[0].lstrip()}", *nested[1:]]
        else:
            lines.append(f"{indent}- {in_yaml(one, chance)}")
    return lines


def in_yaml(item, chance):
    """One line of YAML."""
    if isinstance(item, Spelled):
        return str(item)
    if isinstance(item, dict):
        return "{" + ", ".join(f"{in_yaml(key, chance)}: {in_yaml(one, chance)}" for key, one in item.items()) + "}"
    if isinstance(item, list):
        return "[" + ", ".join(in_yaml(one, chance) for one in item) + "]"
    if isinstance(item, str):
        if PLAIN.match(item) and not WORDS_WITH_MEANING.match(item) and chance.random() < 0.8:
            return item
        if item.isprintable() and chance.random() < 0.5:
            return "'" + item.replace("'", "''") + "'"
        return json.dumps(item, ensure_ascii=False)
    if isinstance(item, float):
        return repr(item).replace("inf", ".inf").replace("nan", ".nan")
    if item is None:
        return chance.choice(["null", "~"])
    return json.dumps(item)
