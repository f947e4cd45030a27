"""Runs every command of the specification's documents and holds docs/SPEC-COVERAGE.md against what it finds.

    run.py             fails where a command does not do what it should, or where the table differs
    run.py --write     writes the table, and takes what works by now out of pending.yaml
    run.py --behaviours   only checks that each statement of behaviours.yaml has its tests

The documents are not part of the checkout: they are looked for beside it, or at AURORA_SPEC. 77 means skipped.
"""
import importlib.util
import shutil
import sys
import time

SKIPPED = 77


def reason_to_skip(with_commands):
    for module in ("yaml", "boto3") if with_commands else ("yaml",):
        if importlib.util.find_spec(module) is None:
            return f"this Python has no {module}; Debian's is the package python3-{module}"
    if with_commands:
        from worlds import SPEC
        if not SPEC.is_dir():
            return f"the specification is not at {SPEC}; AURORA_SPEC names its folder"
        for program in ("aws", "jq", "curl", "psql"):
            if shutil.which(program) is None:
                return f"there is no {program} here"
    return ""


def check_behaviours():
    import behaviours
    from worlds import SPEC
    wrong, statements, missing = behaviours.check(behaviours.sections_of(SPEC) if SPEC.is_dir() else {})
    print("\n".join(wrong) or f"{len(statements)} statements, {len(missing)} of them without a test yet")
    return wrong, statements, missing


def main(arguments):
    write = "--write" in arguments
    reason = reason_to_skip("--behaviours" not in arguments)
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    wrong, statements, missing = check_behaviours()
    if "--behaviours" in arguments:
        return 1 if wrong else 0

    import coverage
    import specification
    from rows import SKIPPED as NO_MOTO, drop_entries
    from worlds import ROOT
    begun = time.monotonic()
    rows, unmet, pending = specification.run_all()
    table = ROOT / "docs/SPEC-COVERAGE.md"
    if write:
        wrong += drop_entries(pending, rows)
    for row in rows:
        wrong += [f"{row.document}, {row.section}: {row.command}\n  {fault}" for fault in row.faults]
    wrong += unmet
    text = coverage.render(rows, statements, missing)
    if write:
        table.write_text(text)
    elif any(row.result == NO_MOTO for row in rows):
        print("docs/SPEC-COVERAGE.md is not compared: what moto answers was not run")
    elif not table.exists() or table.read_text() != text:
        wrong.append("docs/SPEC-COVERAGE.md differs from what was found; tests/documents/run.py --write writes it")
    print(f"{len(rows)} commands and answers in {time.monotonic() - begun:.0f} s")
    print("\n\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
