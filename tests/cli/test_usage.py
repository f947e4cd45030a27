"""docs/USAGE.md as it is printed: every block marked bash runs, in order, against a seeded endpoint."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import ROOT, EndpointTest  # noqa: E402

BEGUN = "== block "


def blocks():
    """The blocks with the line of the document each begins at."""
    text = (ROOT / "docs/USAGE.md").read_text()
    return [(text.count("\n", 0, match.start()) + 1, match.group(1))
            for match in re.finditer(r"^```bash\n(.*?)^```$", text, re.M | re.S)]


class Usage(EndpointTest):
    pace = "copy=1s,restore=1s"

    def test_every_block_runs_as_printed(self):
        found = blocks()
        self.assertGreater(len(found), 8)
        script = "set -euo pipefail\n" + "".join(f"echo '{BEGUN}{line}'\n{text}" for line, text in found)
        result = subprocess.run(["bash", "-c", script], env=self.endpoint.environment, cwd=self.endpoint.folder,
                                capture_output=True, text=True, timeout=600)
        reached = re.findall(rf"(?m)^{BEGUN}(\d+)$", result.stdout)
        self.assertEqual(result.returncode, 0, f"docs/USAGE.md:{reached[-1:]} failed:\n{result.stdout[-3000:]}\n"
                                               f"{result.stderr[-3000:]}\n{self.endpoint.log_tail()}")
        self.assertEqual(len(reached), len(found))
        for word in ("COMPLETED", "SUCCEEDED", "cleanup is done, next is null"):
            self.assertIn(word, result.stdout)


if __name__ == "__main__":
    unittest.main()
