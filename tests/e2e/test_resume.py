"""A restore that fails late is kept or undone, and goes on when what was wrong is put right."""
import datetime
import json
import subprocess

from harness import EndpointTest, wait_until

SNAPSHOT = f"dev-source-cluster-snapshot-{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"
RUN = ["run", "--snapshot", SNAPSHOT, "--target-cluster", "dev-target-cluster", "--target-region", "us-west-2"]


class Resume(EndpointTest):
    def in_source(self, statement):
        source = self.cluster("dev-source-cluster", "us-east-1")
        password = self.endpoint.run("secret", "dev/master-credentials", "--field", "password").stdout.strip()
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement,
                        f"host={source['Endpoint']} port={source['Port']} dbname=postgres user={source['MasterUsername']}"],
                       env={**self.endpoint.environment, "PGPASSWORD": password}, check=True, capture_output=True, timeout=60)

    def differ(self):
        """The source changes after the snapshot: a comparison with it fails."""
        self.in_source("CREATE TABLE IF NOT EXISTS public.later (id int)")
        self.addCleanup(self.agree)

    def agree(self):
        self.in_source("DROP TABLE IF EXISTS public.later")

    def fail_late(self, operation, *more):
        self.differ()
        result = self.endpoint.run(*RUN, "--operation-id", operation, "--set", "compare_with_source=rows", *more, check=False)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("VerificationFailed", result.stdout + result.stderr)
        self.agree()

    def states_of(self, operation):
        events = [json.loads(line) for line in self.endpoint.run("history", operation, "--json").stdout.splitlines()]
        return [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]

    def test_1_kept_failure_goes_on_with_the_step_that_failed(self):
        self.fail_late("kept", "--set", "on_failure=keep")
        self.assertEqual(self.state_of("kept")["status"]["S"], "FAILED")
        self.assertIn("dev-target-cluster", self.clusters(), "nothing was undone")
        self.assertIn("aurora-restore resume kept", self.endpoint.run("orphans").stdout)
        self.endpoint.run("resume", "kept")
        self.assertEqual(self.state_of("kept")["status"]["S"], "COMPLETED")
        states = self.states_of("kept")
        self.assertEqual(states.count("RestoreSnapshot"), 1, "nothing is done twice")
        self.assertEqual(states.count("VerifyRestore"), 2)
        described = self.endpoint.aws("stepfunctions", "describe-execution", "--execution-arn",
                                      "arn:aws:states:us-west-2:123456789012:execution:aurora-restore-dev:kept")
        self.assertEqual(described["status"], "SUCCEEDED")
        # An AWS CLI from before redrives does not show how many there were.
        self.assertEqual(described.get("redriveCount", 1), 1)
        self.assertIn("Nothing was left behind", self.endpoint.run("orphans").stderr)

    def test_2_undone_failure_begins_again_where_the_rollback_reached(self):
        before = self.cluster("dev-target-cluster")
        self.fail_late("undone")
        self.assertEqual(self.cluster("dev-target-cluster")["DbClusterResourceId"], before["DbClusterResourceId"],
                         "the old cluster has its name back")
        self.assertEqual(self.clusters(), ["dev-target-cluster"])
        self.endpoint.run("resume", "undone")
        self.assertEqual(self.state_of("undone")["status"]["S"], "COMPLETED")
        self.assertNotEqual(self.cluster("dev-target-cluster")["DbClusterResourceId"], before["DbClusterResourceId"])
        self.assertEqual(self.states_of("undone").count("SnapshotCheck"), 1)
        self.assertEqual(self.snapshots(), [])

    def test_3_what_is_completed_is_not_resumed(self):
        result = self.endpoint.run("resume", "undone", check=False)
        self.assertEqual(result.returncode, 6, result.stdout + result.stderr)


class Stopped(EndpointTest):
    pace = "copy=30s"

    def test_stopped_execution_is_rolled_back_and_can_be_resumed(self):
        self.endpoint.run("start", *RUN[1:], "--operation-id", "stopped")
        wait_until(self.snapshots, 30, "the copy is on its way")
        self.endpoint.aws("stepfunctions", "stop-execution", "--execution-arn",
                          "arn:aws:states:us-west-2:123456789012:execution:aurora-restore-dev:stopped", "--cause", "by hand")
        wait_until(lambda: self.state_of("stopped")["status"]["S"] == "CANCELLED", 60, "the rollback of another execution")
        self.assertEqual(self.snapshots(), [])
        self.assertEqual(self.clusters(), [])
        self.endpoint.run("resume", "stopped", "--detach")
        wait_until(self.snapshots, 30, "the copy is on its way again")
        self.endpoint.run("cancel", "stopped")
        self.assertEqual(self.snapshots(), [])
