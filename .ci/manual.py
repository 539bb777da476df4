#!/usr/bin/env python3
"""Writes the manual pages from the definitions of the commands.

    manual.py BINARY DIRECTORY

Asks the binary for its commands and options and writes one page per command: git-exp.1, git-exp-run.1,
git-exp-stage-add.1 and so on. Pages of commands that are gone are removed. The result depends on the binary
alone, so two runs give the same bytes.
"""

import itertools
import json
import pathlib
import re
import subprocess
import sys

EXIT_STATUS = [
    ("0", "Done."),
    ("1", "The answer is no, or the command of the experiment failed."),
    ("128", "It could not be done; the message says why, and what to do next."),
    ("129", "Wrong usage."),
    ("75", "A run was told to end with SIGTERM; it goes on when it is started again."),
    ("130, 143", "Stopped by a signal before anything was recorded."),
    ("70", "A bug of git exp."),
]


def roff(text):
    """Escapes text for troff: backslashes, hyphens that are meant as such, and control characters at line starts."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def marked(text):
    """Escapes text and sets what stands between backquotes in bold."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return roff(text)
    joined = "".join(f"\\fB{roff(piece)}\\fR" if index % 2 else roff(piece) for index, piece in enumerate(pieces))
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in joined.split("\n"))


def sentence(text):
    text = text.strip()
    return text if not text or text[-1] in ".:!?" else text + "."


def paragraphs(text):
    """Plain text: blank lines part paragraphs, indented lines are examples."""
    lines = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        for is_example, rows in itertools.groupby(block.split("\n"), key=lambda row: row.startswith(("  ", "\t"))):
            if is_example:
                # An example right below its sentence belongs to it.
                lines += [".RS 4", ".nf", roff("\n".join(row.strip() for row in rows)), ".fi", ".RE"]
            else:
                lines += [".PP", marked("\n".join(row.strip() for row in rows))]
    return lines


class Command:
    """One command with the words a user types for it."""

    def __init__(self, info, words):
        self.info = info
        self.words = words
        self.arguments = [item for item in info.get("arguments", []) if item.get("shouldDisplay", True)]
        self.children = [
            Command(child, words + [child["commandName"]])
            for child in info.get("subcommands", [])
            if child.get("shouldDisplay", True) and child["commandName"] != "help"
        ]

    @property
    def page(self):
        return "-".join(self.words)

    @property
    def everything(self):
        return [self] + [page for child in self.children for page in child.everything]


def spellings(argument):
    """-s, --long: the short forms first."""
    names = sorted(argument.get("names", []), key=lambda name: name["kind"] != "short")
    return [("--" if name["kind"] == "long" else "-") + name["name"] for name in names]


def value(argument):
    return "<" + argument.get("valueName", "value") + ">"


def usage(argument):
    """How an argument stands in the synopsis."""
    if argument["kind"] == "positional":
        text = f"\\fI{roff(value(argument))}\\fR"
    else:
        text = " | ".join(f"\\fB{roff(name)}\\fR" for name in spellings(argument))
        if argument["kind"] == "option":
            text += f" \\fI{roff(value(argument))}\\fR"
    if argument.get("isOptional"):
        text = f"[{text}]"
    elif argument["kind"] != "positional" and " | " in text:
        text = f"({text})"
    return text + ("..." if argument.get("isRepeating") else "")


def entry(argument):
    """One item of the list of options."""
    if argument["kind"] == "positional":
        title = f"\\fI{roff(value(argument))}\\fR"
    else:
        title = ", ".join(f"\\fB{roff(name)}\\fR" for name in spellings(argument))
        if argument["kind"] == "option":
            title += f" \\fI{roff(value(argument))}\\fR"
    text = sentence(argument.get("abstract") or "")
    if argument.get("allValues"):
        text += f" One of: {', '.join(argument['allValues'])}."
    if argument.get("defaultValue") and argument["kind"] == "option" and "default" not in text.lower():
        text += f" Default: {argument['defaultValue']}."
    lines = [".TP", title, marked(text.strip()) or "\\&"]
    if argument.get("discussion"):
        for paragraph in re.split(r"\n\s*\n", argument["discussion"].strip()):
            lines += [".IP", marked(paragraph)]
    return lines


def page(command, version, root):
    info = command.info
    lines = [
        ".\\\" Made from the definitions of the commands by 'make man'; do not edit.",
        f'.TH "{roff(command.page.upper())}" "1" "" "git exp {version}" "Git Manual"',
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{roff(command.page)} \\- {roff((info.get('abstract') or '').rstrip('.'))}",
        ".SH SYNOPSIS",
    ]
    said = " ".join(command.words)
    if command.arguments or not command.children:
        options = [item for item in command.arguments if item["kind"] != "positional"]
        values = [item for item in command.arguments if item["kind"] == "positional"]
        lines += [".HP", f"\\fB{roff(said)}\\fR " + " ".join(usage(item) for item in options + values)]
    if command.children:
        lines += [".HP", f"\\fB{roff(said)}\\fR \\fI<command>\\fR [\\fI<argument>\\fR...]"]
    lines += [".SH DESCRIPTION"]
    lines += paragraphs(info.get("discussion") or sentence(info.get("abstract") or ""))
    if info.get("aliases"):
        lines += paragraphs("Also known as " + ", ".join(f"`{alias}`" for alias in info["aliases"]) + ".")
    if command.children:
        lines += [".SH COMMANDS"]
        for child in command.children:
            section = f"\\fB{roff(child.page)}\\fR(1)"
            lines += [".TP", section, marked(sentence(child.info.get("abstract") or "")) or "\\&"]
    positional = [item for item in command.arguments if item["kind"] == "positional"]
    named = [item for item in command.arguments if item["kind"] != "positional"]
    for title, items in (("ARGUMENTS", positional), ("OPTIONS", named)):
        if items:
            lines += [f".SH {title}"] + [line for item in items for line in entry(item)]
    lines += [".SH EXIT STATUS"]
    for status, meaning in EXIT_STATUS:
        lines += [".TP", roff(status), roff(meaning)]
    related = [other.page for other in command.everything[1:]] if command is root else [root.page]
    if command is not root:
        parent = "-".join(command.words[:-1])
        siblings = [other.page for other in root.everything if "-".join(other.words[:-1]) == parent]
        related += [parent] if parent != root.page else []
        related += [name for name in siblings if name != command.page]
    lines += [".SH SEE ALSO", ",\n".join(f"\\fB{roff(name)}\\fR(1)" for name in dict.fromkeys(related))]
    return "\n".join(lines) + "\n"


def output(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def main():
    binary, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    version = re.search(r"\d+(\.\d+)*\S*", output(binary, "--version")).group()
    root = Command(json.loads(output(binary, "--experimental-dump-help"))["command"], ["git", "exp"])
    directory.mkdir(exist_ok=True)
    written = set()
    for command in root.everything:
        path = directory / f"{command.page}.1"
        path.write_text(page(command, version, root), encoding="utf-8")
        written.add(path)
    for stale in set(directory.glob("*.1")) - written:
        stale.unlink()
    print(f"{len(written)} manual pages in {directory}")


if __name__ == "__main__":
    main()
