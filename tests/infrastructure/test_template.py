"""The CloudFormation template: against the files that the local endpoint's dashboard and alarms come from, against
cfn-lint where the machine has it, and as a stack in moto.

Run by ctest; by hand: python3 -m unittest -v test_template (in this folder)
"""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest
import urllib.request

try:
    import boto3
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; Debian's packages are python3-boto3 and python3-yaml")
    sys.exit(77)

INFRASTRUCTURE = pathlib.Path(__file__).resolve().parent.parent.parent / "infrastructure"
TEMPLATE = INFRASTRUCTURE / "aurora-restore-pipeline.yaml"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as their long ones."""


def long_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".")
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", long_form)


def without_substitution(value):
    """Texts as they stand before CloudFormation fills them in."""
    if isinstance(value, dict):
        if "Fn::Sub" in value:
            given = value["Fn::Sub"]
            return given[0] if isinstance(given, list) else given
        return {key: without_substitution(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_substitution(part) for part in value]
    return value


class Template(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = yaml.load(TEMPLATE.read_text(), Loader)
        cls.resources = cls.template["Resources"]

    def of_type(self, kind):
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == kind}

    def test_every_parameter_is_labelled_grouped_constrained_and_described(self):
        parameters = self.template["Parameters"]
        interface = self.template["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(parameters))
        self.assertEqual(sorted(interface["ParameterLabels"]), sorted(parameters))
        for name, parameter in parameters.items():
            self.assertTrue(parameter["Description"], name)
            self.assertTrue({"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter), name)
            if "AllowedPattern" in parameter:
                self.assertTrue(parameter["ConstraintDescription"], name)
                self.assertTrue(re.fullmatch(parameter["AllowedPattern"], str(parameter["Default"])), name)

    def test_the_dashboard_is_the_one_of_the_endpoint(self):
        dashboard = without_substitution(self.resources["Dashboard"]["Properties"]["DashboardBody"])
        self.assertEqual(json.loads(dashboard), json.loads((INFRASTRUCTURE / "dashboard.json").read_text()))

    def test_the_alarms_are_those_of_the_endpoint(self):
        expected = {alarm["AlarmName"]: alarm for alarm in json.loads((INFRASTRUCTURE / "alarms.json").read_text())}
        found = {}
        for alarm in self.of_type("AWS::CloudWatch::Alarm").values():
            alarm = without_substitution(alarm)
            for action in ("AlarmActions", "OKActions"):
                self.assertEqual(alarm.pop(action), [{"Ref": "NotificationTopic"}])
            found[alarm["AlarmName"]] = alarm
        self.assertEqual(found, expected)

    def test_every_alarm_stands_on_the_dashboard(self):
        widgets = json.loads((INFRASTRUCTURE / "dashboard.json").read_text())["widgets"]
        shown = {arn.split(":alarm:")[1] for widget in widgets if widget["type"] == "alarm"
                 for arn in widget["properties"]["alarms"]}
        self.assertEqual(shown, {alarm["AlarmName"] for alarm in json.loads((INFRASTRUCTURE / "alarms.json").read_text())})

    def test_no_alarm_on_executions_lacks_its_dimension(self):
        for name, alarm in self.of_type("AWS::CloudWatch::Alarm").items():
            if alarm.get("Namespace") in ("AWS/States", "AWS/Lambda"):
                self.assertEqual(len(alarm["Dimensions"]), 1, name)

    def test_data_outlives_the_stack_and_mistakes(self):
        for name in ("StateTable", "AuditTable"):
            self.assertEqual(self.resources[name]["DeletionPolicy"], "Retain")
            self.assertEqual(self.resources[name]["UpdateReplacePolicy"], "Retain")
            table = self.resources[name]["Properties"]
            self.assertTrue(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])
            self.assertEqual(table["TimeToLiveSpecification"], {"AttributeName": "expires_at", "Enabled": True})
            for encryption in table["SSESpecification"]["Fn::If"][1:]:
                self.assertTrue(encryption["SSEEnabled"])

    @unittest.skipUnless(shutil.which("cfn-lint"), "cfn-lint is not on this machine")
    def test_cfn_lint_finds_nothing(self):
        result = subprocess.run(["cfn-lint", str(TEMPLATE)], capture_output=True, text=True, timeout=300)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stack(unittest.TestCase):
    """What the template makes, as moto says, which makes no alarms, subscriptions and policies of a template."""

    @classmethod
    def setUpClass(cls):
        if subprocess.run([sys.executable, "-c", "import moto.server"], capture_output=True).returncode != 0:
            raise unittest.SkipTest("python3 -m moto.server does not start here: install moto[server] to run this")
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        cls.moto = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.end)
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(cls.url + "/moto-api/", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > deadline or cls.moto.poll() is not None:
                    raise AssertionError("moto did not start") from None
                time.sleep(0.2)
        cls.create("aurora-restore-pipeline")

    @classmethod
    def end(cls):
        cls.moto.terminate()
        cls.moto.wait(30)

    @classmethod
    def client(cls, service):
        return boto3.client(service, endpoint_url=cls.url, region_name="us-west-2", aws_access_key_id="testing",
                            aws_secret_access_key="testing")

    @classmethod
    def create(cls, name, **parameters):
        formation = cls.client("cloudformation")
        formation.create_stack(StackName=name, TemplateBody=TEMPLATE.read_text(),
                               Parameters=[{"ParameterKey": key, "ParameterValue": value}
                                           for key, value in parameters.items()])
        stack = formation.describe_stacks(StackName=name)["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def test_tables_have_their_keys_and_indexes(self):
        dynamodb = self.client("dynamodb")
        for table, keys, index in (("aurora-restore-state-dev", ["operation_id"], "status-start_time-index"),
                                   ("aurora-restore-audit-dev", ["operation_id", "timestamp"], "day-timestamp-index")):
            described = dynamodb.describe_table(TableName=table)["Table"]
            self.assertEqual([key["AttributeName"] for key in described["KeySchema"]], keys)
            self.assertEqual(described["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
            self.assertEqual([each["IndexName"] for each in described["GlobalSecondaryIndexes"]], [index])

    def test_the_dashboard_is_filled_in(self):
        cloudwatch = self.client("cloudwatch")
        body = cloudwatch.get_dashboard(DashboardName="AuroraRestorePipelineDashboard")["DashboardBody"]
        self.assertNotIn("${", body)
        self.assertIn("aurora-restore-snapshot-check-dev", body)

    def test_messages_that_nobody_can_use_are_set_aside(self):
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName="aurora-restore-notifications")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(attributes["RedrivePolicy"])
        self.assertTrue(redrive["deadLetterTargetArn"].endswith(":aurora-restore-notifications-dead-letters"))
        self.assertEqual(attributes["MessageRetentionPeriod"], "1209600")

    def test_the_guides_fixed_names_can_be_had(self):
        outputs = self.create("fixed", FixedNames="true", NotificationTopicName="fixed-topic",
                              NotificationQueueName="fixed-queue", DashboardName="FixedDashboard", MessageRetentionSeconds="3600")
        self.assertEqual(outputs["StateTableName"], "AuroraRestoreState")
        self.assertEqual(outputs["AuditTableName"], "AuroraRestoreAudit")
        body = self.client("cloudwatch").get_dashboard(DashboardName="FixedDashboard")["DashboardBody"]
        self.assertIn("stateMachine:aurora-restore-state-machine\"", body)
        self.assertIn("\"aurora-restore-snapshot-check\"", body)


if __name__ == "__main__":
    unittest.main()
