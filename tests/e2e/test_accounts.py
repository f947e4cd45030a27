"""A snapshot of another account, shared by a role of that account, restored and tidied up after."""
import json
import unittest

from harness import EndpointTest, wait_until

OTHER = {"AWS_ACCESS_KEY_ID": "AKIALOCALRESTORE0002", "AWS_SECRET_ACCESS_KEY": "other-restore-secret-key"}
ROLE = "arn:aws:iam::210987654321:role/external-id/team-7/aurora-restore-source"


class Accounts(EndpointTest):
    def theirs(self, *arguments):
        """The AWS CLI with the other account's key pair, in the source Region."""
        own = self.endpoint.environment
        self.endpoint.environment = {**own, **OTHER}
        try:
            return self.endpoint.aws(*arguments, "--region", "us-east-1")
        finally:
            self.endpoint.environment = own

    def give_them_the_source(self):
        """The demo's data as their cluster: shared to them, copied and restored there."""
        name = next(name for name in self.snapshots("us-east-1") if not name.startswith("rds:"))
        self.endpoint.aws("rds", "modify-db-cluster-snapshot-attribute", "--region", "us-east-1",
                          "--db-cluster-snapshot-identifier", name, "--attribute-name", "restore",
                          "--values-to-add", "210987654321")
        arn = f"arn:aws:rds:us-east-1:123456789012:cluster-snapshot:{name}"
        key = self.theirs("kms", "create-key")["KeyMetadata"]["Arn"]
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Resource": "*", "Action": "kms:*",
             "Principal": {"AWS": ["arn:aws:iam::210987654321:root", "arn:aws:iam::123456789012:root"]}}]}
        self.theirs("kms", "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", json.dumps(policy))
        copy = ["rds", "copy-db-cluster-snapshot", "--source-db-cluster-snapshot-identifier", arn,
                "--target-db-cluster-snapshot-identifier", "their-orders"]
        encrypted = self.endpoint.aws("rds", "describe-db-cluster-snapshots", "--region", "us-east-1",
                                      "--db-cluster-snapshot-identifier", name)["DBClusterSnapshots"][0]["StorageEncrypted"]
        self.theirs(*copy, *(["--kms-key-id", key] if encrypted else []))
        wait_until(lambda: self.their_snapshot("their-orders")["Status"] == "available", 60, "their copy")
        return encrypted

    def their_snapshot(self, name):
        return self.theirs("rds", "describe-db-cluster-snapshots", "--db-cluster-snapshot-identifier",
                           name)["DBClusterSnapshots"][0]

    def test_snapshot_is_shared_by_the_role_restored_and_the_sharing_taken_back(self):
        encrypted = self.give_them_the_source()
        ours = self.endpoint.aws("kms", "create-key", "--region", "us-west-2")["KeyMetadata"]["Arn"]
        run = ["run", "--snapshot", "their-orders", "--target-cluster", "from-them",
               "--set", "source_account_id=210987654321", "--set", "compare_with_source=none", *(["--set", f"kms_key_id={ours}"] if encrypted else [])]
        refused = self.endpoint.run(*run, "--operation-id", "unshared", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("SnapshotNotShared", refused.stdout + refused.stderr)
        refused = self.endpoint.run(*run, "--set", f"source_role_arn={ROLE}", "--operation-id", "no-external-id", check=False)
        self.assertIn("SourceRoleRefused", refused.stdout + refused.stderr)

        self.endpoint.run(*run, "--set", f"source_role_arn={ROLE}", "--set", "source_role_external_id=team-7",
                          "--operation-id", "by-role")
        self.assertEqual(self.clusters(), ["from-them"])
        self.assertEqual([name for name in self.snapshots() if not name.startswith("rds:")], [], "the copy is gone")
        attributes = self.theirs("rds", "describe-db-cluster-snapshot-attributes", "--db-cluster-snapshot-identifier",
                                 "their-orders")["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
        self.assertEqual(attributes[0]["AttributeValues"], [], "the sharing is taken back")
        self.assertEqual(self.state_of("by-role")["status"]["S"], "COMPLETED")


if __name__ == "__main__":
    unittest.main()
