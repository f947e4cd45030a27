"""Exports and imports of DynamoDB tables, and indexes made later, as boto3 and the AWS CLI see them.

Run against a running endpoint: python3 tests/peers/dynamodb_export.py
AWS_ENDPOINT_URL, the credentials and the Region come from the environment, as `aurora-restore local env`
prints them. Every table and bucket that a test makes has a name of its own.
"""
import base64
import gzip
import hashlib
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
ACCOUNT = "123456789012"
REGION = os.environ.get("AWS_DEFAULT_REGION", "us-west-2")


def wait(look, what):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within 60 s: {what}")


class Peer(unittest.TestCase):
    def setUp(self):
        self.client = boto3.client("dynamodb", config=CONFIG)
        self.s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
        self.name = f"peer-{uuid.uuid4().hex[:12]}"
        self.bucket = f"peer-{uuid.uuid4().hex[:12]}"
        self.arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{self.name}"
        self.client.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "operation_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "operation_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST")
        self.make_bucket(self.bucket)

    def make_bucket(self, name):
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    def recover(self):
        answer = self.client.update_continuous_backups(
            TableName=self.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        description = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        self.assertEqual(description["PointInTimeRecoveryStatus"], "ENABLED")

    def fill(self, count=25):
        for number in range(count):
            self.client.put_item(TableName=self.name, Item={
                "operation_id": {"S": f"op-{number:03}"}, "status": {"S": "FAILED"}, "raw": {"B": b"\x00\xff"},
                "state": {"M": {"tables": {"N": "7"}, "names": {"SS": ["a", "b"]}, "none": {"NULL": True}}}})

    def export(self, **more):
        answer = self.client.export_table_to_point_in_time(
            TableArn=self.arn, S3Bucket=self.bucket, S3Prefix="daily/2026-11-28", **more)
        arn = answer["ExportDescription"]["ExportArn"]

        def ended():
            description = self.client.describe_export(ExportArn=arn)["ExportDescription"]
            return description if description["ExportStatus"] != "IN_PROGRESS" else None
        return wait(ended, f"{arn} ends")

    def import_table(self, target, prefix, **more):
        answer = self.client.import_table(
            S3BucketSource={"S3Bucket": self.bucket, "S3KeyPrefix": prefix}, InputFormat="DYNAMODB_JSON",
            InputCompressionType="GZIP", TableCreationParameters={
                "TableName": target, "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "operation_id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "operation_id", "AttributeType": "S"}]}, **more)
        return self.imported(answer["ImportTableDescription"]["ImportArn"])

    def imported(self, arn):
        def ended():
            description = self.client.describe_import(ImportArn=arn)["ImportTableDescription"]
            return description if description["ImportStatus"] != "IN_PROGRESS" else None
        return wait(ended, f"{arn} ends")

    def items(self, table):
        pages = self.client.get_paginator("scan").paginate(TableName=table)
        return sorted((item for page in pages for item in page["Items"]), key=lambda item: item["operation_id"]["S"])

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def body(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


class Exports(Peer):
    def test_files_are_those_of_dynamodb(self):
        self.recover()
        self.fill()
        description = self.export()
        self.assertEqual(description["ExportStatus"], "COMPLETED", description)
        self.assertEqual(description["ItemCount"], 25)
        self.assertEqual(description["ExportFormat"], "DYNAMODB_JSON")
        folder = f"daily/2026-11-28/AWSDynamoDB/{description['ExportArn'].rsplit('/', 1)[1]}"
        self.assertEqual(description["ExportManifest"], f"{folder}/manifest-summary.json")
        self.assertEqual(self.body(f"{folder}/_started"), b"")
        for name in ("manifest-summary", "manifest-files"):
            digest = base64.b64encode(hashlib.md5(self.body(f"{folder}/{name}.json")).digest())
            self.assertEqual(self.body(f"{folder}/{name}.md5"), digest)
        summary = json.loads(self.body(f"{folder}/manifest-summary.json"))
        self.assertEqual((summary["version"], summary["tableArn"], summary["itemCount"]), ("2020-06-30", self.arn, 25))
        self.assertEqual(summary["manifestFilesS3Key"], f"{folder}/manifest-files.json")
        items = []
        for line in self.body(summary["manifestFilesS3Key"]).decode().splitlines():
            file = json.loads(line)
            packed = self.body(file["dataFileS3Key"])
            self.assertEqual(base64.b64encode(hashlib.md5(packed).digest()).decode(), file["md5Checksum"])
            self.assertEqual(self.s3.head_object(Bucket=self.bucket, Key=file["dataFileS3Key"])["ETag"].strip('"'),
                             file["etag"])
            lines = gzip.decompress(packed).decode().splitlines()
            self.assertEqual(len(lines), file["itemCount"])
            items += [json.loads(line)["Item"] for line in lines]
        self.assertEqual(len(items), 25)
        self.assertEqual(items[0]["raw"], {"B": "AP8="})
        self.assertEqual(items[0]["state"]["M"]["names"], {"SS": ["a", "b"]})

    def test_recovery_is_needed(self):
        self.refused("PointInTimeRecoveryUnavailableException", self.client.export_table_to_point_in_time,
                     TableArn=self.arn, S3Bucket=self.bucket)

    def test_missing_bucket_fails_the_export_not_the_request(self):
        self.recover()
        self.bucket = "peer-not-there"
        description = self.export()
        self.assertEqual((description["ExportStatus"], description["FailureCode"]), ("FAILED", "S3NoSuchBucket"))

    def test_lists_come_in_pages_and_tokens_repeat(self):
        self.recover()
        first = self.export(ClientToken="once")
        self.assertEqual(self.export(ClientToken="once")["ExportArn"], first["ExportArn"])
        self.refused("ExportConflictException", self.client.export_table_to_point_in_time, TableArn=self.arn,
                     S3Bucket=self.bucket, ClientToken="once")
        self.export()
        pages = self.client.get_paginator("list_exports") if self.client.can_paginate("list_exports") else None
        page = self.client.list_exports(TableArn=self.arn, MaxResults=1)
        self.assertEqual(len(page["ExportSummaries"]), 1)
        rest = self.client.list_exports(TableArn=self.arn, MaxResults=1, NextToken=page["NextToken"])
        self.assertEqual(rest["ExportSummaries"][0]["ExportArn"], first["ExportArn"])
        if pages:
            self.assertEqual(sum(len(p["ExportSummaries"]) for p in pages.paginate(TableArn=self.arn)), 2)
        self.refused("TableNotFoundException", self.client.export_table_to_point_in_time,
                     TableArn=self.arn + "-gone", S3Bucket=self.bucket)
        self.refused("ExportNotFoundException", self.client.describe_export, ExportArn=self.arn + "/export/0-0" * 4)

    def test_what_is_not_carried_is_named(self):
        self.recover()
        self.assertIn("ION", self.refused("ValidationException", self.client.export_table_to_point_in_time,
                                          TableArn=self.arn, S3Bucket=self.bucket, ExportFormat="ION"))


class Imports(Peer):
    def test_brings_back_what_was_exported(self):
        self.recover()
        self.fill()
        self.export()
        target = self.name + "-copy"
        description = self.import_table(target, "daily/2026-11-28")
        self.assertEqual(description["ImportStatus"], "COMPLETED", description)
        self.assertEqual((description["ProcessedItemCount"], description["ImportedItemCount"],
                          description["ErrorCount"]), (25, 25, 0))
        self.assertEqual(self.items(target), self.items(self.name))
        self.client.get_waiter("table_exists").wait(TableName=target)
        listed = self.client.list_imports(TableArn=self.arn + "-copy")["ImportSummaryList"]
        self.assertEqual([summary["ImportStatus"] for summary in listed], ["COMPLETED"])
        self.refused("ResourceInUseException", self.client.import_table,
                     S3BucketSource={"S3Bucket": self.bucket}, InputFormat="DYNAMODB_JSON",
                     TableCreationParameters=description["TableCreationParameters"])

    def test_plain_lines_and_errors_are_counted(self):
        self.s3.put_object(Bucket=self.bucket, Key="in/one.json",
                           Body=b'{"Item":{"operation_id":{"S":"a"}}}\n{"Item":{"operation_id":{"N":"1"}}}\nnonsense\n')
        answer = self.client.import_table(
            S3BucketSource={"S3Bucket": self.bucket, "S3KeyPrefix": "in/"}, InputFormat="DYNAMODB_JSON",
            TableCreationParameters={
                "TableName": self.name + "-in", "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "operation_id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "operation_id", "AttributeType": "S"}]})
        description = self.imported(answer["ImportTableDescription"]["ImportArn"])
        self.assertEqual((description["ImportedItemCount"], description["ErrorCount"]), (1, 2))
        logs = boto3.client("logs", config=CONFIG)
        events = logs.filter_log_events(logGroupName="/aws-dynamodb/imports")["events"]
        mine = [json.loads(e["message"]) for e in events if self.bucket in e["message"]]
        self.assertEqual([e["itemS3Pointer"]["itemIndex"] for e in mine], [1, 2])

    def test_failure_leaves_no_table(self):
        description = self.import_table(self.name + "-none", "nothing/here")
        self.assertEqual(description["ImportStatus"], "FAILED")
        self.refused("ResourceNotFoundException", self.client.describe_table, TableName=self.name + "-none")

    def test_other_formats_are_named(self):
        for format_, compression, word in (("CSV", "NONE", "CSV"), ("DYNAMODB_JSON", "ZSTD", "ZSTD")):
            message = self.refused(
                "ValidationException", self.client.import_table, S3BucketSource={"S3Bucket": self.bucket},
                InputFormat=format_, InputCompressionType=compression, TableCreationParameters={
                    "TableName": self.name + "-x", "BillingMode": "PAY_PER_REQUEST",
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]})
            self.assertIn(word, message)


class Indexes(Peer):
    def test_index_made_later_is_filled_and_then_read(self):
        self.fill()
        self.client.update_table(
            TableName=self.name, AttributeDefinitions=[{"AttributeName": "status", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": {
                "IndexName": "by-status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"}}}])

        def active():
            index, = self.client.describe_table(TableName=self.name)["Table"]["GlobalSecondaryIndexes"]
            return index["IndexStatus"] == "ACTIVE"
        wait(active, "the index is active")
        found = self.client.query(
            TableName=self.name, IndexName="by-status", KeyConditionExpression="#s = :s",
            ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": {"S": "FAILED"}})
        self.assertEqual(found["Count"], 25)


@unittest.skipUnless(shutil.which("aws"), "there is no AWS CLI")
class DocumentedCommands(Peer):
    """The operations guide's own commands, with its names. Buckets and tables are made first."""

    def shell(self, script, check=True):
        endpoint = os.environ["AWS_ENDPOINT_URL"]
        prelude = f'aws() {{ command aws --endpoint-url {endpoint} "$@"; }}\nREGION={REGION} ACCOUNT_ID={ACCOUNT}\n'
        result = subprocess.run(["bash", "-c", prelude + script], capture_output=True, text=True, timeout=120,
                                env={**os.environ, "AWS_PAGER": ""})
        if check:
            self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def test_backup_and_recovery(self):
        for bucket in ("aurora-restore-archives", "aurora-restore-dr-backup"):
            self.make_bucket(bucket)
        self.client.create_table(
            TableName="AuroraRestoreState", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "operation_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "operation_id", "AttributeType": "S"}])
        self.name = "AuroraRestoreState"
        self.recover()
        self.fill(3)
        archive = """aws dynamodb export-table-to-point-in-time \\
     --table-arn arn:aws:dynamodb:$REGION:$ACCOUNT_ID:table/AuroraRestoreState \\
     --s3-bucket aurora-restore-archives \\
     --s3-prefix state-data/$(date +%Y-%m-%d)"""
        backup = """aws dynamodb export-table-to-point-in-time \\
     --table-arn arn:aws:dynamodb:$REGION:$ACCOUNT_ID:table/AuroraRestoreState \\
     --s3-bucket aurora-restore-dr-backup \\
     --s3-prefix state-table/$(date +%Y-%m-%d)"""
        for command in (archive, backup):
            arn = json.loads(self.shell(command).stdout)["ExportDescription"]["ExportArn"]
            wait(lambda: self.client.describe_export(ExportArn=arn)["ExportDescription"]["ExportStatus"] == "COMPLETED",
                 "the export is complete")
        before = self.items("AuroraRestoreState")
        self.client.delete_table(TableName="AuroraRestoreState")
        recovery = """aws dynamodb import-table \\
     --s3-bucket-source '{"S3Bucket":"aurora-restore-dr-backup","S3KeyPrefix":"state-table/%s"}' \\
     --table-creation-parameters '{"TableName":"AuroraRestoreState","KeySchema":[{"AttributeName":"operation_id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"operation_id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}'""" % time.strftime("%Y-%m-%d")
        # As printed it lacks what the AWS CLI itself demands, and never reaches any service.
        refused = self.shell(recovery, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("--input-format", refused.stderr)
        done = self.shell(recovery + " --input-format DYNAMODB_JSON --input-compression-type GZIP")
        description = self.imported(json.loads(done.stdout)["ImportTableDescription"]["ImportArn"])
        self.assertEqual(description["ImportedItemCount"], 3, description)
        self.assertEqual(self.items("AuroraRestoreState"), before)


if __name__ == "__main__":
    unittest.main()
