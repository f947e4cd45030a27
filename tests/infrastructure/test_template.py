"""The CloudFormation template: against the files that the local endpoint's dashboard and alarms come from, against
cfn-lint where the machine has it, and as a stack in moto.

Run by ctest; by hand: python3 -m unittest -v test_template (in this folder)
"""
import io
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
import zipfile

try:
    import boto3
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; Debian's packages are python3-boto3 and python3-yaml")
    sys.exit(77)

import parameters
import rights
from cloudformation import INFRASTRUCTURE, TEMPLATE, Filled, load

# What moto 5.2.1 does not make of a template.
MOTO_LACKS = {
    "AWS::CloudWatch::Alarm", "AWS::Lambda::Alias", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy", "AWS::Scheduler::ScheduleGroup", "AWS::StepFunctions::StateMachineAlias",
    "AWS::StepFunctions::StateMachineVersion",
}
# What has no tags in CloudFormation, or is not the pipeline's own to be found by them.
WITHOUT_TAGS = MOTO_LACKS - {"AWS::Scheduler::ScheduleGroup"} | {
    "AWS::CloudWatch::Dashboard", "AWS::EC2::VPCEndpoint", "AWS::Events::Rule", "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Version"}


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


def camel(step):
    return "".join(part.capitalize() for part in step.split("_"))


class Template(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = load()
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
                defaults = str(parameter["Default"]).split(",") if "Default" in parameter else []
                if parameter["Type"] != "CommaDelimitedList":
                    defaults = [",".join(defaults)] if defaults else []
                for default in defaults:
                    self.assertTrue(re.fullmatch(parameter["AllowedPattern"], default), name)

    def test_only_what_the_deployer_computes_has_no_default(self):
        given = {name for name, parameter in self.template["Parameters"].items() if "Default" not in parameter}
        self.assertEqual(given, {"CodeBucket", "CodeKey", "DefinitionKey", "Release"})

    def test_every_parameter_is_in_the_document(self):
        text = parameters.DOCUMENT.read_text()
        self.assertEqual(text, parameters.written(text, self.template),
                         "\ndocs/TEMPLATE.md is behind the template: python3 tests/infrastructure/parameters.py")

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

    def test_every_step_has_its_function_role_log_version_and_alias(self):
        for step in rights.STEPS:
            name = "".join(part.capitalize() for part in step.split("_"))
            function = self.resources[name + "Function"]["Properties"]
            self.assertEqual(function["Handler"], step)
            self.assertEqual(function["Role"], {"Fn::GetAtt": [name + "Role", "Arn"]})
            self.assertEqual(function["LoggingConfig"]["LogGroup"], {"Ref": name + "LogGroup"})
            self.assertIn("${Release}", function["Description"]["Fn::Sub"])
            self.assertNotIn("ReservedConcurrentExecutions", function)
            version = self.resources[name + "Version"]
            self.assertEqual(version["UpdateReplacePolicy"], "Retain")
            self.assertEqual(version["Properties"], {"FunctionName": {"Ref": name + "Function"},
                                                     "Description": {"Ref": "Release"}})
            self.assertEqual(self.resources[name + "Alias"]["Properties"]["FunctionVersion"],
                             {"Fn::GetAtt": [name + "Version", "Version"]})
        self.assertEqual(len(self.of_type("AWS::Lambda::Function")), len(rights.STEPS))

    def test_functions_names_are_those_of_the_code(self):
        for fixed, pattern in (("false", "aurora-restore-{step}-dev"), ("true", "aurora-restore-{step}")):
            filled = Filled({**rights.PARAMETERS, "FixedNames": fixed})
            for _, function in filled.resources("AWS::Lambda::Function"):
                function = function["Properties"]
                self.assertEqual(function["FunctionName"],
                                 pattern.replace("{step}", function["Handler"].replace("_", "-")))
                self.assertEqual(function["Environment"]["Variables"]["FUNCTION_NAME_PATTERN"], pattern)

    def test_the_environment_holds_only_what_the_code_reads(self):
        read = " ".join(path.read_text() for folder in ("src/restore", "apps")
                        for path in (INFRASTRUCTURE.parent / folder).rglob("*.cc"))
        for function in self.of_type("AWS::Lambda::Function").values():
            variables = function["Environment"]["Variables"]
            self.assertEqual([name for name in variables if f'"{name}"' not in read], [])

    def test_functions_that_speak_sql_are_in_the_vpc_and_the_others_only_on_request(self):
        registry = (INFRASTRUCTURE.parent / "src/restore/registry.cc").read_text()
        speak_sql = set(re.findall(r'Step\{"(\w+)"[^}]*true\}', registry))
        self.assertEqual(speak_sql, {"setup_db_users", "verify_restore"})
        for scope, expected in (("sql", speak_sql), ("all", set(rights.STEPS))):
            filled = Filled({**rights.PARAMETERS, "VpcScope": scope})
            self.assertEqual({function["Properties"]["Handler"] for _, function in filled.resources("AWS::Lambda::Function")
                              if "VpcConfig" in function["Properties"]}, expected)
        for _, function in Filled({**rights.PARAMETERS, "VpcSubnetIds": ""}).resources("AWS::Lambda::Function"):
            self.assertNotIn("VpcConfig", function["Properties"])

    def test_endpoints_are_made_on_request(self):
        for more, count in (({}, 0), ({"CreateInterfaceEndpoints": "true"}, 8),
                            ({"CreateInterfaceEndpoints": "true", "RouteTableIds": "rtb-12345678"}, 10)):
            filled = Filled({**rights.PARAMETERS, **more})
            self.assertEqual(len(list(filled.resources("AWS::EC2::VPCEndpoint"))), count)

    def test_the_state_machine_calls_versions_and_logs_no_data(self):
        machine = self.resources["StateMachine"]["Properties"]
        self.assertEqual(machine["DefinitionSubstitutions"], {f"{name}Function": {"Ref": f"{name}Version"}
                                                              for name in map(camel, rights.STEPS)})
        self.assertIs(machine["LoggingConfiguration"]["IncludeExecutionData"], False)
        version = self.resources["StateMachineVersion"]
        self.assertEqual(version["UpdateReplacePolicy"], "Retain")

    def test_everything_that_can_be_is_tagged(self):
        for name, resource in self.resources.items():
            if resource["Type"] not in WITHOUT_TAGS and resource["Type"] != "AWS::SQS::Queue":
                tags = {tag["Key"] for tag in resource["Properties"]["Tags"]}
                self.assertIn("aurora-restore:environment", tags, name)

    def test_two_environments_share_no_name(self):
        def names(environment):
            filled = Filled({**rights.PARAMETERS, "Environment": environment, "NotificationTopicName": f"t-{environment}",
                             "NotificationQueueName": f"q-{environment}", "DashboardName": f"d-{environment}"})
            named = ("TableName", "TopicName", "QueueName", "LogGroupName", "FunctionName", "StateMachineName", "RoleName",
                     "AlarmName", "DashboardName")
            found = []
            for kind, resource in ((r["Type"], r["Properties"]) for _, r in filled.resources()):
                found += [f"{kind} {resource[key]}" for key in named if isinstance(resource.get(key), str)]
                if kind in ("AWS::Events::Rule", "AWS::Scheduler::ScheduleGroup"):
                    found.append(f"{kind} {resource['Name']}")
            return [name for name in found if "(reference" not in name]
        one, other = names("dev"), names("prod")
        self.assertGreater(len(one), 40)
        self.assertEqual(set(one) & set(other), set())

    @unittest.skipUnless(shutil.which("cfn-lint"), "cfn-lint is not on this machine")
    def test_cfn_lint_finds_nothing(self):
        result = subprocess.run(["cfn-lint", str(TEMPLATE)], capture_output=True, text=True, timeout=300)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stack(unittest.TestCase):
    """What the template makes, as moto says; docs/TEMPLATE.md and MOTO_LACKS say what it does not."""

    @classmethod
    def setUpClass(cls):
        if subprocess.run([sys.executable, "-c", "import moto.server"], capture_output=True).returncode != 0:
            raise unittest.SkipTest("python3 -m moto.server does not start here: install moto[server] to run this")
        cls.port = free_port()
        cls.url = f"http://127.0.0.1:{cls.port}"
        server = pathlib.Path(__file__).resolve().parent / "moto_server.py"
        cls.moto = subprocess.Popen([sys.executable, str(server), "-H", "127.0.0.1", "-p", str(cls.port)],
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
        cls.upload()
        cls.outputs = cls.create("aurora-restore-pipeline")

    @classmethod
    def end(cls):
        cls.moto.terminate()
        cls.moto.wait(30)

    @classmethod
    def client(cls, service):
        return boto3.client(service, endpoint_url=cls.url, region_name="us-west-2", aws_access_key_id="testing",
                            aws_secret_access_key="testing")

    @classmethod
    def upload(cls):
        """What a deployment uploads: the template, a zip with a bootstrap in it, and the definition."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("bootstrap", "#!/bin/sh\nexit 1\n")
        s3 = cls.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
        for key, body in (("template.yaml", TEMPLATE.read_bytes()), ("code.zip", package.getvalue()),
                          ("definition.json", (INFRASTRUCTURE / "step_functions_definition.json").read_bytes())):
            s3.put_object(Bucket="code", Key=key, Body=body)

    @classmethod
    def stack_arguments(cls, name, given):
        given = {"CodeBucket": "code", "CodeKey": "code.zip", "DefinitionKey": "definition.json", "Release": "first", **given}
        return {"StackName": name, "Capabilities": ["CAPABILITY_NAMED_IAM"],
                # moto finds a bucket in such a link only.
                "TemplateURL": f"http://localhost:{cls.port}/code/template.yaml",
                "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]}

    @classmethod
    def create(cls, name, **given):
        formation = cls.client("cloudformation")
        formation.create_stack(**cls.stack_arguments(name, given))
        stack = formation.describe_stacks(StackName=name)["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def expected(self, **given):
        """What moto is to make: all that the parameters ask for, less what it lacks."""
        filled = Filled({"CodeBucket": "code", "CodeKey": "code.zip", "DefinitionKey": "d", "Release": "first", **given})
        return {name for name, resource in filled.resources() if resource["Type"] not in MOTO_LACKS}

    def made(self, stack):
        resources = self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        return {resource["LogicalResourceId"] for resource in resources if "LogicalResourceId" in resource}

    def test_all_is_made_that_moto_can_make(self):
        self.assertEqual(self.made("aurora-restore-pipeline"), self.expected())

    def test_everything_on_request_is_made_too(self):
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="functions", Description="functions", VpcId=vpc)["GroupId"]
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        given = {**{key: value for key, value in rights.PARAMETERS.items()
                    if key not in ("CodeBucket", "CodeKey", "DefinitionKey", "Release")},
                 "Environment": "whole", "VpcId": vpc, "VpcSubnetIds": subnet, "VpcSecurityGroupIds": group,
                 "RouteTableIds": table, "CreateInterfaceEndpoints": "true", "VpcScope": "all",
                 "NotificationTopicName": "whole", "NotificationQueueName": "whole", "DashboardName": "Whole"}
        self.create("whole", **given)
        self.assertEqual(self.made("whole"), self.expected(**given))

    def test_a_function_is_what_the_template_says(self):
        function = self.client("lambda").get_function(FunctionName="aurora-restore-verify-restore-dev")["Configuration"]
        self.assertEqual((function["Runtime"], function["Handler"], function["MemorySize"], function["Timeout"]),
                         ("provided.al2023", "verify_restore", 256, 900))
        variables = function["Environment"]["Variables"]
        self.assertEqual(variables["STATE_TABLE_NAME"], "aurora-restore-state-dev")
        self.assertTrue(variables["NOTIFICATION_QUEUE_URL"].endswith("/aurora-restore-notifications"))

    def test_roles_have_their_policies(self):
        roles = self.client("iam")
        function = self.client("lambda").get_function(FunctionName="aurora-restore-cleanup-dev")["Configuration"]
        role = function["Role"].split("/")[-1]
        self.assertEqual(roles.list_role_policies(RoleName=role)["PolicyNames"], ["own"])
        # moto does not attach the managed ones.
        names = " ".join(policy["PolicyName"] for policy in roles.list_policies(Scope="Local")["Policies"])
        for policy in ("-EveryFunctionPolicy-", "-ProductionPolicy-"):
            self.assertIn(policy, names)

    def test_outputs_say_where_everything_is(self):
        machine = "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev"
        self.assertEqual(self.outputs["StateMachineArn"], machine)
        self.assertEqual(self.outputs["SchedulerRoleArn"], "arn:aws:iam::123456789012:role/aurora-restore-scheduler-dev")
        self.assertEqual(self.outputs["FunctionNamePattern"], "aurora-restore-{step}-dev")
        self.assertEqual((self.outputs["Release"], self.outputs["ProductionIsProtected"]), ("first", "true"))
        # moto has nothing to say of what it does not make.
        self.assertEqual(set(load()["Outputs"]) - set(self.outputs), {"StateMachineAliasArn", "ScheduleGroupName"})

    def test_a_stack_is_updated_and_deleted_and_its_data_stays(self):
        names = {"NotificationTopicName": "short", "NotificationQueueName": "short", "DashboardName": "Short",
                 "Environment": "short"}
        self.create("short", **names)
        formation = self.client("cloudformation")
        formation.update_stack(**self.stack_arguments("short", {**names, "Release": "second", "MaxReceiveCount": "7"}))
        stack = formation.describe_stacks(StackName="short")["Stacks"][0]
        self.assertEqual(stack["StackStatus"], "UPDATE_COMPLETE")
        self.assertIn(("Release", "second"), [(each["OutputKey"], each["OutputValue"]) for each in stack["Outputs"]])
        formation.delete_stack(StackName="short")
        self.assertNotIn("short", [each["StackName"] for each in formation.describe_stacks()["Stacks"]])
        functions = self.client("lambda").list_functions()["Functions"]
        self.assertFalse([each for each in functions if each["FunctionName"].endswith("-short")])
        self.assertIn("aurora-restore-audit-short", self.client("dynamodb").list_tables()["TableNames"])

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
        outputs = self.create("fixed", Environment="fixed", FixedNames="true", NotificationTopicName="fixed-topic",
                              NotificationQueueName="fixed-queue", DashboardName="FixedDashboard", MessageRetentionSeconds="3600")
        self.assertEqual(outputs["StateTableName"], "AuroraRestoreState")
        self.assertEqual(outputs["AuditTableName"], "AuroraRestoreAudit")
        body = self.client("cloudwatch").get_dashboard(DashboardName="FixedDashboard")["DashboardBody"]
        self.assertIn("stateMachine:aurora-restore-state-machine\"", body)
        self.assertIn("\"aurora-restore-snapshot-check\"", body)


if __name__ == "__main__":
    unittest.main()
