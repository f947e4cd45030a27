"""The command line as a person meets it: on a terminal, in a pipe, with Ctrl-C, and when things are not there."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import BIN, EndpointTest, free_port, wait_until  # noqa: E402

PROGRAM = str(BIN / "aurora-restore")
ESCAPE = "\033"


def without_endpoint(folder):
    """The environment of a machine on which nothing runs."""
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith(("AWS_", "AURORA_")) and k not in ("ENVIRONMENT", "CLICOLOR_FORCE")}
    return {**environment, "AURORA_LOCAL_DATA": str(folder / "data"), "LANG": "C.UTF-8"}


class OnTerminal:
    """A program on a pseudo terminal; `keys` types, `until` waits for text."""

    def __init__(self, arguments, environment):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe(arguments[0], arguments, environment)
        self.text = ""
        self.code = None

    def _read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return False
        self.text += chunk.decode(errors="replace")
        return bool(chunk)

    def until(self, pattern, seconds=60):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            if time.monotonic() > deadline or not self._read(0.2):
                raise AssertionError(f"{pattern!r} did not come within {seconds} s:\n{self.text}")

    def keys(self, keys):
        os.write(self.master, keys)

    def end(self, seconds=60):
        deadline = time.monotonic() + seconds
        while self._read(0.2):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"still running after {seconds} s:\n{self.text}")
        os.close(self.master)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code


class Offline(unittest.TestCase):
    """Nothing runs: what is said then, and the exit code."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aurora-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = without_endpoint(self.folder)

    def run_it(self, *arguments, **changes):
        return subprocess.run([PROGRAM, *arguments], env={**self.environment, **changes}, capture_output=True, text=True,
                              timeout=60)

    def test_bad_usage_is_2_and_suggests(self):
        result = self.run_it("statsu")
        self.assertEqual(result.returncode, 2)
        self.assertIn("status", result.stderr)
        self.assertEqual(result.stdout, "")

    def test_endpoint_that_is_down_is_3_and_says_how_to_start_it(self):
        result = self.run_it("list", "--endpoint-url", f"http://127.0.0.1:{free_port()}")
        self.assertEqual(result.returncode, 3)
        self.assertIn("local start", result.stderr)

    def test_aws_without_credentials_is_3(self):
        result = self.run_it("list", "--env", "prod", "--region", "eu-central-1", HOME=str(self.folder),
                             AWS_EC2_METADATA_DISABLED="true")
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("NoCredentials", result.stderr)

    def test_bad_input_creates_nothing(self):
        result = self.run_it("run", "--set", "snapshot_nam=x")
        self.assertEqual(result.returncode, 2)
        self.assertIn("snapshot_name", result.stderr)
        self.assertFalse((self.folder / "data").exists())

    def test_data_directory_that_cannot_be_made_is_named(self):
        (self.folder / "file").write_text("in the way")
        result = self.run_it("local", "start", "--port", str(free_port()), "--data", str(self.folder / "file/data"))
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(self.folder / "file/data"), result.stderr)

    def test_full_disk_is_said_before_anything_starts(self):
        small = self.folder / "small"
        small.mkdir()
        script = f'mount -t tmpfs -o size=32k none {small} && exec {PROGRAM} local start --port {free_port()} --data {small}/data'
        result = subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", script], env=self.environment,
                                capture_output=True, text=True, timeout=60)
        if "unshare" in result.stderr or "mount:" in result.stderr:
            self.skipTest("a small file system cannot be mounted here: " + result.stderr.strip())
        self.assertEqual(result.returncode, 1)
        self.assertIn("DiskFull", result.stderr)

    def test_pipe_gets_no_escapes_even_with_a_capable_terminal(self):
        for arguments in (["--help"], ["run", "--help"], ["nonsense"], ["local", "status"]):
            result = self.run_it(*arguments, TERM="xterm-256color", COLORTERM="truecolor")
            self.assertNotIn(ESCAPE, result.stdout + result.stderr)

    def test_forced_colours_reach_a_pipe(self):
        self.assertIn(ESCAPE, self.run_it("--help", CLICOLOR_FORCE="1").stdout)

    def test_no_color_wins_on_a_terminal(self):
        for extra, expected in (({}, True), ({"NO_COLOR": "1"}, False)):
            terminal = OnTerminal([PROGRAM, "--help"], {**self.environment, "TERM": "xterm", **extra})
            terminal.end()
            self.assertEqual(ESCAPE in terminal.text, expected, extra)

    def test_plain_symbols_without_utf8(self):
        script = self.run_it("local", "start", "--port", "1", "--data", "/dev/null/x", LANG="C", LC_ALL="C")
        self.assertTrue((script.stdout + script.stderr).isascii())

    def test_reader_that_goes_away_is_no_error(self):
        script = f"{PROGRAM} completion fish | head -n 1"
        result = subprocess.run(["bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.stderr, "")

    def test_bash_completes_commands_options_and_values(self):
        for words, expected in ((["aurora-restore", "sna"], "snapshots"), (["aurora-restore", "local", "st"], "start stop status"),
                                (["aurora-restore", "run", "--snapshot-d"], "--snapshot-date"),
                                (["aurora-restore", "list", "--status", "f"], "failed"),
                                (["aurora-restore", "asl", ""], "validate run graph"),
                                (["aurora-restore", "asl", "graph", "--format", "s"], "svg")):
            quoted = " ".join(f"'{word}'" for word in words)
            script = (f"source <({PROGRAM} completion bash); COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                      'complete() { :; }; _aurora_restore; echo "${COMPREPLY[*]}"')
            result = subprocess.run(["bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(result.stdout.strip(), expected, result.stderr)

    def machine(self, name="machine.json", **changes):
        states = {"Copy": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:copy",
                           "Next": "Pause"},
                  "Pause": {"Type": "Wait", "Seconds": 86400, "Next": "Done"}, "Done": {"Type": "Succeed"}, **changes}
        path = self.folder / name
        path.write_text(json.dumps({"StartAt": "Copy", "States": states}, indent=2))
        return str(path)

    def test_definition_is_checked_with_line_and_mark(self):
        good, bad = self.machine(), self.machine("bad.json", Pause={"Type": "Wait", "Next": "Done"})
        self.assertEqual(self.run_it("asl", "validate", good).stdout, f"✓ {good} is valid\n")
        result = self.run_it("asl", "validate", bad, good)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stdout, rf"(?m)^{re.escape(bad)}:9:5: error SCHEMA_VALIDATION_FAILED: .* at /States/Pause$")
        self.assertIn(f"{good} is valid", result.stdout)
        terminal = OnTerminal([PROGRAM, "asl", "validate", bad], {**self.environment, "TERM": "xterm", "NO_COLOR": "1"})
        self.assertEqual(terminal.end(), 2)
        self.assertIn('  9 │     "Pause": {\r\n    │     ^\r\n', terminal.text)

    def test_definition_of_standard_input_is_checked_too(self):
        result = subprocess.run([PROGRAM, "asl", "validate", "-", "--output", "json"], env=self.environment,
                                input="{}", capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(json.loads(result.stdout)[0]["result"], "FAIL")

    def test_day_is_rehearsed_in_no_time(self):
        mocks = self.folder / "mocks.json"
        mocks.write_text('{"Copy": {"output": {"copied": true}}}')
        began = time.monotonic()
        result = self.run_it("asl", "run", self.machine(), "--mocks", str(mocks))
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Pause waits 24h 00m", result.stdout)
        self.assertIn('"copied": true', result.stdout)
        mocks.write_text('{"Copy": {"error": "Broken"}}')
        self.assertEqual(self.run_it("asl", "run", self.machine(), "--mocks", str(mocks)).returncode, 1)

    def test_machine_is_drawn_in_any_encoding_and_width(self):
        shipped = str(pathlib.Path(__file__).resolve().parents[2] / "infrastructure/step_functions_definition.json")
        self.assertTrue(self.run_it("asl", "graph", shipped, LANG="C", LC_ALL="C").stdout.isascii())
        terminal = OnTerminal([PROGRAM, "asl", "graph", shipped], {**self.environment, "TERM": "xterm", "COLUMNS": "60",
                                                                  "NO_COLOR": "1"})
        self.assertEqual(terminal.end(), 0)
        self.assertIn("■ SnapshotCheck", terminal.text)
        svg = self.run_it("asl", "graph", shipped, "--format", "svg").stdout
        root = xml.etree.ElementTree.fromstring(svg)
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        names = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text") if e.get("class") == "name"}
        self.assertEqual(names, set(json.loads(pathlib.Path(shipped).read_text())["States"]))

    def test_reset_touches_no_directory_that_is_not_its_own(self):
        (self.folder / "data").mkdir()
        (self.folder / "data/thesis.txt").write_text("precious")
        result = self.run_it("local", "reset", "--yes")
        self.assertEqual(result.returncode, 6)
        self.assertTrue((self.folder / "data/thesis.txt").exists())


class Following(EndpointTest):
    pace = "copy=3s,restore=1s"

    def environment_of_terminal(self, **changes):
        environment = {k: v for k, v in self.endpoint.environment.items() if k != "NO_COLOR"}
        return {**environment, "TERM": "xterm", "LANG": "C.UTF-8", **changes}

    def test_1_terminal_shows_bar_summary_and_psql_line(self):
        terminal = OnTerminal([PROGRAM, "run", "--snapshot-date", "today", "--operation-id", "watched"],
                              self.environment_of_terminal())
        self.assertEqual(terminal.end(120), 0, terminal.text)
        self.assertIn(f"{ESCAPE}[1A", terminal.text, "the step at work is redrawn")
        self.assertRegex(terminal.text, r"\d+ %")
        self.assertIn("left", terminal.text)
        plain = re.sub(r"\033\[[0-9;?]*[a-zA-Z]", "", terminal.text)
        self.assertRegex(plain, r"tables with [\d,]+ rows proved equal to the source's")
        self.assertIn("PGPASSWORD=", plain)

    def test_2_pipe_gets_lines_without_redrawing(self):
        result = self.endpoint.run("run", "--snapshot-date", "today", "--operation-id", "piped")
        self.assertNotIn(ESCAPE, result.stdout + result.stderr)
        self.assertNotIn("\r", result.stdout + result.stderr)
        self.assertEqual(result.stderr.count("Copy the snapshot"), 1)

    def test_3_ctrl_c_detaches_and_watch_comes_back(self):
        terminal = OnTerminal([PROGRAM, "run", "--snapshot-date", "today", "--operation-id", "left"],
                              self.environment_of_terminal())
        terminal.until("Wait for the copy")
        terminal.keys(b"\x03")
        self.assertEqual(terminal.end(10), 5, terminal.text)
        self.assertIn("watch left", terminal.text)
        self.assertEqual(self.endpoint.run("watch", "left").returncode, 0)

    def test_4_following_bears_a_killed_endpoint(self):
        process = subprocess.Popen([PROGRAM, "run", "--snapshot-date", "today", "--operation-id", "borne"],
                                   env=self.endpoint.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: self.endpoint.run("status", "borne", check=False).returncode == 0, 20, "the operation is there")
        self.endpoint.kill()
        time.sleep(1)
        self.endpoint.start()
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, out + err + self.endpoint.log_tail())
        self.assertIn("trying again", err)

    def test_5_missing_snapshot_is_4_and_names_the_newest(self):
        result = self.endpoint.run("run", "--snapshot", "nowhere", "--operation-id", "lost", check=False)
        self.assertEqual(result.returncode, 4, result.stdout + result.stderr)
        self.assertIn("dev-source-cluster-snapshot-", result.stdout)

    def test_6_unknown_operation_is_4(self):
        for command in ("status", "watch", "history", "audit", "cancel"):
            self.assertEqual(self.endpoint.run(command, "nobody", check=False).returncode, 4, command)

    def test_7_second_cancel_is_refused(self):
        self.endpoint.run("start", "--snapshot-date", "today", "--operation-id", "stopped")
        self.assertEqual(self.endpoint.run("cancel", "stopped").returncode, 0)
        self.assertEqual(self.endpoint.run("cancel", "stopped", check=False).returncode, 6)
        listed = [json.loads(line) for line in self.endpoint.run("list", "--status", "cancelled", "--json").stdout.splitlines()]
        self.assertEqual([item["operation_id"] for item in listed], ["stopped"])

    def test_8_seed_again_makes_nothing_new(self):
        before = self.endpoint.run("snapshots", "--json").stdout
        self.assertIn("there already", self.endpoint.run("local", "seed").stderr)
        self.assertEqual(self.endpoint.run("snapshots", "--json").stdout, before)

    def test_8_any_aws_cli_works_after_eval(self):
        if not shutil.which("aws", path=os.environ["PATH"]):
            self.skipTest("there is no AWS CLI here")
        environment = {k: v for k, v in self.endpoint.environment.items() if not k.startswith("AWS_")}
        environment["PATH"] = f"{BIN}:{os.environ['PATH']}"
        for shell in ("bash", "sh"):
            # In us-east-1, where AWS CLI 1 does not heed AWS_ENDPOINT_URL for RDS; in bash from a script, too.
            command = "aws rds describe-db-clusters --region us-east-1 --query 'DBClusters[0].DBClusterIdentifier' --output text"
            inner = f'bash -c "{command}"' if shell == "bash" else command
            result = subprocess.run([shell, "-euc", f'eval "$(aurora-restore local env)"; {inner}'], env=environment,
                                    capture_output=True, text=True, timeout=120)
            self.assertEqual(result.stdout.strip(), "dev-source-cluster", f"{shell}: {result.stderr}")

    def test_9_reset_deletes_everything_after_yes(self):
        pid = self.endpoint.pid()
        terminal = OnTerminal([PROGRAM, "local", "reset"], self.environment_of_terminal())
        terminal.until("Type yes")
        terminal.keys(b"yes\n")
        self.assertEqual(terminal.end(60), 0, terminal.text)
        self.assertFalse(self.endpoint.data.exists())
        # A process that ended has no executable any more, even where nobody waits for it.
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}/exe").exists(), 10, f"process {pid} is gone")


if __name__ == "__main__":
    unittest.main()
