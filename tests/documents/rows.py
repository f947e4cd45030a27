"""One row of the coverage table for each documented command, and what is expected of it."""
import pathlib
import re
from dataclasses import dataclass, field

import yaml

HERE = pathlib.Path(__file__).resolve().parent
WORKS, REFUSED, ABSENT, SKIPPED = "works", "refused, as by AWS", "not there", "not run: no moto"
DECIDED = "refused, by decision"


@dataclass
class Row:
    document: str
    section: str
    command: str
    where: str = "endpoint"
    result: str = WORKS
    reason: str = ""
    instead: str = ""
    faults: list = field(default_factory=list)  # what went otherwise than expected
    stale: dict = None  # the entry of pending.yaml that the command does not need any more


class Expectations:
    """Entries of a YAML file; each must be met once, so that none outlives its command."""

    def __init__(self, name):
        self.path = HERE / name
        self.entries = yaml.safe_load(self.path.read_text()) or []
        self.met = set()

    def of(self, document, text):
        found = [i for i, e in enumerate(self.entries)
                 if e["document"] == document and all(w in text for w in e["words"])]
        if len(found) > 1:
            raise ValueError(f"{self.path.name}: several entries for one command of {document}: {text}")
        self.met.update(found)
        return self.entries[found[0]] if found else {}

    def unmet(self):
        return [f"{self.path.name}: no command of {e['document']} has the words {e['words']}"
                for i, e in enumerate(self.entries) if i not in self.met]


def where_it_ran(calls):
    """The place of a command's calls, the farthest from the endpoint first; the AWS CLI itself may refuse one."""
    places = {call["where"] for call in calls}
    for place in ("nowhere", "no moto", "moto", "AWS CLI", "endpoint"):
        if place in places:
            return place
    return "shell"


def judge(row, result, expected, pending):
    """Fills in the row from what a command did, and from what it should have done."""
    row.where = where_it_ran(result.calls)
    said = result.text() + "".join(call["error"] for call in result.calls)
    if row.where == "no moto":
        row.where, row.result = "moto", SKIPPED
        return
    row.reason = " ".join(expected.get("because", "").split())
    if pending:
        row.where = "" if row.where == "nowhere" else row.where
        row.result, row.reason = ABSENT, f"until {pending['until']}"
        if not result.failed():
            row.stale = pending
            row.faults.append("works now: take its entry out of pending.yaml (run.py --write does)")
        elif not re.search(pending["error"], said):
            row.faults.append(f"fails otherwise than pending.yaml says:\n{said}")
        return
    wanted = expected.get("result", WORKS)
    if wanted == WORKS:
        if result.failed():
            row.faults.append(f"failed with {result.code}:\n{said}")
        return
    row.result = {"refused": REFUSED, "decided": DECIDED, "absent": ABSENT}[wanted]
    if "error" not in expected:
        return  # its execution is what is refused
    if not result.failed():
        row.faults.append(f"was to be refused, and worked:\n{said}")
    elif not re.search(expected["error"], said):
        row.faults.append(f"is refused otherwise than expected:\n{said}")


def drop_entries(pending, rows):
    """Takes out of pending.yaml what works; the rows become what they are. Gives what is to be done by hand."""
    stale = [row.stale for row in rows if row.stale]
    if not stale:
        return []
    kept = [entry for entry in pending.entries if entry not in stale]
    head = "".join(line + "\n" for line in pending.path.read_text().splitlines() if line.startswith("#"))
    pending.path.write_text(head + (yaml.safe_dump(kept, sort_keys=False, width=118) if kept else ""))
    for row in rows:
        if row.stale:
            row.faults.clear()
    return [f"{len(stale)} entries were taken out of {pending.path.name}: run again, without pending marks on the way"]
