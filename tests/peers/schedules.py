"""EventBridge's scheduled rules and EventBridge Scheduler as boto3 and the AWS CLI use them."""
import datetime
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

CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=40)
ACCOUNT = "123456789012"
REGION = os.environ["AWS_DEFAULT_REGION"]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/scheduler"
OFF = {"Mode": "OFF"}


def client(service):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=CONFIG)


def fresh(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def soon(seconds=2):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return f"at({when:%Y-%m-%dT%H:%M:%S})"


def cli_knows_scheduler():
    aws = shutil.which("aws")
    return aws and subprocess.run([aws, "scheduler", "list-schedules", "help"], capture_output=True,
                                  env={**os.environ, "PAGER": "cat"}).returncode == 0


class Peer(unittest.TestCase):
    def setUp(self):
        self.sqs = client("sqs")
        self.queue = fresh("q")
        self.url = self.sqs.create_queue(QueueName=self.queue)["QueueUrl"]
        self.queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.queue}"

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def messages(self, url=None, seconds=15):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = self.sqs.receive_message(QueueUrl=url or self.url, WaitTimeSeconds=2, MaxNumberOfMessages=10,
                                              MessageAttributeNames=["All"])
            if answer.get("Messages"):
                return answer["Messages"]
        return []


class Rules(Peer):
    def setUp(self):
        super().setUp()
        self.events = client("events")

    def test_a_rule_with_a_schedule_is_shown_as_it_was_put(self):
        name = fresh("rule")
        arn = self.events.put_rule(Name=name, ScheduleExpression="cron(0 2 * * ? *)", State="ENABLED")["RuleArn"]
        self.assertEqual(arn, f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")
        self.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": self.queue_arn}])
        self.assertEqual(self.events.describe_rule(Name=name)["ScheduleExpression"], "cron(0 2 * * ? *)")
        self.assertNotIn("EventPattern", self.events.describe_rule(Name=name))
        listed = self.events.list_rules(NamePrefix=name)["Rules"]
        self.assertEqual(listed[0]["ScheduleExpression"], "cron(0 2 * * ? *)")

    def test_expressions_are_refused_in_aws_words(self):
        for expression in ("cron(0 2 * * *)", "cron(0 2 * * * *)", "rate(1 minutes)", "rate(2 minute)", "daily",
                           "at(2026-12-24T02:00:00)"):
            message = self.refused("ValidationException", self.events.put_rule, Name="r", ScheduleExpression=expression)
            self.assertEqual(message, "Parameter ScheduleExpression is not valid.")

    def test_expressions_of_the_documentation_are_taken(self):
        for expression in ("cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)",
                           "cron(0 8 1 * ? *)", "cron(0/15 * * * ? *)", "cron(0/10 * ? * MON-FRI *)",
                           "cron(0/5 8-17 ? * MON-FRI *)", "cron(0 9 ? * 2#1 *)", "cron(0 9 L * ? *)",
                           "rate(5 minutes)", "rate(1 hour)", "rate(1 day)"):
            self.events.put_rule(Name=fresh("taken"), ScheduleExpression=expression, State="DISABLED")


class Schedules(Peer):
    def setUp(self):
        super().setUp()
        self.scheduler = client("scheduler")

    def target(self, **more):
        return {"Arn": self.queue_arn, "RoleArn": ROLE, **more}

    def create(self, expression, **more):
        name = fresh("schedule")
        target = more.pop("Target", None) or self.target()
        self.scheduler.create_schedule(Name=name, ScheduleExpression=expression, FlexibleTimeWindow=OFF, Target=target,
                                       **more)
        return name

    def test_a_schedule_fires_with_its_context(self):
        text = ("<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.execution-id> "
                "<aws.scheduler.attempt-number>")
        expression = soon()
        name = self.create(expression, Target=self.target(Input=text), ActionAfterCompletion="DELETE")
        arn, when, execution, attempt = self.messages()[0]["Body"].split()
        self.assertEqual(arn, f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")
        self.assertEqual(f"at({when[:-1]})", expression)
        self.assertTrue(when.endswith("Z"))
        self.assertEqual(attempt, "1")
        self.assertGreater(len(execution), 8)
        self.refused("ResourceNotFoundException", self.scheduler.get_schedule, Name=name)

    def test_a_time_zone_is_heeded(self):
        zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
        when = datetime.datetime.now(zone) + datetime.timedelta(seconds=2)
        self.create(f"at({when:%Y-%m-%dT%H:%M:%S})", ScheduleExpressionTimezone="Asia/Kolkata",
                    Target=self.target(Input="<aws.scheduler.scheduled-time>"))
        body = self.messages()[0]["Body"]
        self.assertEqual(body, when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def test_a_rate_without_a_start_begins_at_once(self):
        self.create("rate(1 hour)", Target=self.target(Input="now"))
        self.assertEqual(self.messages()[0]["Body"], "now")

    def test_an_event_bus_and_a_topic(self):
        events, sns = client("events"), client("sns")
        source = fresh("source")
        rule = fresh("rule")
        events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": self.queue_arn}])
        self.create(soon(1), Target={"Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default", "RoleArn": ROLE,
                                     "Input": '{"a": 1}',
                                     "EventBridgeParameters": {"Source": source, "DetailType": "tick"}})
        event = json.loads(self.messages()[0]["Body"])
        self.assertEqual((event["detail-type"], event["detail"]), ("tick", {"a": 1}))
        topic = sns.create_topic(Name=fresh("t"))["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.queue_arn, Attributes={"RawMessageDelivery": "true"})
        self.create(soon(1), Target={"Arn": topic, "RoleArn": ROLE, "Input": "hello"})
        self.assertIn("hello", [m["Body"] for m in self.messages()])

    def test_an_execution_starts_under_its_runs_name(self):
        states = client("stepfunctions")
        machine = states.create_state_machine(
            name=fresh("m"), roleArn=ROLE, definition=json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}))
        machine = machine["stateMachineArn"]
        for target in ({"Arn": machine, "Input": '{"by": "arn"}'},
                       {"Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution",
                        "Input": json.dumps({"StateMachineArn": machine, "Input": '{"by": "operation"}',
                                             "Name": "run-<aws.scheduler.execution-id>"})}):
            self.create(soon(1), Target={"RoleArn": ROLE, **target})
        deadline = time.monotonic() + 15
        while len(states.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"]) < 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        names = [e["name"] for e in states.list_executions(stateMachineArn=machine)["executions"]]
        self.assertEqual(sum(n.startswith("run-") for n in names), 1)

    def test_what_cannot_be_delivered_goes_to_the_dead_letters(self):
        dead = self.sqs.create_queue(QueueName=fresh("dead"))["QueueUrl"]
        self.create(soon(1), Target={"Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:gone", "RoleArn": ROLE, "Input": "lost",
                                     "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{dead.split('/')[-1]}"}})
        message = self.messages(dead)[0]
        self.assertEqual(message["Body"], "lost")
        self.assertIn("gone", message["MessageAttributes"]["TARGET_ARN"]["StringValue"])

    def test_shown_changed_listed_and_deleted(self):
        start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=1)
        name = self.create("cron(0 2 * * ? *)", StartDate=start, Description="nightly", State="DISABLED",
                           ScheduleExpressionTimezone="Europe/Berlin")
        shown = self.scheduler.get_schedule(Name=name)
        self.assertEqual(shown["StartDate"], start)
        self.assertEqual(shown["State"], "DISABLED")
        self.assertEqual(shown["GroupName"], "default")
        self.assertEqual(shown["Target"]["RetryPolicy"], {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185})
        self.scheduler.update_schedule(Name=name, ScheduleExpression="rate(1 day)", Target=self.target(),
                                       FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}, State="DISABLED")
        shown = self.scheduler.get_schedule(Name=name)
        self.assertEqual(shown["ScheduleExpressionTimezone"], "UTC", "an update replaces the whole schedule")
        self.assertNotIn("Description", shown)
        self.assertIn(name, [s["Name"] for s in self.scheduler.list_schedules(NamePrefix=name, State="DISABLED")["Schedules"]])
        self.scheduler.delete_schedule(Name=name)
        self.refused("ResourceNotFoundException", self.scheduler.delete_schedule, Name=name)

    def test_groups(self):
        group = fresh("group")
        arn = self.scheduler.create_schedule_group(Name=group, Tags=[{"Key": "team", "Value": "dba"}])["ScheduleGroupArn"]
        self.refused("ConflictException", self.scheduler.create_schedule_group, Name=group)
        name = self.create("rate(1 day)", GroupName=group, State="DISABLED")
        pages = self.scheduler.get_paginator("list_schedules").paginate(GroupName=group)
        self.assertEqual([s["Name"] for page in pages for s in page["Schedules"]], [name])
        self.scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
        self.scheduler.untag_resource(ResourceArn=arn, TagKeys=["team"])
        self.assertEqual(self.scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "a", "Value": "b"}])
        self.assertEqual(self.scheduler.get_schedule_group(Name=group)["State"], "ACTIVE")
        self.assertIn("default", [g["Name"] for g in self.scheduler.list_schedule_groups()["ScheduleGroups"]])
        self.scheduler.delete_schedule_group(Name=group)
        self.refused("ResourceNotFoundException", self.scheduler.get_schedule, Name=name, GroupName=group)
        self.refused("ValidationException", self.scheduler.delete_schedule_group, Name="default")

    def test_refusals_in_aws_words(self):
        def refused(code, **change):
            request = {"Name": fresh("s"), "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": OFF,
                       "Target": self.target(), **change}
            return self.refused(code, self.scheduler.create_schedule, **request)
        self.assertEqual(refused("ValidationException", ScheduleExpression="cron(0 2 * * *)"),
                         "Invalid Schedule Expression cron(0 2 * * *).")
        refused("ValidationException", ScheduleExpressionTimezone="Mars/Phobos")
        refused("ValidationException", Target={"Arn": self.queue_arn, "RoleArn": "nobody"})
        refused("ValidationException", StartDate=datetime.datetime(2020, 1, 1))
        self.assertEqual(refused("ResourceNotFoundException", GroupName="nowhere"),
                         "Schedule group nowhere does not exist.")
        name = self.create("rate(1 day)", State="DISABLED")
        self.assertEqual(refused("ConflictException", Name=name), f"Schedule {name} already exists.")

    @unittest.skipUnless(cli_knows_scheduler(), "this AWS CLI is older than EventBridge Scheduler")
    def test_the_aws_cli(self):
        def aws(*arguments):
            done = subprocess.run(["aws", "--endpoint-url", os.environ["AWS_ENDPOINT_URL"], "--output", "json",
                                   "scheduler", *arguments], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout) if done.stdout.strip() else None
        name = fresh("cli")
        aws("create-schedule", "--name", name, "--schedule-expression", soon(8), "--flexible-time-window", "Mode=OFF",
            "--target", json.dumps(self.target(Input="by the CLI")))
        self.assertEqual(self.messages(seconds=30)[0]["Body"], "by the CLI")
        self.assertEqual(aws("get-schedule", "--name", name)["Name"], name)
        aws("delete-schedule", "--name", name)


if __name__ == "__main__":
    unittest.main()
