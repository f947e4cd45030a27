"""Faults that were asked for, as boto3 sees them: code, status and form of the answer.

Run against a running endpoint: python3 tests/peers/faults.py
"""
import json
import os
import time
import unittest
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1})
FAULTS = os.environ["AWS_ENDPOINT_URL"].rstrip("/") + "/_aurora/faults"


def ask(method, path="", order=None, **headers):
    data = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(FAULTS + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def add(service, operation, code=None, **more):
    order = {"service": service, "operation": operation, **more}
    if code:
        order["code"] = code
    return ask("POST", order=order)


def client(service, **more):
    return boto3.client(service, config=CONFIG, **more)


class Faults(unittest.TestCase):
    def tearDown(self):
        ask("DELETE")

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], caught.exception

    def test_capacity_and_quota_codes_of_rds(self):
        rds = client("rds")
        restore = dict(DBClusterIdentifier="t", SnapshotIdentifier="s", Engine="aurora-postgresql")
        instance = dict(DBInstanceIdentifier="i", DBClusterIdentifier="t", DBInstanceClass="db.r6g.large",
                        Engine="aurora-postgresql")
        delete = dict(DBClusterIdentifier="t", SkipFinalSnapshot=True)
        copy = dict(SourceDBClusterSnapshotIdentifier="s", TargetDBClusterSnapshotIdentifier="t")
        share = dict(DBClusterSnapshotIdentifier="s", AttributeName="restore")
        for operation, code, status, call, arguments in (
                ("RestoreDBClusterFromSnapshot", "InsufficientDBClusterCapacityFault", 403,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "InsufficientDBInstanceCapacity", 400,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "InsufficientStorageClusterCapacity", 400,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "StorageQuotaExceeded", 400,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "InvalidDBSnapshotState", 400,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "DBSnapshotNotFound", 404,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "VpcEncryptionControlViolationException", 400,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("RestoreDBClusterFromSnapshot", "InvalidVPCNetworkStateFault", 400,
                 rds.restore_db_cluster_from_snapshot, restore),
                ("CreateDBInstance", "InstanceQuotaExceeded", 400, rds.create_db_instance, instance),
                ("CopyDBClusterSnapshot", "SnapshotQuotaExceeded", 400, rds.copy_db_cluster_snapshot, copy),
                ("DeleteDBCluster", "InvalidGlobalClusterStateFault", 400, rds.delete_db_cluster, delete),
                ("DeleteDBCluster", "DBClusterAutomatedBackupQuotaExceededFault", 400, rds.delete_db_cluster, delete),
                ("ModifyDBClusterSnapshotAttribute", "SharedSnapshotQuotaExceeded", 400,
                 rds.modify_db_cluster_snapshot_attribute, share)):
            with self.subTest(operation=operation, code=code):
                add("rds", operation, code, message="There is none at the moment.")
                seen_code, seen_status, error = self.refused(call, **arguments)
                self.assertEqual((seen_code, seen_status), (code, status))
                self.assertIn("There is none at the moment.", str(error))
                self.assertTrue(error.response["ResponseMetadata"]["RequestId"])

    def test_every_protocol(self):
        add("rds", "*", "Throttling")
        self.assertEqual(self.refused(client("rds").describe_db_clusters)[:2], ("Throttling", 400))
        add("rds", "*", "ServiceUnavailable")
        self.assertEqual(self.refused(client("rds").describe_db_clusters)[:2], ("ServiceUnavailable", 503))
        add("dynamodb", "list-tables", "ThrottlingException")
        self.assertEqual(self.refused(client("dynamodb").list_tables)[:2], ("ThrottlingException", 400))
        add("kms", "CreateGrant", "DisabledException")
        code, _, error = self.refused(client("kms").create_grant, KeyId="k", GranteePrincipal="p",
                                      Operations=["Decrypt"])
        self.assertEqual(code, "DisabledException")
        self.assertEqual(type(error).__name__, "DisabledException")
        add("lambda", "ListFunctions", "TooManyRequestsException")
        self.assertEqual(self.refused(client("lambda").list_functions)[:2], ("TooManyRequestsException", 429))
        add("s3", "ListBuckets", "SlowDown")
        self.assertEqual(self.refused(client("s3").list_buckets)[:2], ("SlowDown", 503))
        self.assertEqual(ask("GET"), {"faults": []})

    def test_boto3_retries_what_passes(self):
        add("rds", "DescribeDBClusters", "Throttling", times=2)
        patient = boto3.client("rds", config=Config(retries={"total_max_attempts": 4, "mode": "standard"}))
        self.assertIn("DBClusters", patient.describe_db_clusters())

    def test_a_region_and_a_delay(self):
        add("rds", "DescribeDBClusters", "Throttling", region="eu-west-1", times=0)
        self.assertIn("DBClusters", client("rds", region_name="us-east-1").describe_db_clusters())
        self.assertEqual(self.refused(client("rds", region_name="eu-west-1").describe_db_clusters)[0], "Throttling")
        add("rds", "DescribeDBClusters", delay_ms=400)
        begin = time.monotonic()
        self.assertIn("DBClusters", client("rds", region_name="us-east-1").describe_db_clusters())
        self.assertGreaterEqual(time.monotonic() - begin, 0.4)
        self.assertEqual([fault["met"] for fault in ask("GET")["faults"]], [1])

    def test_refusals(self):
        for order, part in (({"service": "rsd", "operation": "*", "code": "Throttling"}, "Did you mean rds?"),
                            ({"service": "rds", "operation": "CreateDBInstanc", "code": "Throttling"},
                             "Did you mean CreateDBInstance?"),
                            ({"service": "rds", "operation": "CreateDBInstance", "code": "Throtling"},
                             "Did you mean Throttling?")):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                ask("POST", order=order)
            self.assertEqual(caught.exception.code, 400)
            told = json.load(caught.exception)
            self.assertEqual(told["error"], "InvalidInput")
            self.assertEqual(told["hint"], part)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            ask("POST", order={"service": "rds", "operation": "*", "code": "Throttling"}, Origin="http://example.com")
        self.assertEqual(caught.exception.code, 403)
        caught.exception.close()


if __name__ == "__main__":
    unittest.main()
