"""docs/CONFIGURATION.md as it stands, and what the endpoint's variables, notifications and log lines do in a real restore."""
import json
import re
import subprocess

from harness import ROOT, Endpoint, EndpointTest

DEPLOYMENT = {"VPC_ID": "vpc-12345678", "SUBNET_IDS": "subnet-12345678,subnet-87654321", "SECURITY_GROUP_IDS": "sg-12345678",
              "LAMBDA_TIMEOUT_SECONDS": "120", "LAMBDA_MEMORY_SIZE": "512", "STATE_MACHINE_TIMEOUT_SECONDS": "3600",
              "MAX_RETRIES": "5", "RETRY_INTERVAL_SECONDS": "1", "RETRY_BACKOFF_RATE": "1.5", "LOG_LEVEL": "DEBUG",
              "DEFAULT_DB_INSTANCE_CLASS": "db.r6g.large", "SNS_TOPIC_ARN": "arn:aws:sns:us-west-2:123456789012:dev-notifications"}


class ConfigurationGuide(EndpointTest):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        plain = dict(cls.endpoint.environment)
        cls.endpoint.environment.update(DEPLOYMENT)
        cls.endpoint.start()
        cls.endpoint.environment = plain
        cls.endpoint.run("local", "seed")

    def lines_of(self, step):
        events = self.endpoint.aws("logs", "filter-log-events", "--log-group-name", f"/aws/lambda/aurora-restore-{step}-dev")["events"]
        lines = []
        for event in events:
            try:
                lines.append(json.loads(event["message"]))
            except ValueError:
                continue  # the platform's own lines
        return lines

    def test_1_variables_configure_functions_and_state_machine(self):
        sql = self.endpoint.aws("lambda", "get-function-configuration", "--function-name", "aurora-restore-setup-db-users-dev")
        self.assertEqual((sql["Timeout"], sql["MemorySize"]), (120, 512))
        self.assertEqual(sql["VpcConfig"], {"SubnetIds": ["subnet-12345678", "subnet-87654321"],
                                            "SecurityGroupIds": ["sg-12345678"], "VpcId": "vpc-12345678"})
        other = self.endpoint.aws("lambda", "get-function-configuration", "--function-name", "aurora-restore-copy-snapshot-dev")
        self.assertNotIn("VpcConfig", other, "functions that speak no SQL need no VPC")
        machine = self.endpoint.aws("stepfunctions", "list-state-machines")["stateMachines"][0]["stateMachineArn"]
        definition = json.loads(self.endpoint.aws("stepfunctions", "describe-state-machine", "--state-machine-arn",
                                                  machine)["definition"])
        self.assertEqual(definition["TimeoutSeconds"], 3600)
        retrier = definition["States"]["CopySnapshot"]["Retry"][0]
        self.assertEqual((retrier["MaxAttempts"], retrier["IntervalSeconds"], retrier["BackoffRate"]), (5, 1, 1.5))

    def test_2_variables_set_settings(self):
        rows = {row["setting"]: row for row in map(json.loads, self.endpoint.run("config", "show", "--output", "json").stdout.splitlines())}
        self.assertEqual((rows["db_instance_class"]["value"], rows["db_instance_class"]["from"]),
                         ("db.r6g.large", "DEFAULT_DB_INSTANCE_CLASS"))
        self.assertEqual(rows["source_region"]["from"], "/aurora-restore/dev/config")

    def test_3_topic_is_filtered_and_told_everything(self):
        queues = {}
        topic = DEPLOYMENT["SNS_TOPIC_ARN"]
        for name, policy in (("everything", None), ("ends", {"status": ["completed", "failed"]})):
            queues[name] = self.endpoint.aws("sqs", "create-queue", "--queue-name", name)["QueueUrl"]
            subscription = self.endpoint.aws("sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint",
                                             f"arn:aws:sqs:us-west-2:123456789012:{name}")["SubscriptionArn"]
            if policy:
                self.endpoint.aws("sns", "set-subscription-attributes", "--subscription-arn", subscription, "--attribute-name",
                                  "FilterPolicy", "--attribute-value", json.dumps(policy))
        self.endpoint.run("run", "--snapshot-date", "latest", "--operation-id", "told")
        told = {name: self.drain(url) for name, url in queues.items()}
        self.assertEqual([m["MessageAttributes"]["status"]["Value"] for m in told["ends"]], ["completed"])
        subjects = [message["Subject"] for message in told["everything"]]
        self.assertEqual(sorted(subject.split(":")[0] for subject in subjects), ["COMPLETED"] + ["DONE"] * 9 + ["STARTED"])
        for message in told["everything"]:
            body = json.loads(message["Message"])
            self.assertEqual(body["operation_id"], "told")
            self.assertTrue(body["message"] and body["next"], body)

    def drain(self, url):
        messages = []
        while True:
            answer = self.endpoint.aws("sqs", "receive-message", "--queue-url", url, "--max-number-of-messages", "10")
            if not isinstance(answer, dict) or not answer.get("Messages"):
                return messages
            for message in answer["Messages"]:
                messages.append(json.loads(message["Body"]))
                self.endpoint.aws("sqs", "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])

    def test_4_every_line_of_a_step_names_its_operation(self):
        lines = self.lines_of("copy-snapshot")
        of_steps = [line for line in lines if line["message"] != "Serving"]
        for line in of_steps:
            for field in ("timestamp", "level", "function_name", "operation_id", "message", "step"):
                self.assertIn(field, line, line)
        calls = [line for line in of_steps if line["message"] == "AWS call"]
        self.assertTrue(any(line["operation"] == "CopyDBClusterSnapshot" for line in calls), "LOG_LEVEL=DEBUG")
        for field in ("service", "operation", "duration_ms", "status", "request_id"):
            self.assertIn(field, calls[0])
        done = next(line for line in of_steps if line["message"].startswith("Operation completed"))
        number = re.fullmatch(r".*?in (.*?) seconds.*", done["message"])[1]
        self.assertAlmostEqual(float(number), done["duration"], places=2)

    def test_5_metric_lines_are_among_them(self):
        metrics = [line for line in self.lines_of("check-copy-status") if "_aws" in line]
        names = {metric["Name"] for line in metrics for directive in line["_aws"]["CloudWatchMetrics"] for metric in directive["Metrics"]}
        self.assertLessEqual({"StepSucceeded", "StepDuration", "DeadTime", "ApiCalls", "ApiThrottles", "BytesCopied"}, names)
        self.assertGreater(max(line.get("ApiCalls", 0) for line in metrics), 2)

    def test_6_notify_test_tells_who_listens(self):
        out = self.endpoint.run("notify", "test").stdout
        self.assertIn("3 confirmed", out)
        gone = self.endpoint.run("notify", "test", "--topic", "arn:aws:sns:us-west-2:123456789012:absent", check=False)
        self.assertEqual(gone.returncode, 1)
        self.assertIn("NotFound", gone.stdout)

    def test_7_commands_of_the_document_run_as_printed(self):
        text = (ROOT / "docs/CONFIGURATION.md").read_text()
        blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            result = subprocess.run(["bash", "-euo", "pipefail", "-c", block], env=self.endpoint.environment, cwd=self.endpoint.folder,
                                    capture_output=True, text=True, timeout=120)
            self.assertEqual(result.returncode, 0, f"{block}\n{result.stdout}\n{result.stderr}")

    def test_8_state_is_deleted_when_that_is_asked_for(self):
        self.endpoint.run("run", "--snapshot-date", "latest", "--operation-id", "forgotten", "--set", "delete_state=true", check=False)
        item = self.endpoint.aws("dynamodb", "get-item", "--table-name", "aurora-restore-state-dev", "--key",
                                 json.dumps({"operation_id": {"S": "forgotten"}}))
        self.assertFalse(isinstance(item, dict) and item.get("Item"), "cleanup_results says that it is gone")
        self.assertIn("cleanup", self.endpoint.run("audit", "forgotten").stdout, "the audit trail stays")

    def test_9_malformed_log_level_is_said(self):
        other = Endpoint()
        self.addCleanup(other.close)
        other.environment["LOG_LEVEL"] = "LOUD"
        result = other.run("local", "start", "--port", str(other.port), check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("LOG_LEVEL", result.stderr)
