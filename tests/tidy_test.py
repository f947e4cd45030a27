"""Rules of the source tree that a compiler does not check.

Run by ctest; by hand: python3 tests/tidy_test.py
"""
import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which folder of src/ may include which others (its own always).
LAYERS = {
    "base": set(),
    "schedule": {"base"},
    "http": {"base"},
    "db": {"base"},
    "asl": {"base"},
    "aws": {"http", "base"},
    "lambda": {"http", "base"},
    "restore": {"aws", "db", "base"},
    "local": {"asl", "http", "base", "db", "aws", "schedule"},
    "cli": {"restore", "asl", "aws", "db", "http", "base", "schedule"},
}
SOURCE_ENDINGS = {".cc", ".h"}


def files_under(folder):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in SOURCE_ENDINGS)


def is_test(path):
    return path.name.endswith("_test.cc") or "testing" in path.parts


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


class Layers(unittest.TestCase):
    def test_no_layer_includes_what_it_may_not(self):
        wrong = []
        for layer, allowed in LAYERS.items():
            for path in files_under(f"src/{layer}"):
                if is_test(path):
                    continue
                for other in re.findall(r'#include "(\w+)/', path.read_text()):
                    if other in LAYERS and other != layer and other not in allowed:
                        wrong.append(f"{path.relative_to(ROOT)} includes {other}")
                    if other == "apps":
                        wrong.append(f"{path.relative_to(ROOT)} includes apps")
        self.assertEqual(wrong, [])

    def test_every_folder_of_src_has_its_rule(self):
        folders = {p.name for p in (ROOT / "src").iterdir() if p.is_dir()}
        self.assertEqual(folders, set(LAYERS))


class OnePlace(unittest.TestCase):
    """Time and environment are asked for in one place each."""

    def offenders(self, pattern, allowed):
        found = []
        for path in files_under("src"):
            name = str(path.relative_to(ROOT))
            if is_test(path) or name in allowed:
                continue
            if re.search(pattern, without_comments(path.read_text())):
                found.append(name)
        return found

    def test_time_comes_from_the_clock(self):
        self.assertEqual(
            self.offenders(r"system_clock::now|steady_clock::now|sleep_for\(std|this_thread::sleep", {"src/base/clock.cc"}), [])

    def test_the_environment_is_read_by_apps_only(self):
        self.assertEqual(self.offenders(r"\b(secure_)?getenv\(", set()), [])


class Steps(unittest.TestCase):
    def setUp(self):
        registry = (ROOT / "src/restore/registry.cc").read_text()
        self.steps = re.findall(r'Step\{"(\w+)"', registry)

    def test_there_are_ten_and_handle_failure(self):
        self.assertEqual(len(self.steps), 11)

    def test_each_has_its_file(self):
        for step in self.steps:
            self.assertTrue((ROOT / f"src/restore/steps/{step}.cc").is_file(), step)

    def test_each_has_its_state_and_function(self):
        states = json.loads((ROOT / "infrastructure/step_functions_definition.json").read_text())["States"]
        for step in self.steps:
            state = "".join(part.capitalize() for part in step.split("_"))
            self.assertIn(state, states)
            self.assertEqual(states[state]["Parameters"]["FunctionName"],
                             f"aurora-restore-{step.replace('_', '-')}-dev")

    def test_each_is_described(self):
        text = (ROOT / "docs/ARCHITECTURE.md").read_text()
        for step in self.steps:
            self.assertIn(f"`{step}`", text)


class Documents(unittest.TestCase):
    def documents(self):
        return sorted(ROOT.glob("*.md")) + sorted(p for f in ("docs", "bench") for p in (ROOT / f).rglob("*.md"))

    def test_links_lead_somewhere(self):
        broken = []
        for path in self.documents():
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not (path.parent / target).exists():
                    broken.append(f"{path.relative_to(ROOT)}: {target}")
        self.assertEqual(broken, [])

    def test_every_error_is_explained(self):
        text = (ROOT / "docs/ERRORS.md").read_text()
        names = set()
        for folder in ("src/restore", "src/lambda", "src/db", "src/cli", "src/aws", "src/http", "src/base", "apps"):
            for path in files_under(folder):
                if not is_test(path) and path.name != "scripted_transport.h":
                    names |= set(re.findall(r'\b(?:Sql|Transport)?Error\(\s*"([A-Z]\w+)"', path.read_text()))
                    if folder == "src/restore":
                        names |= set(re.findall(r'\badd\("([A-Z]\w+)"', path.read_text()))
        self.assertEqual(sorted(name for name in names if f"`{name}`" not in text), [])


class Words(unittest.TestCase):
    def test_nothing_is_left_half_done(self):
        marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
        found = [str(p.relative_to(ROOT)) for p in files_under("src") + files_under("apps") if marks.search(p.read_text())]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
