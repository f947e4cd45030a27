"""A restore through the whole system: functions as processes, the shipped state machine, real servers."""
import datetime
import json
import os
import signal
import subprocess
import time
import unittest

from harness import BIN, SPEC, EndpointTest, wait_until


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


SNAPSHOT = f"dev-source-cluster-snapshot-{today()}"
RUN = ["run", "--snapshot", SNAPSHOT, "--target-cluster", "dev-target-cluster", "--target-region", "us-west-2"]


class Restore(EndpointTest):
    def test_1_first_run_proves_every_row(self):
        result = self.endpoint.run(*RUN, "--operation-id", "first", "--set", "compare_with_source=checksums", "--json")
        for line in result.stdout.splitlines():
            json.loads(line)
        verification = self.state_of("first")["verification"]["M"]
        self.assertTrue(verification["compared_with_source"]["BOOL"])
        self.assertGreaterEqual(int(verification["tables_equal"]["N"]), 7)
        self.assertGreater(int(verification["rows_equal"]["N"]), 500_000)
        self.assertEqual(self.clusters(), ["dev-target-cluster"])
        self.assertEqual(self.snapshots(), [], "the copy is deleted when it is not needed any more")

    def test_2_second_run_replaces_the_cluster_of_the_first(self):
        before = self.cluster("dev-target-cluster")
        self.endpoint.run(*RUN, "--operation-id", "second")
        after = self.cluster("dev-target-cluster")
        self.assertNotEqual(before["DbClusterResourceId"], after["DbClusterResourceId"])
        wait_until(lambda: self.clusters() == ["dev-target-cluster"], 30, "the retired cluster is gone")

    def test_3_printed_psql_line_works_as_typed(self):
        summary = self.endpoint.run("status", "second").stdout
        line = next(l for l in summary.splitlines() if "psql" in l)
        command = line[line.index("PGPASSWORD") if "PGPASSWORD" in line else line.index("psql"):].strip()
        answer = subprocess.run(["sh", "-c", command + " -Atc 'SELECT count(*) FROM public.users'"],
                                env={k: v for k, v in self.endpoint.environment.items() if not k.startswith("AWS_")},
                                capture_output=True, text=True, timeout=60)
        self.assertGreater(int(answer.stdout.strip() or 0), 0, f"{command}\n{answer.stderr}")

    def test_4_audit_and_history_tell_the_story(self):
        events = self.endpoint.aws("dynamodb", "query", "--table-name", "aurora-restore-audit-dev",
                                   "--key-condition-expression", "operation_id = :op_id",
                                   "--expression-attribute-values", '{":op_id":{"S":"second"}}')["Items"]
        steps = [e["step"]["S"] for e in events if e["status"]["S"] == "succeeded"]
        self.assertEqual(steps, ["snapshot_check", "copy_snapshot", "check_copy_status", "delete_rds", "restore_snapshot",
                                 "check_restore_status", "setup_db_users", "verify_restore", "notify_completion", "cleanup"])
        self.assertIn("CopySnapshot", self.endpoint.run("history", "second").stdout)

    def test_5_cluster_of_somebody_else_is_not_touched(self):
        self.endpoint.aws("rds", "create-db-cluster", "--db-cluster-identifier", "theirs", "--engine", "aurora-postgresql",
                          "--master-username", "their_admin", "--master-user-password", "their-password-1")
        result = self.endpoint.run("run", "--snapshot", SNAPSHOT, "--target-cluster", "theirs", "--operation-id", "refused",
                                   check=False)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("TargetExists", result.stdout + result.stderr)
        self.assertEqual(self.snapshots(), [], "nothing was copied")
        self.assertEqual(self.state_of("refused")["status"]["S"], "FAILED")

    def test_6_secrets_are_nowhere(self):
        password = self.endpoint.run("secret", "dev/master-credentials", "--field", "password").stdout.strip()
        self.assertGreaterEqual(len(password), 8)
        places = [self.endpoint.run("audit", "second").stdout, self.endpoint.run("history", "second", "--json").stdout,
                  json.dumps(self.state_of("second")), self.endpoint.log_tail()]
        groups = self.endpoint.aws("logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/aurora-restore")
        self.assertEqual(len(groups["logGroups"]), 11)
        for group in groups["logGroups"]:
            places.append(json.dumps(self.endpoint.aws("logs", "filter-log-events", "--log-group-name", group["logGroupName"])))
        for place in places:
            self.assertNotIn(password, place)

    def test_7_guide_script_runs_twice(self):
        guide = SPEC / "running-the-functions-in-sequence.md"
        if not guide.exists():
            self.skipTest("the specification is not beside this checkout")
        script = next(block for block in guide.read_text().split("```bash\n") if block.startswith("#!/bin/bash")).split("```")[0]
        path = self.endpoint.folder / "run_aurora_restore.sh"
        path.write_text(script)
        path.chmod(0o755)
        for _ in range(2):
            result = subprocess.run([str(path)], env=self.endpoint.environment, cwd=self.endpoint.folder,
                                    capture_output=True, text=True, timeout=400)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr + self.endpoint.log_tail())
            self.assertEqual(result.stdout.splitlines()[-1], "Aurora restore process completed successfully!")


class Failure(EndpointTest):
    pace = "copy=20s"

    def test_1_cancel_removes_the_copy_and_leaves_the_rest(self):
        self.endpoint.run("start", *RUN[1:], "--operation-id", "cancelled-one")
        wait_until(lambda: self.snapshots(), 30, "the copy is on its way")
        self.endpoint.run("cancel", "cancelled-one")
        self.assertEqual(self.state_of("cancelled-one")["status"]["S"], "CANCELLED")
        self.assertEqual(self.snapshots(), [])
        self.assertEqual(self.clusters(), [])

    def test_2_second_restore_under_a_running_id_is_refused(self):
        self.endpoint.run("start", *RUN[1:], "--operation-id", "busy")
        result = self.endpoint.run("start", *RUN[1:], "--operation-id", "busy", "--set", "port=5433", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.endpoint.run("cancel", "busy")


class Kill(EndpointTest):
    """kill -9 of the endpoint in any state, and a start, continue the execution."""
    pace = "copy=2s,restore=2s,instance=1s"

    def test_every_state_survives(self):
        self.endpoint.run("start", *RUN[1:], "--operation-id", "survivor", "--set", "compare_with_source=rows")
        killed_in = []
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            events = [json.loads(line) for line in self.endpoint.run("history", "survivor", "--json").stdout.splitlines()]
            if any(e["type"].startswith("Execution") and e["type"] != "ExecutionStarted" for e in events):
                break
            entered = [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]
            if entered and entered[-1] not in killed_in:
                killed_in.append(entered[-1])
                self.endpoint.kill()
                self.endpoint.start()
        self.assertEqual(events[-1]["type"], "ExecutionSucceeded", json.dumps(events[-3:]) + self.endpoint.log_tail())
        self.assertGreaterEqual(len(killed_in), 4, killed_in)
        self.assertEqual(self.state_of("survivor")["status"]["S"], "COMPLETED")


class Refusals(EndpointTest):
    seeded = False

    def test_unsigned_requests_are_refused(self):
        import urllib.error
        import urllib.request
        request = urllib.request.Request(self.endpoint.environment["AWS_ENDPOINT_URL"] + "/",
                                         data=b"Action=GetCallerIdentity&Version=2011-06-15")
        with self.assertRaises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request, timeout=10)
        self.assertEqual(raised.exception.code, 403)

    def test_port_in_use_names_the_port(self):
        import socket
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            result = self.endpoint.run("local", "start", "--port", str(port), "--data",
                                       str(self.endpoint.folder / "other"), check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(str(port), result.stderr)

    def test_function_process_dies_with_the_endpoint(self):
        self.endpoint.run("invoke", "snapshot_check", "--operation-id", "none", check=False)
        pids = subprocess.run(["pgrep", "-P", str(self.endpoint.pid()), "bootstrap"], capture_output=True, text=True).stdout.split()
        self.assertTrue(pids)
        self.endpoint.kill()
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in pids), 10, "no function is left")
        self.endpoint.start()


if __name__ == "__main__":
    unittest.main()
