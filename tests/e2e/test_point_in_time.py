"""A cluster restored as it was at a moment, through the whole system: rows deleted afterwards are there again."""
import datetime
import json
import os
import subprocess
import time
import unittest

from harness import EndpointTest, wait_until
from test_restore import RUN


def psql(endpoint, cluster, statement):
    """What the statement says, run by the master over TLS."""
    user, password = (endpoint.run("secret", "dev/master-credentials", "--field", field).stdout.strip()
                      for field in ("username", "password"))
    answer = subprocess.run(["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", cluster["Endpoint"], "-p",
                             str(cluster["Port"]), "-U", user, "-d", "postgres", "-c", statement],
                            env={**os.environ, "PGPASSWORD": password, "PGSSLMODE": "require"},
                            capture_output=True, text=True, timeout=60)
    if answer.returncode != 0:
        raise AssertionError(answer.stderr)
    return answer.stdout.strip()


def now():
    time.sleep(0.05)
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    time.sleep(0.05)
    return moment


class PointInTime(EndpointTest):
    def test_rows_deleted_after_the_moment_are_there_again(self):
        endpoint = self.endpoint
        endpoint.run(*RUN, "--operation-id", "first")
        source = self.cluster("dev-target-cluster")
        endpoint.aws("rds", "create-db-cluster-snapshot", "--db-cluster-identifier", "dev-target-cluster",
                     "--db-cluster-snapshot-identifier", "base")
        window = wait_until(lambda: self.cluster("dev-target-cluster").get("EarliestRestorableTime"), 60, "a window")
        self.assertTrue(window)

        users = int(psql(endpoint, source, "SELECT count(*) FROM public.users"))
        self.assertGreater(users, 0)
        psql(endpoint, source, "CREATE TABLE public.late AS SELECT i AS id, 'Zürich 東京' AS name "
                               "FROM generate_series(1, 1000) i")
        moment = now()
        psql(endpoint, source, "DELETE FROM public.late WHERE id > 3")
        psql(endpoint, source, "INSERT INTO public.late VALUES (5000, 'too late')")

        to_time = ["run", "--target-cluster", "dev-rehearsal", "--set", "source_cluster_id=dev-target-cluster",
                   "--set", "compare_with_source=none"]
        refused = endpoint.run(*to_time, "--set", "restore_to_time=2020-01-01T00:00:00Z", "--operation-id", "too-early",
                               check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("TimeNotRestorable", refused.stdout + refused.stderr)

        endpoint.run(*to_time, "--set", f"restore_to_time={moment}", "--operation-id", "to-time")
        restored = self.cluster("dev-rehearsal")
        self.assertEqual(psql(endpoint, restored, "SELECT count(*) || ' ' || max(id) FROM public.late"), "1000 1000")
        self.assertEqual(int(psql(endpoint, restored, "SELECT count(*) FROM public.users")), users)
        self.assertEqual(psql(endpoint, source, "SELECT count(*) FROM public.late"), "4", "the source is as it was")
        state = self.state_of("to-time")
        self.assertEqual(state["status"]["S"], "COMPLETED")
        self.assertEqual(state["snapshot_details"]["M"]["snapshot_type"]["S"], "point-in-time")
        manual = [name for name in self.snapshots() if not name.startswith("rds:")]
        self.assertEqual(manual, ["base"], json.dumps(state["state"]))


if __name__ == "__main__":
    unittest.main()
