"""Two executions for one target cluster: exactly one works on it, and the other says who does."""
import concurrent.futures
import json
import unittest

from harness import EndpointTest, wait_until
from test_restore import RUN


class Lock(EndpointTest):
    pace = "copy=5s"

    def status_of(self, operation):
        try:
            return self.state_of(operation)["status"]["S"]
        except (KeyError, TypeError):  # the AWS CLI prints nothing for an item that is not there
            return None

    def test_1_of_two_started_together_one_runs(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for started in [pool.submit(self.endpoint.run, "start", *RUN[1:], "--operation-id", name)
                            for name in ("twin-a", "twin-b")]:
                started.result()
        refused = wait_until(lambda: next((n for n in ("twin-a", "twin-b") if self.status_of(n) == "FAILED"), None), 60,
                             "one of the two is refused")
        winner = "twin-b" if refused == "twin-a" else "twin-a"
        error = self.state_of(refused)["error"]["M"]
        self.assertEqual(error["name"]["S"], "TargetLocked")
        self.assertIn(winner, error["message"]["S"])
        self.assertIn(f"aurora-restore watch {winner}", error["hint"]["S"])

        dry = self.endpoint.run("run", *RUN[1:], "--dry-run", "--json", check=False)
        self.assertEqual(dry.returncode, 6, dry.stdout + dry.stderr)
        self.assertEqual([f["name"] for f in json.loads(dry.stdout)["findings"]], ["TargetLocked"])

        wait_until(lambda: self.status_of(winner) == "COMPLETED", 180, "the other one is completed")
        self.assertEqual(self.clusters(), ["dev-target-cluster"])

    def test_2_locks_are_no_operations(self):
        self.endpoint.run("start", *RUN[1:], "--operation-id", "listed")
        wait_until(lambda: self.status_of("listed") == "IN_PROGRESS", 60, "it works")
        items = self.endpoint.aws("dynamodb", "scan", "--table-name", "aurora-restore-state-dev")["Items"]
        self.assertTrue(any(i["operation_id"]["S"].startswith("lock#") for i in items))
        self.assertNotIn("lock#", self.endpoint.run("list").stdout)

    def test_3_cancel_frees_the_target(self):
        self.endpoint.run("cancel", "listed")
        self.endpoint.run("run", *RUN[1:], "--dry-run")


if __name__ == "__main__":
    unittest.main()
