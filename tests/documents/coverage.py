"""docs/SPEC-COVERAGE.md: every documented command with how it went, every documented behaviour with its tests."""
from rows import ABSENT, DECIDED, REFUSED, SKIPPED, WORKS

HEAD = """# Coverage of the specification

Written by `tests/documents/run.py --write`; the test `documents.specification` fails when it differs from what it finds.
It runs every command and example of the specification's documents as they are printed, with the AWS CLI and boto3, and
holds the printed answers against the real ones. Placeholders, credentials, Region and endpoint are all that it sets.

| | commands |
|---|---|
"""
BEHAVIOURS = """
## Behaviours

Each statement of the documents in our words, with the tests that would fail if it were not so: a name of `ctest`, or
`file::Class.test`. `command` is a row above.

"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def code(text):
    return f"`{cell(text)}`" if text else ""


def render(rows, behaviours, missing):
    lines = [HEAD.rstrip("\n")]
    for result in (WORKS, REFUSED, DECIDED, ABSENT, SKIPPED):
        count = sum(row.result == result for row in rows)
        if count:
            lines.append(f"| {result} | {count} |")
    lines.append("\n## Commands\n")
    for document in dict.fromkeys(row.document for row in rows):
        lines += [f"### {document}\n", "| section | command | ran at | result | why; the form that works |", "|---|---|---|---|---|"]
        for row in rows:
            if row.document == document:
                why = "; ".join(part for part in (cell(row.reason), code(row.instead)) if part)
                lines.append(f"| {cell(row.section)} | {code(row.command)} | {row.where} | {row.result} | {why} |")
        lines.append("")
    lines[-1:] = [BEHAVIOURS.rstrip("\n")]
    for document in dict.fromkeys(b["document"] for b in behaviours):
        lines += ["", f"### {document}\n", "| section | statement | tests |", "|---|---|---|"]
        for b in behaviours:
            if b["document"] == document:
                tests = ", ".join(t if t == "command" else code(t) for t in b["tests"]) or "**none yet**"
                lines.append(f"| {cell(b['section'])} | {cell(b['statement'])} | {tests} |")
    if missing:
        lines += ["", "## Without a test yet\n"] + [f"- {m['document']}, {m['section']}: {m['statement']}: {m['why']}" for m in missing]
    return "\n".join(lines) + "\n"
