"""RDS as boto3, the AWS CLI and psql see it: the life of clusters, instances and snapshots, with real data.

Run against a running endpoint: python3 tests/peers/rds.py
AWS_ENDPOINT_URL, the credentials and the Region come from the environment, as `aurora-restore local env`
prints them. Everything that a test makes has a name of its own and is deleted again.
"""
import json
import os
import shutil
import subprocess
import time
import unittest
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1})
FIRST_PASSWORD = "first-Password1"
SECOND_PASSWORD = "second-Password2"
DEADLINE_SECONDS = 120


def client(region=None):
    return boto3.client("rds", region_name=region, config=CONFIG)


def psql(endpoint, port, password, sql, database="postgres"):
    """Runs one statement; raises CalledProcessError when the server refuses."""
    environment = dict(os.environ, PGPASSWORD=password, PGSSLMODE="require", PGCONNECT_TIMEOUT="5")
    command = ["psql", "-X", "-A", "-t", "-q", "-h", endpoint, "-p", str(port), "-U", "peeradmin", "-d", database]
    return subprocess.run(
        command + ["-v", "ON_ERROR_STOP=1", "-c", sql], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


class Peer(unittest.TestCase):
    """Has clients of two Regions, a name of its own, and removes what it made."""

    def setUp(self):
        self.name = f"peer-{uuid.uuid4().hex[:10]}"
        self.here = client()
        self.region = self.here.meta.region_name
        other = "us-east-1" if self.region != "us-east-1" else "us-west-2"
        self.there = client(other)

    def tearDown(self):
        for rds in (self.here, self.there):
            for cluster in rds.describe_db_clusters()["DBClusters"]:
                if cluster["DBClusterIdentifier"].startswith(self.name):
                    self.delete(rds, cluster)
            for snapshot in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]:
                if snapshot["DBClusterSnapshotIdentifier"].startswith(self.name):
                    rds.delete_db_cluster_snapshot(
                        DBClusterSnapshotIdentifier=snapshot["DBClusterSnapshotIdentifier"]
                    )

    def delete(self, rds, cluster):
        identifier = cluster["DBClusterIdentifier"]
        self.wait(lambda: rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]["Status"])
        if cluster["DeletionProtection"]:
            rds.modify_db_cluster(DBClusterIdentifier=identifier, DeletionProtection=False)
        for member in cluster["DBClusterMembers"]:
            rds.delete_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"])
        rds.delete_db_cluster(DBClusterIdentifier=identifier, SkipFinalSnapshot=True)

    def wait(self, status, wanted=("available", "failed")):
        """Until the status is one of those wanted, or the thing is gone."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            try:
                seen = status()
            except ClientError as error:
                self.assertIn("NotFound", error.response["Error"]["Code"])
                return "gone"
            if seen in wanted:
                return seen
            time.sleep(0.05)
        self.fail(f"still {seen} after {DEADLINE_SECONDS} s")

    def wait_cluster(self, rds, identifier):
        return self.wait(lambda: rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]["Status"])

    def wait_instance(self, rds, identifier):
        return self.wait(
            lambda: rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]["DBInstanceStatus"]
        )

    def wait_snapshot(self, rds, identifier):
        return self.wait(
            lambda: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=identifier)["DBClusterSnapshots"][0][
                "Status"
            ]
        )

    def make_cluster(self, rds, identifier, **settings):
        rds.create_db_cluster(
            DBClusterIdentifier=identifier,
            Engine="aurora-postgresql",
            MasterUsername="peeradmin",
            MasterUserPassword=FIRST_PASSWORD,
            **settings,
        )
        self.assertEqual(self.wait_cluster(rds, identifier), "available")

    def make_instance(self, rds, identifier, cluster):
        rds.create_db_instance(
            DBInstanceIdentifier=identifier,
            DBClusterIdentifier=cluster,
            DBInstanceClass="db.r6g.large",
            Engine="aurora-postgresql",
            PubliclyAccessible=False,
        )
        self.assertEqual(self.wait_instance(rds, identifier), "available")

    def refused(self, code, status, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], status)
        return caught.exception.response["Error"]["Message"]


class Life(Peer):
    """One restore across Regions by hand, as a DBA does it, and the way back."""

    def test_snapshot_copy_restore_password_rename_and_deletion(self):
        source, target = f"{self.name}-source", f"{self.name}-target"
        self.make_cluster(self.there, source, DatabaseName="shop", Tags=[{"Key": "team", "Value": "dba"}])
        self.make_instance(self.there, f"{source}-1", source)
        cluster = self.there.describe_db_clusters(DBClusterIdentifier=source)["DBClusters"][0]
        self.assertTrue(cluster["DBClusterMembers"][0]["IsClusterWriter"])
        psql(cluster["Endpoint"], cluster["Port"], FIRST_PASSWORD,
             "CREATE TABLE city AS SELECT i AS id, 'Zürich ' || i AS name FROM generate_series(1, 1000) i", "shop")

        self.there.create_db_cluster_snapshot(
            DBClusterIdentifier=source, DBClusterSnapshotIdentifier=f"{self.name}-snap"
        )
        self.assertEqual(self.wait_snapshot(self.there, f"{self.name}-snap"), "available")
        snapshot = self.there.describe_db_cluster_snapshots(DBClusterIdentifier=source)["DBClusterSnapshots"][0]
        self.assertEqual(snapshot["PercentProgress"], 100)
        # botocore adds the presigned URL of old by itself; the endpoint ignores it as RDS does.
        self.here.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=snapshot["DBClusterSnapshotArn"],
            TargetDBClusterSnapshotIdentifier=f"{self.name}-copy",
            SourceRegion=self.there.meta.region_name,
            CopyTags=True,
        )
        self.assertEqual(self.wait_snapshot(self.here, f"{self.name}-copy"), "available")

        self.here.restore_db_cluster_from_snapshot(
            DBClusterIdentifier=target,
            SnapshotIdentifier=f"{self.name}-copy",
            Engine="aurora-postgresql",
            EngineVersion=snapshot["EngineVersion"],
            DeletionProtection=True,
            Tags=[{"Key": "aurora-restore:managed", "Value": "true"}],
        )
        self.assertEqual(self.wait_cluster(self.here, target), "available")
        self.make_instance(self.here, f"{target}-1", target)
        self.here.modify_db_cluster(
            DBClusterIdentifier=target, MasterUserPassword=SECOND_PASSWORD, ApplyImmediately=True
        )
        self.assertEqual(self.wait_cluster(self.here, target), "available")
        restored = self.here.describe_db_clusters(DBClusterIdentifier=target)["DBClusters"][0]
        count = psql(restored["Endpoint"], restored["Port"], SECOND_PASSWORD, "SELECT count(*) FROM city", "shop")
        self.assertEqual(count, "1000")
        with self.assertRaises(subprocess.CalledProcessError):
            psql(restored["Endpoint"], restored["Port"], FIRST_PASSWORD, "SELECT 1", "shop")

        self.here.modify_db_cluster(
            DBClusterIdentifier=target, NewDBClusterIdentifier=f"{target}-old", ApplyImmediately=True
        )
        self.wait(lambda: self.here.describe_db_clusters(DBClusterIdentifier=target)["DBClusters"][0]["Status"], ())
        self.assertEqual(self.wait_cluster(self.here, f"{target}-old"), "available")
        renamed = self.here.describe_db_clusters(DBClusterIdentifier=f"{target}-old")["DBClusters"][0]
        self.assertNotEqual(renamed["Endpoint"], restored["Endpoint"])
        self.assertEqual(renamed["DbClusterResourceId"], restored["DbClusterResourceId"])

        message = self.refused("InvalidParameterCombination", 400, self.here.delete_db_cluster,
                               DBClusterIdentifier=f"{target}-old", SkipFinalSnapshot=True)
        self.assertIn("Cannot delete protected Cluster", message)


class Rules(Peer):
    """What RDS refuses, with its codes on the wire."""

    def test_codes_of_what_is_not_there(self):
        self.refused("DBClusterNotFoundFault", 404, self.here.describe_db_clusters, DBClusterIdentifier=self.name)
        self.refused("DBInstanceNotFound", 404, self.here.describe_db_instances, DBInstanceIdentifier=self.name)
        self.refused("DBClusterSnapshotNotFoundFault", 404, self.here.describe_db_cluster_snapshots,
                     DBClusterSnapshotIdentifier=self.name)
        self.refused("DBSubnetGroupNotFoundFault", 404, self.here.describe_db_subnet_groups,
                     DBSubnetGroupName=self.name)
        self.refused("DBParameterGroupNotFound", 404, self.here.describe_db_cluster_parameter_groups,
                     DBClusterParameterGroupName=self.name)
        self.refused("DBClusterSnapshotNotFoundFault", 404, self.here.restore_db_cluster_from_snapshot,
                     DBClusterIdentifier=self.name, SnapshotIdentifier="none", Engine="aurora-postgresql")

    def test_identifiers_passwords_and_filters(self):
        for identifier in ("1abc", "a--b", "a-", "a_b", "a" * 64):
            self.refused("InvalidParameterValue", 400, self.here.create_db_cluster, DBClusterIdentifier=identifier,
                         Engine="aurora-postgresql", MasterUsername="peeradmin", MasterUserPassword=FIRST_PASSWORD)
        self.refused("InvalidParameterValue", 400, self.here.create_db_cluster, DBClusterIdentifier=self.name,
                     Engine="aurora-postgresql", MasterUsername="peeradmin", MasterUserPassword="short")
        self.refused("InvalidParameterValue", 400, self.here.describe_db_clusters,
                     Filters=[{"Name": "colour", "Values": ["red"]}])
        self.refused("InvalidParameterValue", 400, self.here.describe_db_clusters, MaxRecords=5)

    def test_members_keep_a_cluster_and_deletion_wants_a_word_about_the_final_snapshot(self):
        self.make_cluster(self.here, self.name)
        self.refused("DBClusterAlreadyExistsFault", 400, self.here.create_db_cluster,
                     DBClusterIdentifier=self.name.upper(), Engine="aurora-postgresql", MasterUsername="peeradmin",
                     MasterUserPassword=FIRST_PASSWORD)
        self.make_instance(self.here, f"{self.name}-1", self.name)
        self.refused("DBInstanceAlreadyExists", 400, self.here.create_db_instance,
                     DBInstanceIdentifier=f"{self.name}-1", DBClusterIdentifier=self.name,
                     DBInstanceClass="db.r6g.large", Engine="aurora-postgresql")
        message = self.refused("InvalidDBClusterStateFault", 400, self.here.delete_db_cluster,
                               DBClusterIdentifier=self.name, SkipFinalSnapshot=True)
        self.assertEqual(message, "Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
        self.here.delete_db_instance(DBInstanceIdentifier=f"{self.name}-1")
        self.refused("InvalidParameterCombination", 400, self.here.delete_db_cluster, DBClusterIdentifier=self.name)
        self.here.delete_db_cluster(DBClusterIdentifier=self.name, FinalDBSnapshotIdentifier=f"{self.name}-final")
        self.assertEqual(self.wait_cluster(self.here, self.name), "gone")
        self.assertEqual(self.wait_snapshot(self.here, f"{self.name}-final"), "available")

    def test_boto3s_waiters_and_paginators_understand_the_answers(self):
        self.make_cluster(self.here, self.name)
        self.here.create_db_cluster_snapshot(DBClusterIdentifier=self.name,
                                             DBClusterSnapshotIdentifier=f"{self.name}-w")
        waiter = self.here.get_waiter("db_cluster_snapshot_available")
        waiter.wait(DBClusterSnapshotIdentifier=f"{self.name}-w", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        pages = self.here.get_paginator("describe_orderable_db_instance_options").paginate(
            Engine="aurora-postgresql", PaginationConfig={"PageSize": 20})
        options = [option for page in pages for option in page["OrderableDBInstanceOptions"]]
        self.assertGreater(len(options), 100)
        self.assertEqual(len({(o["EngineVersion"], o["DBInstanceClass"]) for o in options}), len(options))
        self.assertIn("db.serverless", {option["DBInstanceClass"] for option in options})


class Groups(Peer):
    """Subnet groups, parameter groups and tags."""

    def test_subnet_group(self):
        self.refused("DBSubnetGroupDoesNotCoverEnoughAZs", 400, self.here.create_db_subnet_group,
                     DBSubnetGroupName=self.name, DBSubnetGroupDescription="peer", SubnetIds=["subnet-1"])
        group = self.here.create_db_subnet_group(
            DBSubnetGroupName=self.name, DBSubnetGroupDescription="peer", SubnetIds=["subnet-1", "subnet-2"]
        )["DBSubnetGroup"]
        self.assertEqual({s["SubnetIdentifier"] for s in group["Subnets"]}, {"subnet-1", "subnet-2"})
        self.here.delete_db_subnet_group(DBSubnetGroupName=self.name)

    def test_parameter_group_and_tags(self):
        group = self.here.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=self.name, DBParameterGroupFamily="aurora-postgresql15", Description="peer",
            Tags=[{"Key": "a", "Value": "1"}]
        )["DBClusterParameterGroup"]
        self.here.modify_db_cluster_parameter_group(
            DBClusterParameterGroupName=self.name,
            Parameters=[{"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}],
        )
        own = self.here.describe_db_cluster_parameters(DBClusterParameterGroupName=self.name, Source="user")
        self.assertEqual([p["ParameterValue"] for p in own["Parameters"]], ["8192"])
        arn = group["DBClusterParameterGroupArn"]
        self.here.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "b", "Value": "2"}])
        self.here.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
        self.assertEqual(self.here.list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "b", "Value": "2"}])
        self.here.delete_db_cluster_parameter_group(DBClusterParameterGroupName=self.name)

    @unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
    def test_cli_reads_what_boto3_reads(self):
        answer = subprocess.run(
            ["aws", "rds", "describe-db-engine-versions", "--engine", "aurora-postgresql", "--default-only",
             "--output", "json"], check=True, capture_output=True, text=True, timeout=60)
        # Two versions of the model may be at work here; of what both know, they read the same.
        def known(versions):
            return [(v["Engine"], v["EngineVersion"], v["DBParameterGroupFamily"], v["Status"]) for v in versions]

        self.assertEqual(
            known(json.loads(answer.stdout)["DBEngineVersions"]),
            known(self.here.describe_db_engine_versions(Engine="aurora-postgresql", DefaultOnly=True)["DBEngineVersions"]))


class Models(Peer):
    """Nothing that the endpoint says is unknown to the service's model: boto3 would drop it silently."""

    def test_answers_hold_every_member_the_model_marks_as_usual(self):
        self.make_cluster(self.here, self.name)
        self.make_instance(self.here, f"{self.name}-1", self.name)
        cluster = self.here.describe_db_clusters(DBClusterIdentifier=self.name)["DBClusters"][0]
        for member in ("AllocatedStorage", "AvailabilityZones", "BackupRetentionPeriod", "DBClusterParameterGroup",
                       "DBSubnetGroup", "EarliestRestorableTime", "LatestRestorableTime", "ReaderEndpoint",
                       "MultiAZ", "MasterUsername", "VpcSecurityGroups", "HostedZoneId", "StorageEncrypted",
                       "DbClusterResourceId", "DBClusterArn", "ClusterCreateTime", "EngineMode", "TagList"):
            self.assertIn(member, cluster)
        instance = self.here.describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [self.name]}])["DBInstances"][0]
        self.assertEqual(instance["Endpoint"]["Port"], 5432)
        self.assertEqual(instance["DBSubnetGroup"]["DBSubnetGroupName"], "default")
        self.assertFalse(instance["PubliclyAccessible"])
        events = self.here.describe_events(SourceType="db-cluster", SourceIdentifier=self.name)["Events"]
        self.assertEqual([event["EventCategories"] for event in events], [["creation"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
