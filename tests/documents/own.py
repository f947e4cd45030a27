"""Runs the ```bash blocks of one of this project's documents, in their order, against a freshly seeded endpoint.

    own.py docs/RUNBOOK.md

The first command that fails fails the test, with its block and what it said. `$OP` is the newest operation's id; a
document that uses it finds a restore that is over. Blocks that are not to be run have another fence (```sh, ```text).
"""
import shutil
import sys

import yaml

from blocks import read_blocks, shortened
from rows import HERE
from shell import Shell
from worlds import ROOT, World

SKIPPED = 77
NEWEST = "OP=$(aurora-restore list --limit 1 --json 2>/dev/null | jq -r .operation_id 2>/dev/null || true)\n"


def entry_of(entries, document, text):
    """The entry of pending_own.yaml that the block stands under: a command in it is other work's."""
    return next((e for e in entries if e["document"] == document and e["words"] in text), None)


def link_checkout(world):
    """Blocks are typed at the root of the checkout, whose files are only read."""
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != "work":
            (world.work / path.name).symlink_to(path)


def run(document):
    blocks = [b for b in read_blocks(ROOT / document) if b.language == "bash"]
    entries = yaml.safe_load((HERE / "pending_own.yaml").read_text()) or []
    wrong = []
    world = World()
    try:
        world.start()
        world.seed()
        link_checkout(world)
        if any("$OP" in b.text for b in blocks):
            world.run("run", "--snapshot-date", "today")
        shell = Shell(world.environment, world.work)
        for number, block in enumerate(blocks, 1):
            pending = entry_of(entries, document, block.text)
            result = shell.run(NEWEST + block.text, timeout=300, stop_at_failure=True)
            name = f"{document}, block {number} of {len(blocks)} under '{block.section}'"
            if pending and result.code == 0:
                wrong.append(f"{name}: works now; take '{pending['words']}' out of pending_own.yaml")
            elif pending:
                print(f"{name}: not yet: {pending['words']}")
            elif result.code != 0:
                wrong.append(f"{name} failed with {result.code}:\n{block.text}\n{result.output[-3000:]}\n{result.errors[-3000:]}")
                break
            else:
                print(f"{name}: {shortened(block.text)}")
        shell.close()
    finally:
        world.close()
    return wrong


def main(document):
    for program in ("aws", "jq", "psql"):
        if shutil.which(program) is None:
            print(f"skipped: there is no {program} here")
            return SKIPPED
    wrong = run(document)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
