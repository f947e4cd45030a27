"""Restores by schedule and by fleet: real clusters, started by the endpoint's own clock."""
import datetime
import json
import signal
import subprocess
import time
import unittest
import urllib.request

from harness import BIN, EndpointTest, wait_until
from test_restore import RUN, SNAPSHOT

REQUEST = RUN[1:]


def soon(seconds):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%S")


class Schedules(EndpointTest):
    def rows(self):
        listed = self.endpoint.run("schedule", "list", "--json").stdout.splitlines()
        return {row["name"]: row for row in map(json.loads, listed)}

    def last_run(self, name):
        return self.rows()[name]["last_run"] or {}

    def test_1_a_schedule_restores_a_cluster_at_its_time(self):
        added = self.endpoint.run("schedule", "add", "once", "--at", soon(10), "--snapshot",
                                  "dev-source-cluster-snapshot-{date}", *REQUEST[2:])
        self.assertEqual(added.stdout, "once\n")
        self.assertEqual(self.rows()["once"]["state"], "active")
        wait_until(lambda: self.last_run("once").get("result") == "completed", 240, "the restore is completed")
        row = self.rows()["once"]
        self.assertEqual((row["state"], row["next_run"], row["missed_runs"]), ("over", None, 0))
        operation = row["last_run"]["operation_id"]
        self.assertTrue(operation.startswith("once-at-"))
        state = self.state_of(operation)
        self.assertEqual(state["snapshot_details"]["M"]["snapshot_name"]["S"], SNAPSHOT, "the template was resolved")
        self.assertEqual(self.clusters(), ["dev-target-cluster"])

    def test_2_of_two_overlapping_runs_one_is_refused_by_name(self):
        when = soon(15)
        for name in ("twin-a", "twin-b"):
            self.endpoint.run("schedule", "add", name, "--at", when, *REQUEST)
        results = lambda: sorted(self.last_run(name).get("result", "") for name in ("twin-a", "twin-b"))
        wait_until(lambda: results() == ["TargetLocked", "completed"], 240, f"one works, the other says why not: {results()}")
        refused = next(row for row in self.rows().values() if (row["last_run"] or {}).get("result") == "TargetLocked")
        self.assertIn("twin-", refused["last_run"]["message"])
        self.assertIn("TargetLocked", self.endpoint.run("schedule", "list").stdout)

    def test_3_run_now_and_remove(self):
        self.endpoint.run("schedule", "add", "nightly", "--cron", "0 2 * * ? *", "--timezone", "Europe/Berlin", "--paused",
                          *REQUEST)
        operation = self.endpoint.run("schedule", "run-now", "nightly").stdout.strip()
        self.endpoint.run("watch", operation)
        self.assertEqual(self.state_of(operation)["status"]["S"], "COMPLETED")
        row = self.rows()["nightly"]
        self.assertEqual((row["state"], row["last_run"]["operation_id"]), ("paused", operation))
        self.endpoint.run("schedule", "resume", "nightly")
        self.assertEqual(self.rows()["nightly"]["state"], "active")
        self.endpoint.run("schedule", "remove", "nightly")
        self.assertNotIn("nightly", self.rows())

    def test_4_the_documented_date_is_resolved(self):
        """The usage guide's rule, and its input started by Scheduler, so that nobody waits until two at night."""
        machine = "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev"
        guide = json.dumps({"snapshot_name": "dev-source-cluster-snapshot-$(date +%Y-%m-%d)", "source_region": "us-east-1",
                            "target_region": "us-west-2", "target_cluster_id": "dev-target-cluster"})
        role = "arn:aws:iam::123456789012:role/aurora-restore-events-role"
        self.endpoint.aws("events", "put-rule", "--name", "aurora-restore-daily", "--schedule-expression",
                          "cron(0 2 * * ? *)", "--state", "ENABLED")
        self.endpoint.aws("events", "put-targets", "--rule", "aurora-restore-daily", "--targets",
                          json.dumps([{"Id": "1", "Arn": machine, "RoleArn": role, "Input": guide}]))
        rule = self.endpoint.aws("events", "list-targets-by-rule", "--rule", "aurora-restore-daily")["Targets"][0]
        self.endpoint.aws("scheduler", "create-schedule", "--name", "guide", "--schedule-expression", f"at({soon(10)})",
                          "--flexible-time-window", "Mode=OFF",
                          "--target", json.dumps({"Arn": rule["Arn"], "RoleArn": role, "Input": rule["Input"]}))
        run = wait_until(lambda: next((s["runs"][0] for s in self.report() if s["name"] == "guide" and s["runs"]), None),
                         30, "it has run")
        operation = run["execution_arn"].split(":")[-1]
        self.endpoint.run("watch", operation)
        self.assertEqual(self.state_of(operation)["snapshot_details"]["M"]["snapshot_name"]["S"], SNAPSHOT)

    def report(self):
        with urllib.request.urlopen(self.endpoint.environment["AWS_ENDPOINT_URL"] + "/_aurora/schedules") as answer:
            return json.load(answer)["schedules"]

    def test_5_what_came_due_while_the_endpoint_was_killed_runs_late(self):
        self.endpoint.run("schedule", "add", "late", "--at", soon(8), *REQUEST)
        due = time.monotonic() + 9
        self.endpoint.kill()
        wait_until(lambda: time.monotonic() > due, 20, "its time has passed")
        self.endpoint.start()
        wait_until(lambda: self.last_run("late").get("result") == "completed", 240, "it ran late")


class Fleets(EndpointTest):
    def fleet(self, text):
        (self.endpoint.folder / "fleet.yaml").write_text(text)

    def test_1_findings_have_their_line_and_nothing_starts(self):
        self.fleet("items:\n  - {name: a, target_cluster_id: one}\n  - name: b\n    target_cluster_id: one\n    prt: 5\n")
        refused = self.endpoint.run("batch", "run", "fleet.yaml", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("fleet.yaml:4:24: one is the target of item a too", refused.stderr)
        self.assertIn("fleet.yaml:5:", refused.stderr)

    def test_2_three_at_once_of_which_one_fails(self):
        self.fleet(f"name: trio\nconcurrency: 3\ncontinue_on_error: true\n"
                   f"defaults:\n  snapshot_name: {SNAPSHOT}\n  target_region: us-west-2\n"
                   f"items:\n  - {{name: one, target_cluster_id: fleet-one, priority: 1}}\n"
                   f"  - {{name: two, target_cluster_id: fleet-two}}\n"
                   f"  - {{name: bad, target_cluster_id: fleet-bad, snapshot_name: not-there, retries: 1}}\n")
        done = self.endpoint.run("batch", "run", "fleet.yaml", "--name", "trio-1", "--json", check=False, timeout=500)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        summary = json.loads(done.stdout)
        items = {item["name"]: item for item in summary["items"]}
        self.assertEqual({name: item["status"] for name, item in items.items()},
                         {"one": "completed", "two": "completed", "bad": "failed"})
        self.assertEqual(items["bad"]["error"]["name"], "SnapshotNotFound")
        self.assertEqual((items["bad"]["attempts"], items["bad"]["operation_id"]), (2, "trio-1-bad-2"))
        self.assertEqual(self.clusters(), ["fleet-one", "fleet-two"])
        self.assertIn("one: started as trio-1-one", done.stderr)
        status = self.endpoint.run("batch", "status", "trio-1").stdout
        self.assertIn("SnapshotNotFound", status)

    def test_3_dry_run_looks_and_leaves_all_alone(self):
        before = self.clusters()
        looked = self.endpoint.run("batch", "run", "fleet.yaml", "--dry-run", check=False)
        self.assertEqual(looked.returncode, 4, looked.stdout + looked.stderr)
        self.assertIn("SnapshotNotFound", looked.stdout)
        self.assertEqual(self.clusters(), before)

    def test_4_ctrl_c_detaches(self):
        self.fleet(f"concurrency: 1\ndefaults:\n  snapshot_name: {SNAPSHOT}\n"
                   f"items:\n  - {{name: one, target_cluster_id: fleet-one}}\n  - {{name: two, target_cluster_id: fleet-two}}\n")
        running = subprocess.Popen([str(BIN / "aurora-restore"), "batch", "run", "fleet.yaml", "--name", "left"],
                                   env=self.endpoint.environment, cwd=self.endpoint.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: "left-one" in self.endpoint.run("list").stdout, 60, "the first is at work")
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 5, errors)
        self.assertIn("batch status left", errors)
        self.endpoint.run("watch", "left-one")
        self.assertNotIn("left-two", self.endpoint.run("list").stdout)


if __name__ == "__main__":
    unittest.main()
