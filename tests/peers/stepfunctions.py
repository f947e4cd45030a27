"""Step Functions as boto3 and the AWS CLI see it.

Run against a running endpoint: python3 tests/peers/stepfunctions.py
AWS_ENDPOINT_URL, the credentials and the Region come from the environment, as `aurora-restore local env`
prints them. Everything that a test makes has a name of its own and is deleted again. A boto3 that is older than
an operation skips it and says so.
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

DEADLINE_SECONDS = 30
ROLE = "arn:aws:iam::123456789012:role/peer"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"a": 1}, "End": True}}}
WAIT = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 600, "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Why", "Cause": "So."}}}


def config(**more):
    try:
        return Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, **more)
    except TypeError:  # older than host prefixes that can be left out
        return Config(retries={"total_max_attempts": 1}, **more)


def client(service, endpoint=None, **more):
    return boto3.client(service, endpoint_url=endpoint or os.environ["AWS_ENDPOINT_URL"], config=config(**more))


def fresh(prefix="peer"):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def one_task(resource, parameters, **more):
    return {"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **more}}}


class Refused:
    """Asserts that the block is refused with `code`, and with a message that contains `message`."""

    def __init__(self, case, code, message=""):
        self.case, self.code, self.message = case, code, message

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        self.case.assertIsInstance(error, ClientError)
        self.case.assertEqual(error.response["Error"]["Code"], self.code)
        self.case.assertIn(self.message, error.response["Error"]["Message"])
        self.case.assertEqual(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        return True


class Peer(unittest.TestCase):
    endpoint = None

    def setUp(self):
        self.sfn = client("stepfunctions", self.endpoint)
        # Sends what boto3 would refuse by itself.
        self.unchecked = client("stepfunctions", self.endpoint, parameter_validation=False)

    def needs(self, operation, member=None):
        model = self.sfn.meta.service_model
        known = operation in model.operation_names
        if known and member:
            known = member in model.operation_model(operation).input_shape.members
        if not known:
            self.skipTest(f"this boto3 does not know {operation} {member or ''}")

    def refused(self, code, message=""):
        return Refused(self, code, message)

    def machine(self, definition, **more):
        answer = self.sfn.create_state_machine(
            name=fresh(), roleArn=ROLE, definition=json.dumps(definition), **more)
        self.addCleanup(self.delete, answer["stateMachineArn"])
        return answer["stateMachineArn"]

    def delete(self, machine):
        try:
            for each in self.sfn.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
                self.sfn.stop_execution(executionArn=each["executionArn"])
        except self.sfn.exceptions.StateMachineDoesNotExist:
            return
        self.sfn.delete_state_machine(stateMachineArn=machine)

    def start(self, machine, **more):
        return self.sfn.start_execution(stateMachineArn=machine, **more)["executionArn"]

    def ended(self, execution):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            described = self.sfn.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                return described
            time.sleep(0.05)
        self.fail(f"{execution} still runs")

    def run_machine(self, machine, payload=None):
        return self.ended(self.start(machine, input=json.dumps(payload if payload is not None else {})))


class Machines(Peer):
    def test_life_of_a_machine(self):
        machine = self.machine(PASS, tags=[{"key": "team", "value": "dba"}])
        described = self.sfn.describe_state_machine(stateMachineArn=machine)
        self.assertEqual(described["status"], "ACTIVE")
        self.assertEqual(described["loggingConfiguration"], {"level": "OFF", "includeExecutionData": False})
        self.assertEqual(json.loads(described["definition"]), PASS)
        self.assertNotIn("revisionId", described)
        self.sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(WAIT))
        self.assertEqual(json.loads(self.sfn.describe_state_machine(stateMachineArn=machine)["definition"]), WAIT)
        with self.refused("MissingRequiredParameter", "Either the definition, the role ARN"):
            self.sfn.update_state_machine(stateMachineArn=machine)
        self.sfn.tag_resource(resourceArn=machine, tags=[{"key": "x", "value": "y"}])
        self.sfn.untag_resource(resourceArn=machine, tagKeys=["team"])
        self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=machine)["tags"], [{"key": "x", "value": "y"}])
        with self.refused("TooManyTags"):
            self.sfn.tag_resource(resourceArn=machine, tags=[{"key": f"k{i}", "value": ""} for i in range(50)])
        pages = self.sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 1})
        self.assertIn(machine, [m["stateMachineArn"] for page in pages for m in page["stateMachines"]])

    def test_a_machine_with_running_executions_is_deleted_after_them(self):
        machine = self.machine(WAIT)
        execution = self.start(machine)
        self.sfn.delete_state_machine(stateMachineArn=machine)
        self.assertEqual(self.sfn.describe_state_machine(stateMachineArn=machine)["status"], "DELETING")
        with self.refused("StateMachineDeleting"):
            self.start(machine)
        self.sfn.stop_execution(executionArn=execution)
        with self.refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine}'"):
            self.sfn.describe_state_machine(stateMachineArn=machine)

    def test_what_cannot_be_made_is_refused(self):
        def create(definition, name=None, **more):
            self.sfn.create_state_machine(name=name or fresh(), roleArn=ROLE, definition=json.dumps(definition), **more)

        with self.refused("InvalidDefinition", "These fields are required: [States, StartAt] at /"):
            create({})
        with self.refused("InvalidName", "Invalid Name: 'a b'"):
            create(PASS, "a b")
        with self.refused("StateMachineTypeNotSupported"):
            create(PASS, type="EXPRESS")
        with self.refused("InvalidLoggingConfiguration", "Must specify exactly one Log Destination."):
            create(PASS, loggingConfiguration={"level": "ALL"})
        with self.refused("InvalidDefinition", "JSONata"):
            create({**PASS, "QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", "End": True}}})
        with self.refused("InvalidDefinition", "Distributed maps are not run here"):
            create({"StartAt": "M", "States": {"M": {"Type": "Map", "End": True, "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **PASS}}}})
        machine = self.machine(PASS)
        with self.refused("StateMachineAlreadyExists"):
            create(WAIT, machine.rsplit(":", 1)[1])

    def test_operations_that_are_not_carried(self):
        activity = "arn:aws:states:us-west-2:123456789012:activity:a"
        run = "arn:aws:states:us-west-2:123456789012:mapRun:m/l:u"
        for call in (
                lambda: self.sfn.create_activity(name="a"), lambda: self.sfn.list_activities(),
                lambda: self.sfn.describe_activity(activityArn=activity),
                lambda: self.sfn.delete_activity(activityArn=activity),
                lambda: self.sfn.get_activity_task(activityArn=activity)):
            with self.refused("UnknownOperationException"):
                call()
        self.needs("UpdateMapRun")
        for call in (
                lambda: self.sfn.describe_map_run(mapRunArn=run), lambda: self.sfn.update_map_run(mapRunArn=run),
                lambda: self.sfn.list_map_runs(executionArn=run)):
            with self.refused("UnknownOperationException"):
                call()
        machine = self.machine(PASS)
        with self.refused("StateMachineTypeNotSupported", "This operation is not supported by this type"):
            self.sfn.start_sync_execution(stateMachineArn=machine)


class Definitions(Peer):
    def test_definitions_are_validated_without_being_made(self):
        self.needs("ValidateStateMachineDefinition")
        validate = self.sfn.validate_state_machine_definition
        self.assertEqual(validate(definition=json.dumps(PASS))["result"], "OK")
        answer = validate(definition='{"StartAt":"X","States":{"A":{"Type":"Pass"}}}')
        self.assertEqual(answer["result"], "FAIL")
        self.assertIn("/States/A", [each.get("location") for each in answer["diagnostics"]])
        self.needs("ValidateStateMachineDefinition", "maxResults")
        answer = validate(definition='{"StartAt":"X","States":{"A":{"Type":"Pass"},"B":{"Type":"Pass"}}}', maxResults=1)
        self.assertEqual((len(answer["diagnostics"]), answer["truncated"]), (1, True))
        glue = one_task("arn:aws:states:::glue:startJobRun", {})
        self.assertEqual(validate(definition=json.dumps(glue))["diagnostics"], [])
        answer = validate(definition=json.dumps(glue), severity="WARNING")
        self.assertEqual((answer["result"], answer["diagnostics"][0]["severity"]), ("OK", "WARNING"))
        callback = one_task("arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                            {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}})
        self.assertEqual(validate(definition=json.dumps(callback))["result"], "OK")
        answer = validate(definition=json.dumps(callback), type="EXPRESS")
        self.assertEqual(answer["diagnostics"][0]["location"], "/States/A/Resource")
        with self.refused("ValidationException", "Value '101' at 'maxResults'"):
            validate(definition="{}", maxResults=101)

    def test_a_state_is_tested_by_itself(self):
        self.needs("TestState")
        state = {"Type": "Pass", "InputPath": "$.in", "Parameters": {"v.$": "$.x"}, "ResultPath": "$.out", "Next": "N"}
        answer = self.sfn.test_state(definition=json.dumps(state), roleArn=ROLE, input='{"in":{"x":1}}',
                                     inspectionLevel="DEBUG")
        self.assertEqual((answer["status"], answer["nextState"]), ("SUCCEEDED", "N"))
        self.assertEqual(json.loads(answer["output"]), {"in": {"x": 1}, "out": {"v": 1}})
        shown = {name: json.loads(value) for name, value in answer["inspectionData"].items()}
        self.assertEqual(shown, {
            "input": {"in": {"x": 1}}, "afterInputPath": {"x": 1}, "afterParameters": {"v": 1},
            "afterResultSelector": {"v": 1}, "afterResultPath": {"in": {"x": 1}, "out": {"v": 1}}})
        answer = self.sfn.test_state(definition='{"Type":"Fail","Error":"E","Cause":"C"}', roleArn=ROLE)
        self.assertEqual((answer["status"], answer["error"], answer["cause"]), ("FAILED", "E", "C"))
        with self.refused("InvalidDefinition"):
            self.sfn.test_state(definition='{"Type":"Nothing"}', roleArn=ROLE)
        with self.refused("InvalidExecutionInput"):
            self.sfn.test_state(definition='{"Type":"Succeed"}', roleArn=ROLE, input="{")

    def test_a_tested_task_is_carried_out(self):
        self.needs("TestState")
        sqs = client("sqs")
        queue = sqs.create_queue(QueueName=fresh())["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=queue)
        task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
                "Parameters": {"QueueUrl": queue, "MessageBody.$": "$.text"}}
        answer = self.sfn.test_state(definition=json.dumps(task), roleArn=ROLE, input='{"text":"hello"}')
        self.assertEqual(answer["status"], "SUCCEEDED")
        message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
        self.assertEqual(message["Body"], "hello")
        self.assertEqual(message["MessageId"], json.loads(answer["output"])["MessageId"])

    def test_a_mock_stands_for_the_work(self):
        self.needs("TestState", "mock")
        task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
                "Parameters": {"FunctionName": "none"}, "OutputPath": "$.Payload",
                "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "H"}]}

        def test(mock, **more):
            return self.sfn.test_state(definition=json.dumps(task), mock=mock, inspectionLevel="DEBUG", **more)

        self.assertEqual(test({"result": '{"Payload":5}'})["output"], "5")
        answer = test({"errorOutput": {"error": "Busy", "cause": "c"}}, stateConfiguration={"retrierRetryCount": 1})
        self.assertEqual(answer["status"], "RETRIABLE")
        self.assertEqual(answer["inspectionData"]["errorDetails"], {"retryIndex": 0, "retryBackoffIntervalSeconds": 4})
        answer = test({"errorOutput": {"error": "Busy", "cause": "c"}}, stateConfiguration={"retrierRetryCount": 2})
        self.assertEqual((answer["status"], answer["nextState"]), ("CAUGHT_ERROR", "H"))
        self.assertEqual(json.loads(answer["output"]), {"Error": "Busy", "Cause": "c"})
        with self.refused("ValidationException", "Field 'StatusCode' must be a number"):
            test({"result": '{"StatusCode":"x"}'})
        with self.refused("ValidationException", "should have only one of the following fields"):
            test({"result": "1", "errorOutput": {"error": "E"}})


class Versions(Peer):
    def setUp(self):
        super().setUp()
        self.needs("PublishStateMachineVersion")

    def publish(self, machine, **more):
        return self.sfn.publish_state_machine_version(stateMachineArn=machine, **more)["stateMachineVersionArn"]

    def update(self, machine, definition, **more):
        return self.sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition), **more)

    def test_versions_are_published_listed_run_and_deleted(self):
        machine = self.machine(PASS)
        self.assertEqual(self.publish(machine), f"{machine}:1")
        self.assertEqual(self.publish(machine), f"{machine}:1")
        updated = self.update(machine, WAIT, publish=True, versionDescription="waits")
        self.assertEqual(updated["stateMachineVersionArn"], f"{machine}:2")
        with self.refused("ConflictException", f"The current State Machine revision is {updated['revisionId']}."):
            self.publish(machine, revisionId="another")
        listed = self.sfn.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
        self.assertEqual([v["stateMachineVersionArn"] for v in listed], [f"{machine}:2", f"{machine}:1"])
        described = self.sfn.describe_state_machine(stateMachineArn=f"{machine}:2")
        self.assertEqual((described["description"], described["revisionId"]), ("waits", updated["revisionId"]))
        done = self.run_machine(f"{machine}:1")
        self.assertEqual((done["status"], done["stateMachineVersionArn"]), ("SUCCEEDED", f"{machine}:1"))
        self.assertEqual(done["stateMachineArn"], machine)
        executions = self.sfn.list_executions(stateMachineArn=f"{machine}:1")["executions"]
        self.assertEqual([e["executionArn"] for e in executions], [done["executionArn"]])
        self.sfn.delete_state_machine_version(stateMachineVersionArn=f"{machine}:1")
        with self.refused("StateMachineDoesNotExist", f"'{machine}:1'"):
            self.start(f"{machine}:1")
        with self.refused("ValidationException", "Version description can only be set when publish is true"):
            self.update(machine, PASS, versionDescription="x")

    def test_a_machine_is_created_with_its_first_version(self):
        name = fresh()
        answer = self.sfn.create_state_machine(
            name=name, roleArn=ROLE, definition=json.dumps(PASS), publish=True, versionDescription="v")
        self.addCleanup(self.delete, answer["stateMachineArn"])
        self.assertEqual(answer["stateMachineVersionArn"], f"{answer['stateMachineArn']}:1")
        with self.refused("StateMachineAlreadyExists"):
            self.sfn.create_state_machine(name=name, roleArn=ROLE, definition=json.dumps(PASS))

    def test_aliases_route_executions(self):
        machine = self.machine(PASS)
        first = self.publish(machine)
        second = self.update(machine, WAIT, publish=True)["stateMachineVersionArn"]
        both = [{"stateMachineVersionArn": first, "weight": 100}, {"stateMachineVersionArn": second, "weight": 0}]
        alias = self.sfn.create_state_machine_alias(name="PROD", routingConfiguration=both)["stateMachineAliasArn"]
        self.assertEqual(alias, f"{machine}:PROD")
        done = self.run_machine(alias)
        self.assertEqual((done["stateMachineAliasArn"], done["stateMachineVersionArn"]), (alias, first))
        with self.refused("ConflictException", "Current list of aliases referencing this version: [PROD]"):
            self.sfn.delete_state_machine_version(stateMachineVersionArn=second)
        self.sfn.update_state_machine_alias(
            stateMachineAliasArn=alias, routingConfiguration=[{"stateMachineVersionArn": second, "weight": 100}])
        described = self.sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual(described["routingConfiguration"], [{"stateMachineVersionArn": second, "weight": 100}])
        waiting = self.start(alias)
        self.sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual(self.sfn.describe_execution(executionArn=waiting)["stateMachineVersionArn"], second)
        self.assertEqual(self.sfn.list_state_machine_aliases(stateMachineArn=machine)["stateMachineAliases"], [])

    def test_aliases_that_cannot_be_are_refused(self):
        machine = self.machine(PASS)
        version = self.publish(machine)

        def create(name, *routes):
            self.unchecked.create_state_machine_alias(name=name, routingConfiguration=[
                {"stateMachineVersionArn": arn, "weight": weight} for arn, weight in routes])

        for name, routes, code, message in (
                ("A", [(version, 99)], "ValidationException", "must equal 100. Received: [99]"),
                ("A", [(version, -1), (machine, 101)], "ValidationException", "greater than or equal to 0"),
                ("A", [(machine, 100)], "ValidationException", "must contain state machine version ARNs"),
                ("A", [(version, 50), (version, 50)], "ValidationException", "must contain distinct"),
                ("A", [], "ValidationException", "Member must have length greater than or equal to 1"),
                ("A", [(f"{machine}:9", 100)], "ResourceNotFound", "does not exist"),
                ("7", [(version, 100)], "ValidationException", "Member must satisfy regular expression pattern")):
            with self.refused(code, message):
                create(name, *routes)


class Executions(Peer):
    def test_a_name_means_one_execution(self):
        machine = self.machine(WAIT)
        name = fresh()
        execution = self.start(machine, name=name, input='{"a":1}')
        self.assertEqual(self.start(machine, name=name, input='{"a":1}'), execution)
        with self.refused("ExecutionAlreadyExists", f"Execution Already Exists: '{execution}'"):
            self.start(machine, name=name, input='{"a":2}')
        self.sfn.stop_execution(executionArn=execution, error="Why", cause="So.")
        with self.refused("ExecutionAlreadyExists"):
            self.start(machine, name=name, input='{"a":1}')
        described = self.sfn.describe_execution(executionArn=execution)
        self.assertEqual((described["status"], described["error"], described["cause"]), ("ABORTED", "Why", "So."))

    def test_lists_by_status_redrive_and_pages(self):
        machine = self.machine(FAIL)
        arns = [self.ended(self.start(machine))["executionArn"] for _ in range(5)]
        pages = list(self.sfn.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="FAILED", PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["executions"]) for page in pages], [2, 2, 1])
        self.assertEqual([e["executionArn"] for page in pages for e in page["executions"]], arns[::-1])
        token = pages[0]["nextToken"]
        with self.refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            self.sfn.list_executions(stateMachineArn=machine, statusFilter="ABORTED", nextToken=token)
        with self.refused("InvalidToken"):
            self.sfn.get_execution_history(executionArn=arns[0], nextToken=token)
        with self.refused("InvalidToken"):
            self.sfn.list_state_machines(nextToken="nonsense")
        self.needs("RedriveExecution")
        redriven = self.sfn.redrive_execution(executionArn=arns[1], clientToken="once")["redriveDate"]
        self.assertEqual(self.sfn.redrive_execution(executionArn=arns[1], clientToken="once")["redriveDate"], redriven)
        self.assertEqual(self.ended(arns[1])["redriveCount"], 1)
        for name, expected in (("REDRIVEN", [arns[1]]), ("NOT_REDRIVEN", [arns[4], arns[3], arns[2], arns[0]])):
            found = self.sfn.list_executions(stateMachineArn=machine, redriveFilter=name)["executions"]
            self.assertEqual([e["executionArn"] for e in found], expected)
        with self.refused("ValidationException"):
            self.sfn.list_executions(stateMachineArn=machine, statusFilter="PENDING_REDRIVE")

    def test_what_succeeded_is_not_redriven(self):
        self.needs("RedriveExecution")
        done = self.run_machine(self.machine(PASS))
        self.assertEqual((done["redriveStatus"], done["redriveStatusReason"]),
                         ("NOT_REDRIVABLE", "Execution is SUCCEEDED and cannot be redriven"))
        with self.refused("ExecutionNotRedrivable"):
            self.sfn.redrive_execution(executionArn=done["executionArn"])

    def test_history_in_both_directions_and_without_data(self):
        execution = self.run_machine(self.machine(PASS), {"x": 1})["executionArn"]

        def history(**more):
            pages = self.sfn.get_paginator("get_execution_history").paginate(
                executionArn=execution, PaginationConfig={"PageSize": 3}, **more)
            return [event for page in pages for event in page["events"]]

        events = history()
        self.assertEqual([e["type"] for e in events],
                         ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])
        self.assertEqual([e["id"] for e in history(reverseOrder=True)], [4, 3, 2, 1])
        self.assertEqual(events[0]["executionStartedEventDetails"]["input"], '{"x": 1}')
        self.assertNotIn("input", history(includeExecutionData=False)[0]["executionStartedEventDetails"])

    def test_metadata_alone(self):
        self.needs("DescribeExecution", "includedData")
        machine = self.machine(PASS)
        execution = self.run_machine(machine)["executionArn"]
        described = self.sfn.describe_execution(executionArn=execution, includedData="METADATA_ONLY")
        self.assertEqual((described["inputDetails"], described["outputDetails"]),
                         ({"included": False}, {"included": False}))
        self.assertFalse({"input", "output"} & set(described))
        for answer in (self.sfn.describe_state_machine(stateMachineArn=machine, includedData="METADATA_ONLY"),
                       self.sfn.describe_state_machine_for_execution(
                           executionArn=execution, includedData="METADATA_ONLY")):
            self.assertEqual(answer["definition"], "{}")

    def test_refusals_have_the_names_of_aws(self):
        machine = self.machine(PASS)
        execution = machine.replace(":stateMachine:", ":execution:") + ":none"
        for call, code, message in (
                (lambda: self.start("nonsense"), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nonsense'"),
                (lambda: self.start(execution), "InvalidArn", "Resource type not valid in this context: execution"),
                (lambda: self.start(machine + "x"), "StateMachineDoesNotExist", f"'{machine}x'"),
                (lambda: self.start(machine, input="not"), "InvalidExecutionInput", "Unrecognized token 'not'"),
                (lambda: self.start(machine, input='"' + "x" * 262143 + '"'), "ValidationException",
                 "Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144"),
                (lambda: self.start(machine, name="a:b"), "InvalidName", "Invalid Name: 'a:b'"),
                (lambda: self.sfn.describe_execution(executionArn=execution), "ExecutionDoesNotExist", execution),
                (lambda: self.sfn.stop_execution(executionArn=execution), "ExecutionDoesNotExist", execution),
                (lambda: self.sfn.list_executions(stateMachineArn=machine + "x"), "StateMachineDoesNotExist", ""),
                (lambda: self.sfn.list_executions(stateMachineArn=machine, maxResults=1001), "ValidationException",
                 "Member must have value less than or equal to 1000"),
                (lambda: self.unchecked.list_executions(stateMachineArn=machine, statusFilter="succeeded"),
                 "ValidationException", "Member must satisfy enum value set: [SUCCEEDED, "),
                (lambda: self.sfn.tag_resource(resourceArn=machine + "x", tags=[{"key": "a", "value": "b"}]),
                 "ResourceNotFound", "Resource not found: ")):
            with self.subTest(code=code, message=message), self.refused(code, message):
                call()


class Integrations(Peer):
    """Tasks that other services of the endpoint carry out."""

    def queue(self):
        sqs = client("sqs")
        url = sqs.create_queue(QueueName=fresh())["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=url)
        return sqs, url

    def received(self, sqs, url):
        message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]
        return json.loads(message["Body"])

    def subscribed_topic(self, sqs, url):
        sns = client("sns")
        topic = sns.create_topic(Name=fresh())["TopicArn"]
        self.addCleanup(sns.delete_topic, TopicArn=topic)
        queue_arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
        return topic

    def test_sqs_and_its_callback(self):
        sqs, url = self.queue()
        machine = self.machine(one_task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", {
            "QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$.order"}}, HeartbeatSeconds=20))
        execution = self.start(machine, input='{"order":7}')
        message = self.received(sqs, url)
        self.assertEqual(message["order"], 7)
        self.sfn.send_task_heartbeat(taskToken=message["token"])
        with self.refused("InvalidOutput"):
            self.sfn.send_task_success(taskToken=message["token"], output="{")
        with self.refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            self.sfn.send_task_success(taskToken="nonsense", output="{}")
        self.sfn.send_task_success(taskToken=message["token"], output='{"paid":true}')
        self.assertEqual(json.loads(self.ended(execution)["output"]), {"paid": True})
        for call in (lambda: self.sfn.send_task_success(taskToken=message["token"], output="{}"),
                     lambda: self.sfn.send_task_failure(taskToken=message["token"]),
                     lambda: self.sfn.send_task_heartbeat(taskToken=message["token"])):
            with self.refused("TaskTimedOut", "Provided task does not exist anymore"):
                call()

    def test_sns_and_its_callback(self):
        sqs, url = self.queue()
        topic = self.subscribed_topic(sqs, url)
        done = self.run_machine(self.machine(one_task(
            "arn:aws:states:::sns:publish", {"TopicArn": topic, "Message": {"a": 1}})))
        self.assertIn("MessageId", json.loads(done["output"]))
        self.assertEqual(json.loads(self.received(sqs, url)["Message"]), {"a": 1})
        machine = self.machine(one_task("arn:aws:states:::sns:publish.waitForTaskToken", {
            "TopicArn": topic, "Message": {"token.$": "$$.Task.Token"}}))
        execution = self.start(machine)
        token = json.loads(self.received_after(sqs, url, "token"))["token"]
        self.sfn.send_task_failure(taskToken=token, error="Declined", cause="No.")
        failed = self.ended(execution)
        self.assertEqual((failed["status"], failed["error"], failed["cause"]), ("FAILED", "Declined", "No."))

    def received_after(self, sqs, url, word):
        """The text of the first notification that contains `word`."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5).get("Messages", []):
                text = json.loads(message["Body"])["Message"]
                if word in text:
                    return text
        self.fail(f"no notification with {word}")

    def test_dynamodb_and_its_errors(self):
        dynamodb = client("dynamodb")
        table = fresh()
        dynamodb.create_table(
            TableName=table, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
        self.addCleanup(dynamodb.delete_table, TableName=table)
        dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
        put = self.machine(one_task("arn:aws:states:::dynamodb:putItem", {
            "TableName": table, "Item": {"k": {"S.$": "$.key"}, "n": {"N": "5"}},
            "ConditionExpression": "attribute_not_exists(k)"}))
        self.assertEqual(self.run_machine(put, {"key": "a"})["status"], "SUCCEEDED")
        self.assertEqual(self.run_machine(put, {"key": "a"})["error"], "DynamoDB.ConditionalCheckFailedException")
        get = self.machine(one_task("arn:aws:states:::dynamodb:getItem", {
            "TableName": table, "Key": {"k": {"S": "a"}}}, OutputPath="$.Item.n.N"))
        self.assertEqual(self.run_machine(get)["output"], '"5"')

    def test_a_function_that_fails_is_caught_by_its_name(self):
        machine = self.machine({"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
                  "Parameters": {"FunctionName": "no-such-function"},
                  "Catch": [{"ErrorEquals": ["Lambda.ResourceNotFoundException"], "Next": "B"}]},
            "B": {"Type": "Pass", "Result": "caught", "End": True}}})
        self.assertEqual(self.run_machine(machine)["output"], '"caught"')


@unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
class CommandLine(unittest.TestCase):
    def aws(self, *arguments, succeeds=True):
        done = subprocess.run(
            ["aws", "stepfunctions", *arguments, "--endpoint-url", os.environ["AWS_ENDPOINT_URL"], "--output", "json"],
            capture_output=True, text=True, check=False, timeout=60,
            env={**os.environ, "AWS_PAGER": "", "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"})
        if "Invalid choice" in done.stderr or "Unknown options" in done.stderr:
            self.skipTest(f"this AWS CLI does not know {arguments[0]}")
        self.assertEqual(done.returncode == 0, succeeds, done.stderr)
        return json.loads(done.stdout or "{}") if succeeds else done.stderr

    def setUp(self):
        self.name = fresh()
        self.machine = self.aws("create-state-machine", "--name", self.name, "--role-arn", ROLE,
                                "--definition", json.dumps(PASS))["stateMachineArn"]
        self.addCleanup(self.aws, "delete-state-machine", "--state-machine-arn", self.machine)

    def test_an_execution_is_run_and_looked_at(self):
        started = self.aws("start-execution", "--state-machine-arn", self.machine, "--input", '{"x":1}')
        execution = started["executionArn"]
        described = self.aws("describe-execution", "--execution-arn", execution)
        self.assertEqual(described["status"], "SUCCEEDED")
        history = self.aws("get-execution-history", "--execution-arn", execution, "--reverse-order")["events"]
        self.assertEqual(history[0]["type"], "ExecutionSucceeded")
        refusal = self.aws("describe-execution", "--execution-arn", execution + "x", succeeds=False)
        self.assertIn("(ExecutionDoesNotExist)", refusal)

    def test_a_version_is_put_behind_an_alias(self):
        version = self.aws("publish-state-machine-version", "--state-machine-arn", self.machine)
        alias = self.aws(
            "create-state-machine-alias", "--name", "live", "--routing-configuration",
            json.dumps([{"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}]))
        execution = self.aws("start-execution", "--state-machine-arn", alias["stateMachineAliasArn"])["executionArn"]
        described = self.aws("describe-execution", "--execution-arn", execution)
        self.assertEqual(described["stateMachineAliasArn"], f"{self.machine}:live")

    def test_a_state_and_a_definition_are_tried(self):
        answer = self.aws("test-state", "--role-arn", ROLE, "--definition", '{"Type":"Pass","Result":1,"End":true}')
        self.assertEqual(answer, {"output": "1", "status": "SUCCEEDED"})
        answer = self.aws("validate-state-machine-definition", "--definition", "{}")
        self.assertEqual(answer["result"], "FAIL")


if __name__ == "__main__":
    unittest.main()
