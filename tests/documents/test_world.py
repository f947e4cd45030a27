"""What the documents say of records, events, log lines and messages, read after real restores."""
import datetime
import importlib.util
import json
import re
import shutil
import unittest

from worlds import World, date

REQUEST = {"source_region": "us-east-1", "target_region": "us-west-2", "target_cluster_id": "documented"}


TOOLS = shutil.which("aws") and importlib.util.find_spec("boto3")


@unittest.skipUnless(TOOLS, "there is no AWS CLI here, or this Python has no boto3")
class Restored(unittest.TestCase):
    """One restore by the runbook's input, one that fails, and one by hand, for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.world.start()
        cls.world.seed()
        cls.snapshot = f"dev-source-cluster-snapshot-{date()}"
        cls.start("runbook", {"snapshot_id": cls.snapshot, "vpc_id": "vpc-12345678", "security_group_ids": ["sg-12345678"],
                              "subnet_ids": ["subnet-1a2b3c4d", "subnet-5e6f7a8b"]})
        cls.start("fails", {"snapshot_name": "never-made"})
        cls.ended = cls.world.settle(seconds=240)

    @classmethod
    def start(cls, name, request):
        cls.world.start_execution("aurora-restore-dev", name, {**REQUEST, "target_cluster_id": f"of-{name}", **request})

    def record(self, operation):
        return self.world.client("dynamodb").get_item(TableName="aurora-restore-state-dev",
                                                      Key={"operation_id": {"S": operation}}).get("Item")

    def events(self, operation):
        return self.world.client("dynamodb").query(
            TableName="aurora-restore-audit-dev", KeyConditionExpression="operation_id = :o",
            ExpressionAttributeValues={":o": {"S": operation}})["Items"]

    def test_input_of_the_runbook_restores(self):
        self.assertEqual(self.ended["runbook"]["status"], "SUCCEEDED", self.world.run("status", "runbook").stdout)
        rds = self.world.client("rds")
        cluster = rds.describe_db_clusters(DBClusterIdentifier="of-runbook")["DBClusters"][0]
        group = rds.describe_db_subnet_groups(DBSubnetGroupName=cluster["DBSubnetGroup"])["DBSubnetGroups"][0]
        self.assertEqual({s["SubnetIdentifier"] for s in group["Subnets"]}, {"subnet-1a2b3c4d", "subnet-5e6f7a8b"})
        self.assertEqual([g["VpcSecurityGroupId"] for g in cluster["VpcSecurityGroups"]], ["sg-12345678"])

    def test_state_record_has_every_documented_attribute(self):
        record = self.record("runbook")
        for name, kind in {"operation_id": "S", "status": "S", "state": "M", "timestamp": "S", "start_time": "S",
                           "last_updated_time": "S", "parameters": "M", "snapshot_details": "M",
                           "restore_details": "M"}.items():
            self.assertIn(name, record)
            self.assertIn(kind, record[name], name)
        self.assertEqual(record["status"]["S"], "COMPLETED")
        self.assertLess(record["start_time"]["S"], record["last_updated_time"]["S"])

    def test_failure_has_its_error(self):
        record = self.record("fails")
        self.assertEqual(record["status"]["S"], "FAILED")
        self.assertIn("never-made", json.dumps(record["error"]))

    def test_record_expires_after_ninety_days(self):
        spec = self.world.client("dynamodb").describe_time_to_live(TableName="aurora-restore-state-dev")
        self.assertEqual(spec["TimeToLiveDescription"], {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"})
        left = int(self.record("runbook")["expires_at"]["N"]) - datetime.datetime.now().timestamp()
        self.assertAlmostEqual(left / 86400, 90, delta=0.1)

    def test_audit_events_have_every_documented_attribute(self):
        events = self.events("runbook")
        times = [e["timestamp"]["S"] for e in events]
        self.assertEqual(len(times), len(set(times)))
        for event in events:
            self.assertRegex(event["timestamp"]["S"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")
            self.assertTrue({"operation_id", "timestamp", "step", "status", "details"} <= set(event), event)
            self.assertIn("M", event["details"])

    def test_log_lines_have_the_fields_of_the_queries(self):
        logs = self.world.client("logs")
        lines = []
        for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/aurora-restore")["logGroups"]:
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
                if event["message"].startswith("{"):
                    lines.append(json.loads(event["message"]))
        self.assertGreater(len(lines), 10)
        for line in lines:
            self.assertTrue({"timestamp", "level", "message"} <= set(line), line)
        ours = [line for line in lines if line.get("operation_id") == "runbook"]
        self.assertTrue(ours)
        for line in ours:
            self.assertTrue(line["function_name"].startswith("aurora-restore-"), line)
            self.assertIn(line["level"], ("DEBUG", "INFO", "WARNING", "ERROR"))
        self.assertTrue(any(line["level"] == "ERROR" for line in lines), "the failed restore is an error in the logs")
        self.assertTrue(any(re.search(r"Operation completed.* in [\d.]+ seconds", line["message"]) for line in lines))

    def test_completion_reaches_topic_and_queue(self):
        queue = self.world.client("sqs")
        url = queue.get_queue_url(QueueName="dev-notifications")["QueueUrl"]
        bodies = []
        while True:
            messages = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
            if not messages:
                break
            for message in messages:
                bodies.append(message["Body"])
                queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        direct = [b for b in bodies if '"TopicArn"' not in b and "runbook" in b]
        by_topic = [b for b in bodies if '"TopicArn"' in b and "runbook" in b]
        self.assertTrue(direct, "the pipeline's own message")
        self.assertTrue(by_topic, "the topic's, to which the queue subscribes")

    def test_state_is_deleted_when_asked_and_audit_stays(self):
        self.start("leaves-nothing", {"snapshot_name": self.snapshot, "delete_state": True})
        self.assertEqual(self.world.settle(seconds=240)["leaves-nothing"]["status"], "SUCCEEDED")
        self.assertIsNone(self.record("leaves-nothing"))
        self.assertGreaterEqual(len(self.events("leaves-nothing")), 10)


@unittest.skipUnless(TOOLS, "there is no AWS CLI here, or this Python has no boto3")
class Sources(unittest.TestCase):
    """Where a value comes from, in the order of the sequence guide. The Region that a snapshot is not found in, and the
    time after which a copy is looked at again, tell."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(pace="copy=1h")
        cls.addClassCleanup(cls.world.close)
        cls.world.start()
        cls.world.seed()

    def configure(self, **settings):
        ssm = self.world.client("ssm")
        config = json.loads(ssm.get_parameter(Name="/aurora-restore/dev/config")["Parameter"]["Value"]) | settings
        ssm.put_parameter(Name="/aurora-restore/dev/config", Value=json.dumps(config), Type="String", Overwrite=True)

    def set_variables(self, **variables):
        """Also replaces the warm functions, which keep the parameters for a while."""
        functions = self.world.client("lambda")
        for function in functions.list_functions()["Functions"]:
            there = function.get("Environment", {}).get("Variables", {})
            functions.update_function_configuration(FunctionName=function["FunctionName"],
                                                    Environment={"Variables": there | variables})

    def call(self, step, payload):
        answer = self.world.client("lambda").invoke(FunctionName=f"aurora-restore-{step}-dev", Payload=json.dumps(payload))
        return json.load(answer["Payload"])

    def region(self, **event):
        """What the first step says of a snapshot that is nowhere: the Region it looked in is named."""
        return json.dumps(self.call("snapshot-check", {"operation_id": "looked", "dry_run": True,
                                                       "snapshot_name": "never-made", **event}))

    def test_event_state_environment_parameter_store_default(self):
        self.configure(source_region=None)
        self.set_variables(MARK="1")
        self.assertIn("us-east-1", self.region(), "the default")
        self.configure(source_region="eu-west-1")
        self.set_variables(MARK="2")
        self.assertIn("eu-west-1", self.region(), "the parameter store goes before the default")
        self.set_variables(SOURCE_REGION="eu-central-1", POLL_INTERVAL_SECONDS="11")
        self.assertIn("eu-central-1", self.region(), "the environment goes before the parameter store")
        self.assertIn("ap-south-1", self.region(source_region="ap-south-1"), "the event goes before the environment")
        self.call("snapshot-check", {"operation_id": "by-hand", "source_region": "us-east-1", "poll_interval_seconds": 7,
                                     "snapshot_name": f"dev-source-cluster-snapshot-{date()}"})
        self.call("copy-snapshot", {"operation_id": "by-hand"})
        look = self.call("check-copy-status", {"operation_id": "by-hand"})
        self.assertEqual(look.get("retry_after"), 7, f"the state goes before the environment: {look}")


if __name__ == "__main__":
    unittest.main()
