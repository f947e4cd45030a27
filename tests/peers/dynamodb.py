"""DynamoDB as boto3 and the AWS CLI see it.

Run against a running endpoint: python3 tests/peers/dynamodb.py
AWS_ENDPOINT_URL, the credentials and the Region come from the environment, as `aurora-restore local env`
prints them. Every table that a test makes has a name of its own and is deleted again.
"""
import json
import os
import shutil
import subprocess
import threading
import unittest
import uuid
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1})


def client():
    return boto3.client("dynamodb", config=CONFIG)


class Peer(unittest.TestCase):
    """Has a table with a hash and a range key, and a resource to look at it with."""

    def setUp(self):
        self.client = client()
        self.resource = boto3.resource("dynamodb", config=CONFIG)
        self.name = f"peer-{uuid.uuid4().hex[:12]}"
        self.resource.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "seq", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "seq", "AttributeType": "N"},
                {"AttributeName": "owner", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[{
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }],
            BillingMode="PAY_PER_REQUEST",
        ).wait_until_exists()
        self.addCleanup(self.client.delete_table, TableName=self.name)
        self.table = self.resource.Table(self.name)

    def refused(self, code, message=None):
        """Asserts that the block is refused with `code`, and with a message that contains `message`."""
        return Refused(self, code, message)


class Refused:
    def __init__(self, case, code, message):
        self.case, self.code, self.message = case, code, message
        self.response = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        self.case.assertIsInstance(error, ClientError)
        self.response = error.response
        self.case.assertEqual(error.response["Error"]["Code"], self.code)
        if self.message is not None:
            self.case.assertIn(self.message, error.response["Error"]["Message"])
        return True


class Tables(Peer):
    def test_lifecycle_with_waiters_and_tags(self):
        name = f"peer-{uuid.uuid4().hex[:12]}"
        created = self.client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "B"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
            Tags=[{"Key": "team", "Value": "dba"}],
        )["TableDescription"]
        self.client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        described = self.client.describe_table(TableName=name)["Table"]
        self.assertEqual(described["TableStatus"], "ACTIVE")
        self.assertEqual(described["ProvisionedThroughput"]["WriteCapacityUnits"], 6)
        self.assertEqual(described["CreationDateTime"].utcoffset().total_seconds() % 60, 0)
        tags = self.client.list_tags_of_resource(ResourceArn=created["TableArn"])["Tags"]
        self.assertEqual(tags, [{"Key": "team", "Value": "dba"}])
        self.assertIn(name, [t for page in self.client.get_paginator("list_tables").paginate() for t in page["TableNames"]])
        with self.refused("ResourceInUseException"):
            self.client.create_table(
                TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
        self.client.delete_table(TableName=name)
        self.client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        with self.refused("ResourceNotFoundException", f"Table: {name} not found"):
            self.client.describe_table(TableName=name)

    def test_time_to_live_and_recovery(self):
        self.client.update_time_to_live(
            TableName=self.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})
        ttl = self.client.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
        self.assertEqual(ttl, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"})
        self.client.update_continuous_backups(
            TableName=self.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        backups = self.client.describe_continuous_backups(TableName=self.name)["ContinuousBackupsDescription"]
        self.assertEqual(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "ENABLED")


class Items(Peer):
    def test_values_of_every_type_come_back_as_they_went(self):
        item = {
            "id": "types", "seq": Decimal("-1.5"), "text": "Grüße \u2713", "empty": "", "bytes": b"\x00\xff\xfe",
            "yes": True, "nothing": None, "numbers": {Decimal("1"), Decimal("2.5")}, "names": {"a", "b"},
            "blobs": {b"\x01", b"\x02"}, "list": ["x", Decimal("7"), {"deep": [False]}],
            "large": Decimal("12345678901234567890123456789012345678"), "small": Decimal("1E-130"),
        }
        self.table.put_item(Item=item)
        self.assertEqual(self.table.get_item(Key={"id": "types", "seq": Decimal("-1.50")})["Item"], item)

    def test_conditional_writes_tell_what_stood_in_the_way(self):
        members = self.client.meta.service_model.operation_model("PutItem").input_shape.members
        if "ReturnValuesOnConditionCheckFailure" not in members:
            self.skipTest("this boto3 cannot ask for the item that stood in the way")
        self.table.put_item(Item={"id": "a", "seq": 1, "version": 1})
        with self.refused("ConditionalCheckFailedException", "The conditional request failed") as refusal:
            self.client.put_item(
                TableName=self.name, Item={"id": {"S": "a"}, "seq": {"N": "1"}},
                ConditionExpression="attribute_not_exists(id)", ReturnValuesOnConditionCheckFailure="ALL_OLD")
        self.assertEqual(refusal.response["Item"]["version"], {"N": "1"})
        updated = self.table.update_item(
            Key={"id": "a", "seq": 1}, UpdateExpression="SET version = version + :one, #s = :s",
            ConditionExpression=Attr("version").eq(1), ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":one": 1, ":s": "DONE"}, ReturnValues="UPDATED_NEW")
        self.assertEqual(updated["Attributes"], {"version": 2, "status": "DONE"})

    def test_of_many_writers_one_wins_each_version(self):
        self.table.put_item(Item={"id": "race", "seq": 1, "version": 0})
        outcomes = []

        def write():
            try:
                client().update_item(
                    TableName=self.name, Key={"id": {"S": "race"}, "seq": {"N": "1"}},
                    UpdateExpression="SET version = :next", ConditionExpression="version = :seen",
                    ExpressionAttributeValues={":next": {"N": "1"}, ":seen": {"N": "0"}})
                outcomes.append("won")
            except ClientError as error:
                outcomes.append(error.response["Error"]["Code"])

        threads = [threading.Thread(target=write) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(outcomes), ["ConditionalCheckFailedException"] * 5 + ["won"])

    def test_faulty_expressions_are_refused_in_the_words_of_aws(self):
        key = {"id": "a", "seq": 1}
        with self.refused("ValidationException", "Invalid UpdateExpression: Syntax error; token: \"<EOF>\""):
            self.table.update_item(Key=key, UpdateExpression="SET a =")
        with self.refused("ValidationException", "reserved keyword: status"):
            self.table.update_item(
                Key=key, UpdateExpression="SET status = :v", ExpressionAttributeValues={":v": 1})
        with self.refused("ValidationException",
                          "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"):
            self.table.update_item(
                Key=key, UpdateExpression="SET a = :v", ExpressionAttributeValues={":v": 1, ":w": 2})
        with self.refused("ValidationException", "The provided key element does not match the schema"):
            self.table.get_item(Key={"id": "a"})

    def test_batches(self):
        with self.table.batch_writer() as batch:
            for seq in range(60):
                batch.put_item(Item={"id": "batch", "seq": seq})
        keys = [{"id": "batch", "seq": seq} for seq in range(0, 60, 2)]
        answer = self.resource.batch_get_item(RequestItems={self.name: {"Keys": keys}})
        self.assertEqual(len(answer["Responses"][self.name]), 30)
        self.assertEqual(answer["UnprocessedKeys"], {})

    def test_transactions(self):
        put = {"Put": {"TableName": self.name, "Item": {"id": {"S": "t"}, "seq": {"N": "1"}},
                       "ConditionExpression": "attribute_not_exists(id)"}}
        count = {"Update": {"TableName": self.name, "Key": {"id": {"S": "t"}, "seq": {"N": "2"}},
                            "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}}
        self.client.transact_write_items(TransactItems=[put, count])
        with self.refused("TransactionCanceledException", "[ConditionalCheckFailed, None]") as refusal:
            self.client.transact_write_items(TransactItems=[put, count])
        self.assertEqual([r["Code"] for r in refusal.response["CancellationReasons"]],
                         ["ConditionalCheckFailed", "None"])
        answer = self.client.transact_get_items(TransactItems=[
            {"Get": {"TableName": self.name, "Key": {"id": {"S": "t"}, "seq": {"N": "2"}}}}])
        self.assertEqual(answer["Responses"][0]["Item"]["n"], {"N": "1"})


class Reads(Peer):
    def setUp(self):
        super().setUp()
        with self.table.batch_writer() as batch:
            for seq in range(25):
                batch.put_item(Item={"id": "q", "seq": seq, "owner": f"owner-{seq % 3}", "even": seq % 2 == 0})

    def pages(self, operation, **arguments):
        return list(self.client.get_paginator(operation).paginate(TableName=self.name, **arguments))

    def test_query_pages_in_order(self):
        pages = self.pages(
            "query", KeyConditionExpression="id = :q AND seq BETWEEN :a AND :b", ScanIndexForward=False,
            ExpressionAttributeValues={":q": {"S": "q"}, ":a": {"N": "3"}, ":b": {"N": "12"}},
            PaginationConfig={"PageSize": 4})
        self.assertEqual([int(i["seq"]["N"]) for page in pages for i in page["Items"]], list(range(12, 2, -1)))
        self.assertGreaterEqual(len(pages), 3)

    def test_scan_pages_with_a_filter(self):
        pages = self.pages("scan", FilterExpression="even = :yes", ExpressionAttributeValues={":yes": {"BOOL": True}},
                           PaginationConfig={"PageSize": 7})
        self.assertEqual(sum(page["Count"] for page in pages), 13)
        self.assertEqual(sum(page["ScannedCount"] for page in pages), 25)

    def test_conditions_that_boto3_builds(self):
        found = self.table.query(
            KeyConditionExpression=Key("id").eq("q") & Key("seq").gte(20),
            FilterExpression=Attr("owner").begins_with("owner") & ~Attr("even").eq(True),
            ProjectionExpression="seq")
        self.assertEqual(found["Items"], [{"seq": 21}, {"seq": 23}])
        owned = self.table.query(IndexName="by-owner", KeyConditionExpression=Key("owner").eq("owner-1"))
        self.assertEqual(owned["Count"], 8)


@unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
class GuideCommands(unittest.TestCase):
    """The documents' `aws dynamodb` commands, as an operator types them."""

    def aws(self, *arguments, succeeds=True):
        done = subprocess.run(
            ["aws", "dynamodb", *arguments, "--output", "json"], capture_output=True, text=True, check=False,
            env={**os.environ, "AWS_PAGER": ""}, timeout=60)
        self.assertEqual(done.returncode == 0, succeeds, done.stderr)
        return json.loads(done.stdout or "{}") if succeeds else done.stderr

    def setUp(self):
        self.state = f"aurora-restore-state-{uuid.uuid4().hex[:8]}"
        self.audit = f"aurora-restore-audit-{uuid.uuid4().hex[:8]}"
        # As in the configuration guide.
        self.aws("create-table", "--table-name", self.state,
                 "--attribute-definitions", "AttributeName=operation_id,AttributeType=S",
                 "--key-schema", "AttributeName=operation_id,KeyType=HASH",
                 "--provisioned-throughput", "ReadCapacityUnits=5,WriteCapacityUnits=5")
        self.addCleanup(self.aws, "delete-table", "--table-name", self.state)
        self.aws("create-table", "--table-name", self.audit,
                 "--attribute-definitions", "AttributeName=operation_id,AttributeType=S",
                 "AttributeName=timestamp,AttributeType=S",
                 "--key-schema", "AttributeName=operation_id,KeyType=HASH", "AttributeName=timestamp,KeyType=RANGE",
                 "--provisioned-throughput", "ReadCapacityUnits=5,WriteCapacityUnits=5")
        self.addCleanup(self.aws, "delete-table", "--table-name", self.audit)
        for name, item in (
                (self.state, {"operation_id": {"S": "op-12345678"}, "status": {"S": "FAILED"},
                              "start_time": {"S": "2023-06-15T12:00:00Z"}}),
                (self.audit, {"operation_id": {"S": "op-12345678"}, "timestamp": {"S": "2023-06-15T12:00:01Z"},
                              "step": {"S": "snapshot_check"}})):
            self.aws("put-item", "--table-name", name, "--item", json.dumps(item))

    def test_state_record_of_the_usage_and_operations_guides(self):
        answer = self.aws("get-item", "--table-name", self.state, "--key", '{"operation_id":{"S":"op-12345678"}}')
        self.assertEqual(answer["Item"]["status"]["S"], "FAILED")

    def test_audit_events_of_the_usage_guide(self):
        answer = self.aws("query", "--table-name", self.audit,
                          "--key-condition-expression", "operation_id = :op_id",
                          "--expression-attribute-values", '{":op_id":{"S":"op-12345678"}}')
        self.assertEqual([item["step"]["S"] for item in answer["Items"]], ["snapshot_check"])

    def test_scan_of_the_operations_guide(self):
        values = '{":status":{"S":"FAILED"},":time":{"S":"2023-06-01T00:00:00Z"}}'
        # Word for word: AWS refuses it too, for `status` is reserved.
        refusal = self.aws("scan", "--table-name", self.state,
                           "--filter-expression", "status = :status AND start_time > :time",
                           "--expression-attribute-values", values, succeeds=False)
        self.assertIn("Attribute name is a reserved keyword; reserved keyword: status", refusal)
        answer = self.aws("scan", "--table-name", self.state,
                          "--filter-expression", "#status = :status AND start_time > :time",
                          "--expression-attribute-names", '{"#status":"status"}',
                          "--expression-attribute-values", values)
        self.assertEqual(answer["Count"], 1)

    def test_stuck_operation_of_the_operations_guide(self):
        values = json.dumps({":status": {"S": "FAILED"}, ":error": {"M": {
            "message": {"S": "Manually marked as failed"}, "code": {"S": "MANUAL_INTERVENTION"}}}})
        key = '{"operation_id":{"S":"restore-20230615-123456"}}'
        # Word for word: AWS refuses it too, for `error` is reserved.
        refusal = self.aws("update-item", "--table-name", self.state, "--key", key,
                           "--update-expression", "SET #status = :status, error = :error",
                           "--expression-attribute-names", '{"#status":"status"}',
                           "--expression-attribute-values", values, succeeds=False)
        self.assertIn("Attribute name is a reserved keyword; reserved keyword: error", refusal)
        self.aws("update-item", "--table-name", self.state, "--key", key,
                 "--update-expression", "SET #status = :status, #error = :error",
                 "--expression-attribute-names", '{"#status":"status","#error":"error"}',
                 "--expression-attribute-values", values)
        answer = self.aws("get-item", "--table-name", self.state, "--key", key)
        self.assertEqual(answer["Item"]["error"]["M"]["code"]["S"], "MANUAL_INTERVENTION")


if __name__ == "__main__":
    unittest.main()
