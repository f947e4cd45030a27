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
from botocore.exceptions import ClientError, ParamValidationError

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
        try:
            with self.assertRaises(ClientError) as caught:
                call(**arguments)
        except ParamValidationError as error:
            self.skipTest(f"this boto3 does not know what is asked for: {error}")
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


class Encryption(Peer):
    """Keys of copies and restores."""

    def test_keys_of_copies(self):
        kms = {rds: boto3.client("kms", region_name=rds.meta.region_name, config=CONFIG)
               for rds in (self.here, self.there)}
        key, foreign = (kms[rds].create_key()["KeyMetadata"]["Arn"] for rds in (self.here, self.there))
        disabled = kms[self.here].create_key()["KeyMetadata"]["KeyId"]
        kms[self.here].disable_key(KeyId=disabled)
        self.make_cluster(self.there, self.name, StorageEncrypted=True)
        self.there.create_db_cluster_snapshot(DBClusterIdentifier=self.name,
                                              DBClusterSnapshotIdentifier=f"{self.name}-s")
        self.assertEqual(self.wait_snapshot(self.there, f"{self.name}-s"), "available")
        snapshot = self.there.describe_db_cluster_snapshots(DBClusterIdentifier=self.name)["DBClusterSnapshots"][0]
        copy = dict(SourceDBClusterSnapshotIdentifier=snapshot["DBClusterSnapshotArn"],
                    TargetDBClusterSnapshotIdentifier=f"{self.name}-c")
        call = self.here.copy_db_cluster_snapshot
        for more in ({}, {"KmsKeyId": foreign}, {"KmsKeyId": disabled}):
            self.refused("KMSKeyNotAccessibleFault", 400, call, **copy, **more)
        call(**copy, KmsKeyId=key)
        self.assertEqual(self.wait_snapshot(self.here, f"{self.name}-c"), "available")
        copied = self.here.describe_db_cluster_snapshots(
            DBClusterSnapshotIdentifier=f"{self.name}-c")["DBClusterSnapshots"][0]
        self.assertEqual(copied["KmsKeyId"], key)
        self.refused("DBClusterSnapshotAlreadyExistsFault", 400, call, **copy, KmsKeyId=key)
        # RDS's own key cannot be shared, and an encrypted snapshot not with everybody.
        share = self.there.modify_db_cluster_snapshot_attribute
        self.refused("InvalidDBClusterSnapshotStateFault", 400, share,
                     DBClusterSnapshotIdentifier=f"{self.name}-s", AttributeName="restore",
                     ValuesToAdd=["210987654321"])
        self.refused("InvalidDBClusterSnapshotStateFault", 400, self.here.modify_db_cluster_snapshot_attribute,
                     DBClusterSnapshotIdentifier=f"{self.name}-c", AttributeName="restore", ValuesToAdd=["all"])
        restore = dict(DBClusterIdentifier=f"{self.name}-t", SnapshotIdentifier=f"{self.name}-c",
                       Engine="aurora-postgresql")
        for code, status, more in (
                ("DBSubnetGroupNotFoundFault", 404, {"DBSubnetGroupName": "nowhere"}),
                ("DBClusterParameterGroupNotFound", 404, {"DBClusterParameterGroupName": "nowhere"}),
                ("OptionGroupNotFoundFault", 404, {"OptionGroupName": "nowhere"}),
                ("DomainNotFoundFault", 404, {"Domain": "d-1234567890"}),
                ("StorageTypeNotSupported", 400, {"StorageType": "gp3"}),
                ("NetworkTypeNotSupported", 400, {"NetworkType": "DUAL"}),
                ("KMSKeyNotAccessibleFault", 400, {"KmsKeyId": disabled}),
                ("InvalidParameterCombination", 400, {"EngineVersion": "15.4"}),
                ("InvalidParameterCombination", 400, {"EnableCloudwatchLogsExports": ["upgrade"]}),
                ("InvalidParameterValue", 400, {"Port": 80})):
            with self.subTest(code=code, **more):
                self.refused(code, status, self.here.restore_db_cluster_from_snapshot, **restore, **more)


class ManagedPassword(Peer):
    """Master passwords in Secrets Manager, as boto3 and the server see them."""

    def test_password_of_the_secret_opens_the_database_until_it_is_rotated(self):
        create = self.here.meta.service_model.operation_model("CreateDBCluster")
        if "ManageMasterUserPassword" not in create.input_shape.members:
            self.skipTest("this boto3 is older than managed master passwords")
        secrets = boto3.client("secretsmanager", config=CONFIG)
        self.here.create_db_cluster(DBClusterIdentifier=self.name, Engine="aurora-postgresql",
                                    MasterUsername="peeradmin", ManageMasterUserPassword=True)
        self.wait_cluster(self.here, self.name)
        self.make_instance(self.here, f"{self.name}-1", self.name)

        def login():
            cluster = self.here.describe_db_clusters(DBClusterIdentifier=self.name)["DBClusters"][0]
            self.assertEqual(cluster["MasterUserSecret"]["SecretStatus"], "active")
            value = secrets.get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])["SecretString"]
            return cluster, json.loads(value)["password"]

        cluster, first = login()
        self.assertIn(":secret:rds!cluster-", cluster["MasterUserSecret"]["SecretArn"])
        self.assertEqual(psql(cluster["Endpoint"], cluster["Port"], first, "SELECT 7"), "7")
        self.here.modify_db_cluster(DBClusterIdentifier=self.name, RotateMasterUserPassword=True,
                                    ApplyImmediately=True)
        self.assertEqual(self.wait_cluster(self.here, self.name), "available")
        cluster, second = login()
        self.assertEqual(psql(cluster["Endpoint"], cluster["Port"], second, "SELECT 7"), "7")
        with self.assertRaises(subprocess.CalledProcessError):
            psql(cluster["Endpoint"], cluster["Port"], first, "SELECT 7")


class Lists(Peer):
    """Filters, markers, and what the account may still have."""

    def test_filters_are_case_sensitive_and_markers_lead_on(self):
        self.make_cluster(self.here, self.name)

        def found(name, value):
            return len(self.here.describe_db_clusters(Filters=[{"Name": name, "Values": [value]}])["DBClusters"])

        self.assertEqual(found("db-cluster-id", self.name), 1)
        self.assertEqual(found("db-cluster-id", self.name.upper()), 0)
        self.refused("InvalidParameterValue", 400, self.here.describe_db_clusters,
                     Filters=[{"Name": "DB-Cluster-Id", "Values": [self.name]}])
        self.refused("InvalidParameterValue", 400, self.here.describe_db_clusters, Marker="no marker")
        self.refused("InvalidParameterCombination", 400, self.here.describe_db_cluster_snapshots,
                     DBClusterIdentifier="a", DBClusterSnapshotIdentifier="b")
        names = [f"{self.name}-{i:02}" for i in range(21)]
        for name in names:
            self.here.create_db_cluster_parameter_group(
                DBClusterParameterGroupName=name, DBParameterGroupFamily="aurora-postgresql15", Description="peer")
        try:
            self.refused("DBParameterGroupAlreadyExists", 400, self.here.create_db_cluster_parameter_group,
                         DBClusterParameterGroupName=names[0], DBParameterGroupFamily="aurora-postgresql15",
                         Description="peer")
            first = self.here.describe_db_cluster_parameter_groups(MaxRecords=20)
            self.assertEqual(len(first["DBClusterParameterGroups"]), 20)
            pages = self.here.get_paginator("describe_db_cluster_parameter_groups").paginate(
                PaginationConfig={"PageSize": 20})
            seen = [group["DBClusterParameterGroupName"] for page in pages
                    for group in page["DBClusterParameterGroups"]]
            self.assertEqual(len(seen), len(set(seen)))
            self.assertLessEqual(set(names), set(seen))
            quotas = {quota["AccountQuotaName"]: (quota["Used"], quota["Max"])
                      for quota in self.here.describe_account_attributes()["AccountQuotas"]}
            self.assertEqual(quotas["DBClusterParameterGroups"], (21, 50))
            self.assertEqual(quotas["DBClusters"][1], 40)
            self.assertEqual(quotas["ManualClusterSnapshots"][1], 100)
        finally:
            for name in names:
                self.here.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)

    def test_instances_are_refused_what_belongs_to_the_cluster(self):
        self.make_cluster(self.here, self.name)
        create = dict(DBInstanceIdentifier=f"{self.name}-1", DBClusterIdentifier=self.name,
                      DBInstanceClass="db.r6g.large", Engine="aurora-postgresql")
        for code, status, more in (
                ("DBClusterNotFoundFault", 404, {"DBClusterIdentifier": "nowhere"}),
                ("DBParameterGroupNotFound", 404, {"DBParameterGroupName": "nowhere"}),
                ("CertificateNotFound", 404, {"CACertificateIdentifier": "rds-ca-2019"}),
                ("InvalidParameterCombination", 400, {"DBInstanceClass": "db.serverless"}),
                ("InvalidParameterCombination", 400, {"MasterUserPassword": FIRST_PASSWORD}),
                ("InvalidParameterCombination", 400, {"MonitoringInterval": 60}),
                ("InvalidParameterValue", 400, {"PromotionTier": 16})):
            with self.subTest(code=code, **more):
                self.refused(code, status, self.here.create_db_instance, **{**create, **more})
        self.refused("DBInstanceNotFound", 404, self.here.delete_db_instance, DBInstanceIdentifier="nowhere")
        self.here.stop_db_cluster(DBClusterIdentifier=self.name)
        self.wait(lambda: self.here.describe_db_clusters(DBClusterIdentifier=self.name)["DBClusters"][0]["Status"],
                  ("stopped",))
        self.refused("InvalidDBClusterStateFault", 400, self.here.delete_db_cluster, DBClusterIdentifier=self.name,
                     SkipFinalSnapshot=True)
        self.refused("InvalidDBClusterStateFault", 400, self.here.modify_db_cluster, DBClusterIdentifier=self.name,
                     BackupRetentionPeriod=2)
        self.refused("InvalidDBClusterStateFault", 400, self.here.create_db_instance, **create)
        self.here.start_db_cluster(DBClusterIdentifier=self.name)
        self.assertEqual(self.wait_cluster(self.here, self.name), "available")


class GlobalAndBackups(Peer):
    """What keeps a cluster from being deleted, and until when it can be restored to any time."""

    def test_member_of_a_global_cluster(self):
        self.make_cluster(self.here, self.name)
        arn = self.here.describe_db_clusters(DBClusterIdentifier=self.name)["DBClusters"][0]["DBClusterArn"]
        self.here.create_global_cluster(GlobalClusterIdentifier=self.name, SourceDBClusterIdentifier=arn)
        found = self.here.describe_global_clusters(GlobalClusterIdentifier=self.name)["GlobalClusters"][0]
        self.assertEqual([member["DBClusterArn"] for member in found["GlobalClusterMembers"]], [arn])
        message = self.refused("InvalidDBClusterStateFault", 400, self.here.delete_db_cluster,
                               DBClusterIdentifier=self.name, SkipFinalSnapshot=True)
        self.assertIn("global cluster", message)
        self.refused("InvalidGlobalClusterStateFault", 400, self.here.delete_global_cluster,
                     GlobalClusterIdentifier=self.name)
        self.here.remove_from_global_cluster(GlobalClusterIdentifier=self.name, DbClusterIdentifier=arn)
        self.here.delete_global_cluster(GlobalClusterIdentifier=self.name)
        self.refused("GlobalClusterNotFoundFault", 404, self.here.describe_global_clusters,
                     GlobalClusterIdentifier=self.name)

    def test_automated_backups(self):
        if not hasattr(self.here, "describe_db_cluster_automated_backups"):
            self.skipTest("this boto3 is older than automated backups of clusters")
        self.make_cluster(self.here, self.name, BackupRetentionPeriod=3)
        cluster = self.here.describe_db_clusters(DBClusterIdentifier=self.name)["DBClusters"][0]
        backup = self.here.describe_db_cluster_automated_backups(
            DbClusterResourceId=cluster["DbClusterResourceId"])["DBClusterAutomatedBackups"][0]
        self.assertEqual(backup["DBClusterIdentifier"], self.name)
        self.assertEqual(backup["Status"], "active")
        self.assertEqual(backup["BackupRetentionPeriod"], 3)
        self.assertEqual(backup["RestoreWindow"]["EarliestTime"], cluster["EarliestRestorableTime"])
        self.refused("DBClusterAutomatedBackupNotFoundFault", 404, self.here.describe_db_cluster_automated_backups,
                     DBClusterIdentifier="nowhere")
        self.refused("DBClusterAutomatedBackupNotFoundFault", 404, self.here.restore_db_cluster_to_point_in_time,
                     DBClusterIdentifier=f"{self.name}-t", SourceDbClusterResourceId="cluster-GONE",
                     UseLatestRestorableTime=True)

    def test_snapshot_of_an_instance(self):
        self.refused("DBSnapshotNotFound", 404, self.here.restore_db_cluster_from_snapshot,
                     DBClusterIdentifier=self.name, Engine="aurora-postgresql",
                     SnapshotIdentifier=f"arn:aws:rds:{self.region}:123456789012:snapshot:nightly")


class Groups(Peer):
    """Subnet groups, parameter groups and tags."""

    def test_subnet_group(self):
        ec2 = boto3.client("ec2", config=CONFIG)
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{i}.0/24", AvailabilityZone=f"{self.region}{zone}")
            ["Subnet"]["SubnetId"] for i, zone in enumerate("ab")]
        make = dict(DBSubnetGroupName=self.name, DBSubnetGroupDescription="peer")
        self.refused("DBSubnetGroupDoesNotCoverEnoughAZs", 400, self.here.create_db_subnet_group, **make,
                     SubnetIds=subnets[:1])
        message = self.refused("InvalidParameterValue", 400, self.here.create_db_subnet_group, **make,
                               SubnetIds=[subnets[0], "subnet-0badbadbadbadbad0"])
        self.assertIn("subnet-0badbadbadbadbad0", message)
        default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        self.refused("InvalidSubnet", 400, self.here.create_db_subnet_group, **make,
                     SubnetIds=[subnets[0], default[1]["SubnetId"]])
        group = self.here.create_db_subnet_group(**make, SubnetIds=subnets)["DBSubnetGroup"]
        self.assertEqual({s["SubnetIdentifier"] for s in group["Subnets"]}, set(subnets))
        self.assertEqual(group["VpcId"], vpc)
        foreign = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [default[0]["VpcId"]]}])["SecurityGroups"][0]["GroupId"]
        message = self.refused("InvalidParameterCombination", 400, self.here.create_db_cluster,
                               DBClusterIdentifier=self.name, Engine="aurora-postgresql", MasterUsername="peeradmin",
                               MasterUserPassword=FIRST_PASSWORD, DBSubnetGroupName=self.name,
                               VpcSecurityGroupIds=[foreign])
        self.assertIn("different VPCs", message)
        with self.assertRaises(ClientError) as caught:
            ec2.describe_security_groups(GroupIds=["sg-0badbadbadbadbad0"])
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidGroup.NotFound")
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
