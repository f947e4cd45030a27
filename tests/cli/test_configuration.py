"""docs/CONFIGURATION.md's tables are the tables in code. To write them anew: python3 test_configuration.py --update"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = str(pathlib.Path(os.environ.get("AURORA_BIN_DIR", ROOT / "build/bin")) / "aurora-restore")
DOCUMENT = ROOT / "docs/CONFIGURATION.md"


def rows(*arguments):
    answer = subprocess.run([PROGRAM, "config", "settings", *arguments, "--output", "json"], capture_output=True, text=True,
                            check=True, timeout=60)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def code(names):
    return ", ".join(f"`{name}`" for name in names)


def settings_table():
    lines = ["| setting | type | other spellings | variables | default | |", "|---|---|---|---|---|---|"]
    for row in rows():
        default = "" if row["default"] is None else f"`{json.dumps(row['default'])}`"
        lines.append(f"| `{row['setting']}` | {row['type']} | {code(row['aliases'])} | {code(row['variables'])} | {default} "
                     f"| {row['meaning']} |")
    return lines


def deployment_table():
    lines = ["| variable | default | |", "|---|---|---|"]
    for row in rows("--deployment"):
        default = f"`{row['default']}`" if row["default"] else ""
        lines.append(f"| `{row['variable']}` | {default} | {row['meaning']} |")
    return lines


def written(text):
    """The document with its tables as they are in code."""
    for name, table in (("settings", settings_table()), ("deployment", deployment_table())):
        block = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end -->)", re.DOTALL)
        text, count = block.subn(lambda found: found[1] + "\n".join(table) + "\n" + found[2], text)
        assert count == 1, f"{DOCUMENT} has no place for the table of {name}"
    return text


class ConfigurationDocument(unittest.TestCase):
    maxDiff = None

    def test_tables_are_those_in_code(self):
        text = DOCUMENT.read_text()
        self.assertEqual(text, written(text), "run python3 tests/cli/test_configuration.py --update")


if __name__ == "__main__":
    if "--update" in sys.argv:
        DOCUMENT.write_text(written(DOCUMENT.read_text()))
    else:
        unittest.main()
