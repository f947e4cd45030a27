"""What makes the command line comfortable: files, plans, the doctor, explanations, lists for machines, the manual."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BIN, EndpointTest, free_port  # noqa: E402
from test_cli import ESCAPE, PROGRAM, OnTerminal, without_endpoint  # noqa: E402


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


class ComfortOffline(unittest.TestCase):
    """Nothing runs."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aurora-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = without_endpoint(self.folder)

    def run_it(self, *arguments, **changes):
        return subprocess.run([PROGRAM, *arguments], env={**self.environment, **changes}, cwd=self.folder,
                              capture_output=True, text=True, timeout=60)

    def test_doctor_says_what_it_could_not_look_at(self):
        result = self.run_it("doctor", "--endpoint-url", f"http://127.0.0.1:{free_port()}", "--json")
        found = {row["check"]: row for row in rows(result.stdout)}
        self.assertIn(result.returncode, (0, 1), result.stderr)
        self.assertEqual(found["Services"]["health"], "not looked at")
        self.assertIn("local start", found["Endpoint"]["mend"])
        self.assertEqual(found["Programs"]["health"], "ok", found)
        self.assertFalse((self.folder / "data").exists(), "the doctor makes nothing")

    def test_doctor_without_anything_installed_fails_and_says_how_to_mend_it(self):
        (self.folder / "file").write_text("in the way")
        result = self.run_it("doctor", "--endpoint-url", f"http://127.0.0.1:{free_port()}", PATH=str(self.folder),
                             AURORA_LOCAL_DATA=str(self.folder / "file/data"))
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r"✗ Data directory +\S+/file/data cannot be made")
        self.assertIn("mariadb", result.stdout)

    def test_doctor_of_aws_without_credentials(self):
        result = self.run_it("doctor", "--env", "prod", "--region", "eu-central-1", HOME=str(self.folder),
                             AWS_EC2_METADATA_DISABLED="true")
        self.assertEqual(result.returncode, 1)
        self.assertIn("NoCredentials", result.stdout)

    def test_init_without_endpoint_writes_a_file_and_keeps_it(self):
        self.assertEqual(self.run_it("init", "--port", "1").returncode, 2, "--port is the local commands'")
        result = self.run_it("init")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("could not be read", result.stderr)
        text = (self.folder / "restore.yaml").read_text()
        self.assertIn("#reader_count: 0\n", text)
        again = self.run_it("init")
        self.assertEqual(again.returncode, 6)
        self.assertIn("init --force restore.yaml", again.stderr)
        self.assertEqual((self.folder / "restore.yaml").read_text(), text)

    def test_file_is_checked_before_anything_starts(self):
        (self.folder / "r.yaml").write_text("snapshot_date: latest\nengine_version: 15.13\nreaders: 1\n")
        result = self.run_it("run", "-f", "r.yaml")
        self.assertEqual(result.returncode, 2)
        self.assertIn("r.yaml:3:10: readers: unknown field", result.stderr)
        self.assertNotIn("engine_version", result.stderr)
        self.assertFalse((self.folder / "data").exists())

    def test_explanation_needs_no_endpoint(self):
        result = self.run_it("explain", "targetexists")
        self.assertEqual(result.returncode, 0)
        self.assertIn("delete_cluster_if_exists", result.stdout)
        self.assertEqual(self.run_it("explain", "TargetExist").returncode, 4)

    def test_every_command_that_lists_writes_json_and_yaml(self):
        listing = [row["command"] for row in rows(self.run_it("help", "--json").stdout) if row["lists"]]
        self.assertGreater(len(listing), 12)
        for command in listing:
            text = self.run_it(*command.split(), "--help").stdout
            self.assertIn("(table, json, yaml)", re.sub(r"\s+", " ", text), command)

    def test_manual_page_has_every_command_and_no_warnings(self):
        page = self.folder / "aurora-restore.1"
        page.write_text(self.run_it("man").stdout)
        if not shutil.which("groff"):
            self.skipTest("there is no groff here")
        result = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-rLL=100n", str(page)], capture_output=True, text=True,
                                timeout=60)
        self.assertEqual(result.stderr, "")
        # Bold is written as letters that are struck twice, or with escapes.
        plain = re.sub("\033\\[[0-9;]*m|.\x08", "", result.stdout)
        for row in rows(self.run_it("help", "--json").stdout):
            self.assertIn(f"aurora-restore {row['command']}", plain)
        self.assertIn("EXIT STATUS", plain)

    def test_install_puts_programs_manual_and_completion_in_place(self):
        build = BIN.parent
        if not (build / "apps/printed/aurora-restore.1").exists():
            self.skipTest("not everything is built there")
        target = self.folder / "root"
        result = subprocess.run(["cmake", "--install", str(build), "--prefix", str(target)], capture_output=True, text=True,
                                timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        for name in ("bin/aurora-restore", "bin/aurora-local", "bin/bootstrap", "share/man/man1/aurora-restore.1",
                     "share/bash-completion/completions/aurora-restore",
                     "share/fish/vendor_completions.d/aurora-restore.fish"):
            self.assertTrue((target / name).is_file(), name)
        self.assertEqual((target / "share/man/man1/aurora-restore.1").read_text(), self.run_it("man").stdout)


class Comfort(EndpointTest):
    pace = "copy=2s,restore=1s"

    def on_terminal(self, *arguments, **changes):
        environment = {k: v for k, v in self.endpoint.environment.items() if k != "NO_COLOR"}
        terminal = OnTerminal([PROGRAM, *arguments], {**environment, "TERM": "xterm", "LANG": "C.UTF-8", **changes})
        code = terminal.end(120)
        return code, re.sub(r"\033\[[0-9;?]*[a-zA-Z]", "", terminal.text)

    def test_1_file_of_init_runs_dry_on_the_demos_world(self):
        self.endpoint.run("init", "first.yaml")
        text = (self.endpoint.folder / "first.yaml").read_text()
        self.assertIn("target_cluster_id: dev-target-cluster\n", text)
        self.assertIn("Nothing stands in the way", self.endpoint.run("run", "-f", "first.yaml", "--dry-run").stdout)

    def test_2_plan_touches_nothing_and_assumes_where_nothing_is_known(self):
        before = (self.clusters(), self.snapshots(), self.endpoint.run("list", "--json").stdout)
        result = self.endpoint.run("plan", "--snapshot-date", "latest")
        self.assertIn("assumed", result.stdout)
        self.assertIn("Transfer of 1 GiB from us-east-1 to us-west-2", result.stdout)
        self.assertEqual((self.clusters(), self.snapshots(), self.endpoint.run("list", "--json").stdout), before)

    def test_3_file_is_restored_and_the_next_plan_knows_how_long_it_took(self):
        (self.endpoint.folder / "r.yaml").write_text(
            "snapshot_date: latest\noperation_id: of-file\nengine_version: 15.13\ntags: {cost: 15.10}\n")
        self.endpoint.run("run", "-f", "r.yaml")
        parameters = json.loads(self.endpoint.run("status", "of-file", "--json").stdout)["state"]["parameters"]
        self.assertEqual((parameters["engine_version"], parameters["tags"]), ("15.13", {"cost": "15.10"}))
        plan = json.loads(self.endpoint.run("plan", "--snapshot-date", "latest", "--json").stdout)
        self.assertEqual(plan["duration"]["past_operations"], 1)
        copy = next(s for s in plan["duration"]["steps"] if s["step"] == "check_copy_status")
        self.assertGreater(copy["most_seconds"], 1.5)
        self.assertLess(copy["least_seconds"], 20)
        # The cluster that the restore made would be put aside, and dropped after the checks.
        done = [(a["action"], a["what"]) for a in plan["actions"] if a["what"] == "cluster"]
        self.assertEqual(done, [("rename", "cluster"), ("create", "cluster"), ("delete", "cluster")])

    def test_4_plan_says_the_dry_runs_findings_and_ends_with_its_code(self):
        for arguments in (["--snapshot", "nowhere"], ["--snapshot-date", "latest", "--subnet-group", "nowhere"]):
            plan = self.endpoint.run("plan", *arguments, check=False)
            dry = self.endpoint.run("run", *arguments, "--dry-run", check=False)
            self.assertEqual(plan.returncode, dry.returncode)
            self.assertNotEqual(plan.returncode, 0)
            self.assertIn("NotFound", plan.stdout)

    def test_5_all_that_runs_is_watched_at_once(self):
        self.endpoint.run("start", "--snapshot-date", "latest", "--operation-id", "one")
        self.endpoint.run("start", "--snapshot-date", "latest", "--operation-id", "two", "--target-cluster", "second")
        piped = subprocess.Popen([PROGRAM, "watch", "--json"], env=self.endpoint.environment, stdout=subprocess.PIPE, text=True)
        code, text = self.on_terminal("watch", COLUMNS="120")
        self.assertEqual(code, 0, text)
        self.assertRegex(text, r"OPERATION +(TARGET +)?TOOK")
        self.assertRegex(text, r"one +Restored dev-target-cluster")
        self.assertRegex(text, r"two +Restored second")
        out, _ = piped.communicate(timeout=60)
        finished = {row["operation_id"]: row["status"] for row in rows(out) if row["event"] == "finished"}
        self.assertEqual(finished, {"one": "SUCCEEDED", "two": "SUCCEEDED"})
        self.assertIn("No operation runs", self.endpoint.run("watch").stderr)

    def test_6_terminal_shows_the_readers_zone_and_pipes_utc(self):
        started = json.loads(self.endpoint.run("status", "one", "--json").stdout)["state"]["start_time"]
        self.assertTrue(started.endswith("Z"))
        for zone, offset in (("Asia/Kolkata", 5.5 * 3600), ("UTC", 0)):
            here = time.gmtime(time.mktime(time.strptime(started[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + offset)
            expected = time.strftime("%Y-%m-%d %H:%M:%S", here)
            for arguments in (["list"], ["status", "one"]):
                _, text = self.on_terminal(*arguments, TZ=zone, COLUMNS="200")
                self.assertIn(expected + (" IST" if offset else " UTC"), text, arguments)
                piped = subprocess.run([PROGRAM, *arguments], env={**self.endpoint.environment, "TZ": zone},
                                       capture_output=True, text=True, timeout=60)
                self.assertIn(started[:19] + "Z", piped.stdout, arguments)

    def test_7_doctor_finds_the_demos_world_in_order(self):
        result = self.endpoint.run("doctor", "--json")
        found = {row["check"]: row for row in rows(result.stdout)}
        self.assertEqual([row for row in found.values() if row["health"] == "failed"], [])
        for check in ("Port", "Endpoint", "Credentials", "Clock", "Services", "Functions", "State machine", "Rollback rule",
                      "Parameters", "Secrets", "Subnet group", "Topic", "Queue", "Buckets"):
            self.assertEqual(found[check]["health"], "ok", found[check])

    def test_8_doctor_finds_what_is_broken(self):
        self.endpoint.aws("secretsmanager", "put-secret-value", "--secret-id", "dev/master-credentials",
                          "--secret-string", "no json")
        self.endpoint.aws("events", "disable-rule", "--name", "aurora-restore-rollback-dev")
        result = self.endpoint.run("doctor", check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("dev/master-credentials holds no JSON object", result.stdout)
        mend = re.search(r"-> (aws events enable-rule .*)|→ (aws events enable-rule .*)", result.stdout)
        subprocess.run(["sh", "-c", mend.group(1) or mend.group(2)], env=self.endpoint.environment, check=True, timeout=60)
        found = {row["check"]: row for row in rows(self.endpoint.run("doctor", "--json", check=False).stdout)}
        self.assertEqual(found["Rollback rule"]["health"], "ok", "the command that mends it works as printed")

    def test_8_cost_counts_what_the_restore_used(self):
        cost = json.loads(self.endpoint.run("cost", "of-file", "--json").stdout)
        lines = {line["what"].split(",")[0].split(" (")[0]: line for line in cost["pipeline"]}
        entered = [e for e in rows(self.endpoint.run("history", "of-file", "--output", "json").stdout)
                   if e["type"].endswith("StateEntered")]
        self.assertGreater(len(entered), 18)
        self.assertGreaterEqual(lines["State transitions"]["quantity"], len(entered))
        self.assertGreaterEqual(lines["Lambda requests"]["quantity"], 10)
        self.assertEqual(lines["Lambda duration"]["basis"], "measured", "the functions' report lines were read")
        self.assertGreater(lines["RDS API calls"]["quantity"], 5)
        self.assertGreater(lines["DynamoDB writes"]["quantity"], 10)
        self.assertGreater(cost["pipeline_usd"], 0.0004)
        self.assertLess(cost["pipeline_usd"], 0.02)
        self.assertIn("Transfer of the snapshot from us-east-1 to us-west-2", [line["what"] for line in cost["resources"]])
        self.assertFalse(cost["charged"])
        table = self.endpoint.run("cost", "of-file").stdout
        self.assertIn("free tiers are not deducted", table)
        summary = self.endpoint.run("cost", "--since", "1d").stdout
        self.assertRegex(summary, r"(?m)^mean ")
        self.assertEqual(self.endpoint.run("cost", check=False).returncode, 2)

    def test_9_lists_are_the_same_in_json_and_yaml(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("there is no PyYAML here")
        for arguments in (["list"], ["status", "one"], ["history", "one"], ["snapshots"], ["secret", "dev/db-users/app_user"],
                          ["local", "status"], ["local", "fault", "list"], ["orphans"], ["version"], ["explain", "TargetLocked"],
                          ["doctor"]):
            as_json = rows(self.endpoint.run(*arguments, "--output", "json", check=False).stdout)
            as_yaml = yaml.load(self.endpoint.run(*arguments, "-o", "yaml", check=False).stdout, Loader=yaml.BaseLoader)
            self.assertEqual(len(as_yaml) if isinstance(as_yaml, list) else 1, len(as_json), arguments)
            self.assertNotIn(ESCAPE, str(as_yaml))
        answer = self.endpoint.run("invoke", "snapshot_check", "--operation-id", "x", "--output", "yaml", "--payload",
                                   '{"snapshot_date": "latest", "dry_run": true}').stdout
        self.assertEqual(yaml.safe_load(answer)["status"], "success")


if __name__ == "__main__":
    unittest.main()
