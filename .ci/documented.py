#!/usr/bin/env python3
"""Fails when a public or package declaration, or a requirement of such a protocol, has no documentation comment.

    documented.py DIRECTORY
"""

import pathlib
import re
import sys

DECLARATION = re.compile(r"\s*(@\w+(\(.*?\))?\s+)*(public|package)\s+(?!extension\b|import\b)")
PROTOCOL = re.compile(r"( *)(@\w+ )*(public|package) protocol ")
REQUIREMENT = re.compile(r"\s*(@\w+(\(.*?\))?\s+)*(static |mutating )*(func|var|init|subscript|associatedtype)\b")


def undocumented(lines):
    """The numbers of the lines, from 0, whose declarations have no comment above them and their attributes."""
    end = None
    for number, line in enumerate(lines):
        if found := PROTOCOL.match(line):
            end = None if line.endswith("}") else found[1] + "}"
        elif line == end:
            end = None
        if DECLARATION.match(line) or end is not None and REQUIREMENT.match(line):
            above = number - 1
            while above >= 0 and lines[above].lstrip().startswith("@"):
                above -= 1
            if above < 0 or not lines[above].lstrip().startswith("///"):
                yield number


count = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.swift")):
    text = path.read_text().split("\n")
    for number in undocumented(text):
        count += 1
        print(f"{path}:{number + 1}: no documentation comment: {text[number].strip()}", file=sys.stderr)
if count:
    sys.exit(f"declarations without a comment: {count}; say with '///' what the signature does not")
