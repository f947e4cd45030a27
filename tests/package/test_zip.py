"""What is in a package, and that the same content gives the same bytes."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

from world import ARM64_BOOTSTRAP, BIN, ROOT, make, make_package, reason_without_release

SIZE_MAX = 4_000_000
MAKE = [sys.executable, str(ROOT / "scripts/lib/make_package.py")]
# Calls of src/restore that the command line makes, not a function.
OF_THE_COMMAND_LINE = {"provision.cc", "monitoring.cc"}


def reason_to_skip():
    return reason_without_release()


class Zip(unittest.TestCase):
    architecture, bootstrap = "x86_64", BIN / "bootstrap"

    @classmethod
    def setUpClass(cls):
        if not cls.bootstrap.is_file():
            raise unittest.SkipTest(f"{cls.architecture} is not built")
        folder = tempfile.TemporaryDirectory(prefix="aurora-zip-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.package = cls.folder / "package.zip"
        make(cls.architecture, cls.bootstrap, cls.package)

    def read(self, name):
        with zipfile.ZipFile(self.package) as archive:
            return archive.read(name)

    def test_names_and_modes(self):
        with zipfile.ZipFile(self.package) as archive:
            found = {e.filename: oct((e.external_attr >> 16) & 0o7777) for e in archive.infolist()}
        roots = {name: mode for name, mode in found.items() if re.fullmatch(r"amazon-roots/[0-9a-f]{8}\.0", name)}
        self.assertEqual(set(roots.values()), {"0o644"})
        self.assertEqual({n: m for n, m in found.items() if n not in roots}, {"bootstrap": "0o755", "manifest.json": "0o644"})

    def test_size(self):
        self.assertLess(self.package.stat().st_size, SIZE_MAX)

    def test_same_content_gives_the_same_bytes(self):
        copy = self.folder / "copy"
        shutil.copyfile(self.bootstrap, copy)
        os.utime(copy, (1, 1))
        copy.chmod(0o600)
        again = self.folder / "again.zip"
        subprocess.run([*MAKE, self.architecture, copy, again], check=True, umask=0o077,
                       env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"})
        self.assertEqual(again.read_bytes(), self.package.read_bytes())

    def test_executable_needs_nothing(self):
        path = self.folder / "bootstrap"
        path.write_bytes(self.read("bootstrap"))
        said = subprocess.run(["readelf", "-lW", "-dW", path], check=True, capture_output=True, text=True).stdout
        self.assertNotIn("INTERP", said)
        self.assertNotIn("(NEEDED)", said)
        sections = subprocess.run(["readelf", "-SW", path], check=True, capture_output=True, text=True).stdout
        self.assertNotRegex(sections, r"\.(symtab|debug_\w+)\b")
        self.assertNotIn(".gnu.version_r", sections, "no version of a shared glibc is asked for")

    def test_executable_names_no_folder_of_the_machine_that_built_it(self):
        image = self.read("bootstrap")
        for folder in {str(ROOT), str(BIN.parent.parent), str(pathlib.Path.home())} - {"/"}:
            self.assertNotIn(folder.encode() + b"/", image, folder)

    def test_roots_are_amazons_and_no_others(self):
        with zipfile.ZipFile(self.package) as archive:
            texts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("amazon-roots/")]
        self.assertEqual(sorted(re.match("# (.*)", text)[1] for text in texts), [
            *(f"Amazon Root CA {n}" for n in (1, 2, 3, 4)), "Starfield Class 2 CA",
            "Starfield Services Root Certificate Authority - G2"])
        for text in texts:
            self.assertEqual(make_package.certificates_in(text), 1)

    def test_manifest_says_what_is_there(self):
        manifest = json.loads(self.read("manifest.json"))
        self.assertEqual(manifest["version"], (ROOT / "VERSION").read_text().strip())
        self.assertEqual(manifest["architecture"], self.architecture)
        for name, digest in manifest["sha256"].items():
            self.assertEqual(hashlib.sha256(self.read(name)).hexdigest(), digest, name)


class Arm64Zip(Zip):
    architecture, bootstrap = "arm64", ARM64_BOOTSTRAP


class Refusals(unittest.TestCase):
    """A package that would not work is not made."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="aurora-zip-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refused(self, *arguments, architecture="x86_64", bootstrap=BIN / "bootstrap"):
        made = self.folder / "refused.zip"
        result = subprocess.run([*MAKE, architecture, str(bootstrap), str(made), *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertFalse(made.exists())
        self.assertNotIn("Traceback", result.stderr)
        return result.stderr

    def test_executable_with_libraries(self):
        self.assertIn("dynamic loader", self.refused(bootstrap=BIN / "aurora-local"))

    def test_executable_of_another_architecture(self):
        self.assertIn("is for machine 62", self.refused(architecture="arm64"))

    def test_no_executable(self):
        self.assertIn("no 64-bit ELF", self.refused(bootstrap=ROOT / "VERSION"))
        self.assertIn("nowhere", self.refused(bootstrap=self.folder / "nowhere"))

    def test_missing_root_is_named(self):
        with self.assertRaisesRegex(make_package.Refused, "lacks Amazon_Root_CA_1, .*ca-certificates"):
            make_package.amazon_roots(self.folder)

    def test_bundle_that_is_none(self):
        path = self.folder / "bundle.pem"
        for content in ("", "<html>not found</html>", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
            path.write_text(content)
            self.assertIn("bundle.pem", self.refused("--rds-bundle", path), content)

    def test_bundle_is_shipped_as_it_is(self):
        path = self.folder / "given.pem"
        path.write_text("".join(make_package.amazon_roots().values()))
        package = self.folder / "with.zip"
        make("x86_64", BIN / "bootstrap", package, path)
        with zipfile.ZipFile(package) as archive:
            self.assertEqual(archive.read("global-bundle.pem"), path.read_bytes())


class Script(unittest.TestCase):
    """scripts/build_lambda_packages.sh by what it says; that it builds, the documents' tests prove."""
    SCRIPT = ROOT / "scripts/build_lambda_packages.sh"

    def run_script(self, *arguments):
        return subprocess.run([str(self.SCRIPT), *arguments], capture_output=True, text=True, timeout=60)

    def test_help_names_every_option(self):
        text = self.run_script("--help").stdout
        for option in set(re.findall(r"^    (--[\w-]+)\)", self.SCRIPT.read_text(), re.MULTILINE)):
            self.assertIn(option, text)
        self.assertFalse(re.search(r"^source|^#", text, re.MULTILINE), text)

    def test_wrong_options_are_refused_before_anything_is_built(self):
        for arguments, said in ((["--arch", "riscv"], "riscv"), (["--nothing"], "unknown option --nothing"),
                                (["--arch"], "--arch needs a value"), (["--rds-bundle", "/nowhere.pem"], "/nowhere.pem cannot be read")):
            result = self.run_script(*arguments)
            self.assertEqual(result.returncode, 1, arguments)
            self.assertIn(said, result.stderr)


class Services(unittest.TestCase):
    def test_every_service_that_the_steps_call_is_in_the_executable(self):
        """apps/function_services.cc leaves the other models out of the package."""
        listed = set(re.findall(r"&(\w+)_service\b", (ROOT / "apps/function_services.cc").read_text()))
        called = set()
        for path in (ROOT / "src/restore").rglob("*.cc"):
            if not path.name.endswith("_test.cc") and path.name not in OF_THE_COMMAND_LINE and "testing" not in path.parts:
                called |= set(re.findall(r'\bcall\w*\(\s*"([a-z0-9]+)"', path.read_text()))
        self.assertEqual(sorted(called - listed), [])
        for service in ("rds", "dynamodb", "sts"):  # which src/aws itself calls
            self.assertIn(service, listed)


if __name__ == "__main__":
    unittest.main()
