"""Replacing a cluster by each strategy, and restores with more than the defaults, on real servers."""
import datetime

from harness import EndpointTest, wait_until

SNAPSHOT = f"dev-source-cluster-snapshot-{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"
TARGET = "dev-target-cluster"
RUN = ["run", "--snapshot", SNAPSHOT, "--target-cluster", TARGET, "--target-region", "us-west-2",
       "--set", "compare_with_source=none"]


class Strategies(EndpointTest):
    def restore(self, operation, *more, check=True):
        settings = [part for setting in more for part in ("--set", setting)]
        return self.endpoint.run(*RUN, "--operation-id", operation, *settings, check=check)

    def identity(self):
        return self.cluster(TARGET)["DbClusterResourceId"]

    def only_the_target_is_left(self):
        wait_until(lambda: self.clusters() == [TARGET], 30, f"only {TARGET} is left: {self.clusters()}")

    def writer(self):
        return [m["DBInstanceIdentifier"] for m in self.cluster(TARGET)["DBClusterMembers"] if m["IsClusterWriter"]]

    def test_1_onto_free_ground_with_a_managed_password_and_a_reader(self):
        self.restore("first", "manage_master_user_password=true", "reader_count=1", "db_instance_class=db.serverless",
                     "serverless_min_capacity=0.5", "serverless_max_capacity=4", "iam_database_authentication=true",
                     "cloudwatch_log_exports=postgresql", "backup_retention_period=3", "tags={\"team\":\"orders\"}")
        cluster = self.cluster(TARGET)
        self.assertEqual(cluster["MasterUserSecret"]["SecretStatus"], "active")
        self.assertEqual(cluster["ServerlessV2ScalingConfiguration"]["MaxCapacity"], 4.0)
        self.assertTrue(cluster["IAMDatabaseAuthenticationEnabled"])
        self.assertEqual(cluster["EnabledCloudwatchLogsExports"], ["postgresql"])
        self.assertEqual(cluster["BackupRetentionPeriod"], 3)
        self.assertIn({"Key": "team", "Value": "orders"}, cluster["TagList"])
        self.assertEqual(len(cluster["DBClusterMembers"]), 2)

    def test_2_swap_exchanges_names_after_verification(self):
        before = self.identity()
        self.restore("swapped", "replace_strategy=swap")
        self.assertNotEqual(self.identity(), before)
        self.only_the_target_is_left()
        self.assertEqual(self.writer(), [f"{TARGET}-instance-1"])

    def test_3_failed_swap_leaves_the_old_cluster_serving_all_the_time(self):
        before = self.identity()
        file = self.endpoint.folder / "impossible.sql"
        file.write_text("-- check: there are no users\n-- expect: empty\nSELECT * FROM public.users LIMIT 1;\n")
        result = self.restore("not-swapped", "replace_strategy=swap", f'verification_sql=["{file}"]', check=False)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("VerificationFailed", result.stdout + result.stderr)
        self.assertEqual(self.identity(), before)
        self.only_the_target_is_left()

    def test_4_delete_keeps_a_final_snapshot(self):
        before = self.identity()
        self.restore("deleted", "replace_strategy=delete", "final_snapshot=true")
        self.assertNotEqual(self.identity(), before)
        final = self.state_of("deleted")["state"]["M"]["final_snapshot"]["S"]
        self.assertIn(final, self.snapshots())

    def test_5_nothing_is_left_behind(self):
        self.assertIn("Nothing was left behind", self.endpoint.run("orphans").stderr)

    def test_6_protected_cluster_is_refused_before_anything_is_copied(self):
        self.endpoint.aws("rds", "modify-db-cluster", "--db-cluster-identifier", TARGET, "--deletion-protection",
                          "--apply-immediately")
        before = self.snapshots()
        result = self.restore("refused", check=False)
        self.assertIn("TargetProtected", result.stdout + result.stderr)
        self.assertEqual(self.snapshots(), before)
        dry = self.endpoint.run(*RUN, "--dry-run", "--json", check=False)
        self.assertIn("TargetProtected", dry.stdout + dry.stderr)
        self.endpoint.aws("rds", "modify-db-cluster", "--db-cluster-identifier", TARGET, "--no-deletion-protection",
                          "--apply-immediately")
