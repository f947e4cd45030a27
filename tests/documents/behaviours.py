"""behaviours.yaml: every statement of the documents has a test that is there, or is said to have none."""
import ast
import re

import yaml

from rows import HERE
from worlds import ROOT


def load():
    """The statements, one after the other, and what is said to have no test."""
    content = yaml.safe_load((HERE / "behaviours.yaml").read_text())
    statements = [{"document": document, "section": section, **entry}
                  for document, sections in content["behaviours"].items()
                  for section, entries in sections.items() for entry in entries]
    return statements, content.get("missing") or {}


def googletests():
    """Suite.Test of every source of tests; parameters and instances aside."""
    names = set()
    for folder in ("src", "apps", "tests"):
        for path in (ROOT / folder).rglob("*_test.cc"):
            names |= {f"{suite}.{test}" for suite, test in
                      re.findall(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", path.read_text(), re.MULTILINE)}
    return names


def python_tests():
    names = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                names |= {f"{path.relative_to(ROOT)}::{node.name}.{f.name}" for f in node.body
                          if isinstance(f, ast.FunctionDef) and f.name.startswith("test")}
    return names


def check(documented_sections):
    """What is wrong; and statements and what is missing, for the table. `documented_sections`: by document, headings."""
    statements, missing = load()
    there = googletests() | python_tests() | {"command"}
    wrong, listed = [], []
    for s in statements:
        where = f"{s['document']}, {s['section']}: {s['statement']}"
        if documented_sections and s["section"] not in documented_sections.get(s["document"], ()):
            wrong.append(f"{where}: there is no such section")
        wrong += [f"{where}: there is no test {test}" for test in s["tests"] if test not in there]
        if s["statement"] in missing:
            listed.append({**s, "why": missing[s["statement"]]})
            if s["tests"]:
                wrong.append(f"{where}: has tests, and is listed under `missing`")
        elif not s["tests"]:
            wrong.append(f"{where}: has no test; write one, or list it under `missing`")
    wrong += [f"`missing` lists what no statement says: {name}" for name in missing
              if name not in {s["statement"] for s in statements}]
    return wrong, statements, listed


def sections_of(folder):
    """Headings of the second level, by document."""
    return {path.name: {re.sub(r"^## +", "", line).strip() for line in path.read_text().splitlines()
                        if line.startswith("## ")} for path in folder.glob("*.md")}
