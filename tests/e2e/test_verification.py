"""Masking, the team's checks and manifests through the whole system: what a restore proves, and what it does not let pass."""
import datetime
import json
import unittest

from harness import EndpointTest


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


SNAPSHOT = f"dev-source-cluster-snapshot-{today()}"
RUN = ["run", "--snapshot", SNAPSHOT, "--target-cluster", "dev-target-cluster", "--target-region", "us-west-2"]

MASK = """-- Nobody outside production sees an address.
UPDATE public.users SET email = 'user' || id || '@example.invalid';
"""
CHECKS = """-- check: there are users
-- expect: value >= 1
SELECT count(*) FROM public.users;
-- check: addresses are masked
-- expect: empty
SELECT 1 FROM public.users WHERE email NOT LIKE '%@example.invalid' LIMIT 1;
"""


class Verification(EndpointTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in (("mask.sql", MASK), ("checks.sql", CHECKS),
                           ("broken.sql", "UPDATE public.users SET email = NULL WHERE false;\nUPDATE public.nowhere SET a = 'canary';\n")):
            (cls.endpoint.folder / name).write_text(text)

    def checks_of(self, operation):
        item = self.state_of(operation)
        return {c["M"]["name"]["S"]: (c["M"]["status"]["S"], c["M"]["detail"]["S"])
                for c in item["verification"]["M"]["checks"]["L"]}

    def test_1_manifest_is_taken_and_noted_at_the_snapshot(self):
        result = self.endpoint.run("snapshots", "manifest", "--snapshot", SNAPSHOT, "--to", "manifest.json")
        manifest = json.loads((self.endpoint.folder / "manifest.json").read_text())
        self.assertEqual(manifest["format"], "aurora-restore manifest")
        self.assertGreaterEqual(manifest["totals"]["tables"], 7)
        self.assertEqual(manifest["totals"]["tables_pending"], 0)
        snapshot = self.endpoint.aws("rds", "describe-db-cluster-snapshots", "--region", "us-east-1",
                                     "--db-cluster-snapshot-identifier", SNAPSHOT)["DBClusterSnapshots"][0]
        tags = {t["Key"]: t["Value"] for t in snapshot["TagList"]}
        self.assertEqual(tags["aurora-restore:manifest"], result.stdout.strip())

    def test_2_masked_restore_passes_manifest_and_checks(self):
        self.endpoint.run(*RUN, "--operation-id", "masked", "--post-restore-sql", "mask.sql", "--verification-sql", "checks.sql",
                          "--verification-manifest", "auto")
        checks = self.checks_of("masked")
        self.assertEqual(checks["equals_manifest"][0], "passed", checks)
        self.assertEqual(checks["sql addresses are masked"][0], "passed", checks)
        script = self.state_of("masked")["scripts"]["L"][0]["M"]
        self.assertEqual(script["status"]["S"], "completed")
        self.assertGreater(int(script["rows"]["N"]), 0)
        self.assertEqual(len(script["sha256"]["S"]), 64)

    def test_3_manifest_that_differs_gives_the_old_cluster_its_name_back(self):
        before = self.cluster("dev-target-cluster")["DbClusterResourceId"]
        manifest = json.loads((self.endpoint.folder / "manifest.json").read_text())
        database = next(d for d in manifest["databases"] if any(t["name"] == "users" for t in d["tables"]))
        table = next(t for t in database["tables"] if t["name"] == "users")
        table["rows"] += 1
        (self.endpoint.folder / "other.json").write_text(json.dumps(manifest))
        result = self.endpoint.run(*RUN, "--operation-id", "differs", "--verification-manifest", "other.json", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("VerificationFailed", result.stdout + result.stderr)
        self.assertIn(f"instead of {table['rows']}", result.stdout + result.stderr)
        self.assertEqual(self.state_of("differs")["status"]["S"], "FAILED")
        self.assertEqual(self.cluster("dev-target-cluster")["DbClusterResourceId"], before)

    def test_4_failed_script_is_named_and_rolled_back(self):
        before = self.cluster("dev-target-cluster")["DbClusterResourceId"]
        result = self.endpoint.run(*RUN, "--operation-id", "broken", "--post-restore-sql", "broken.sql", check=False)
        self.assertIn("ScriptFailed", result.stdout + result.stderr)
        self.assertIn("statement 2 (line 2)", result.stdout + result.stderr)
        self.assertNotIn("canary", result.stdout + result.stderr)
        self.assertEqual(self.cluster("dev-target-cluster")["DbClusterResourceId"], before)

    def test_5_missing_file_stops_before_anything_starts(self):
        result = self.endpoint.run(*RUN, "--operation-id", "nothing", "--post-restore-sql", "none.sql", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("none.sql", result.stderr)
        self.assertEqual(self.endpoint.run("status", "nothing", check=False).returncode, 4)


if __name__ == "__main__":
    unittest.main()
