"""CloudWatch as boto3, the AWS CLI and older clients see it: RPC v2 CBOR, JSON and Query.

Run against a running endpoint: python3 tests/peers/cloudwatch.py
"""
import datetime
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid
import xml.etree.ElementTree

import boto3
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_DEFAULT_REGION"]
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=40)
GUIDE = pathlib.Path(__file__).resolve().parents[3] / "shared/spec/configuration-guide.md"


def client(service, **more):
    return boto3.client(service, config=CONFIG, **more)


def fresh(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.5)


class Peer(unittest.TestCase):
    def setUp(self):
        self.cloudwatch = client("cloudwatch")
        self.space = fresh("Peers")

    def put(self, value, **more):
        self.cloudwatch.put_metric_data(Namespace=self.space, MetricData=[
            {"MetricName": "Errors", "Value": value, "Unit": "Count", **more}])

    def alarm(self, **more):
        name = fresh("alarm")
        self.cloudwatch.put_metric_alarm(**{
            "AlarmName": name, "Namespace": self.space, "MetricName": "Errors", "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold", **more})
        self.addCleanup(self.cloudwatch.delete_alarms, AlarmNames=[name])
        return name

    def state(self, name):
        return self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]


class Metrics(Peer):
    def test_what_is_put_is_told(self):
        self.put(3, Dimensions=[{"Name": "Step", "Value": "copy"}])
        self.put(5, Dimensions=[{"Name": "Step", "Value": "copy"}])
        window = {"StartTime": now() - datetime.timedelta(minutes=10), "EndTime": now() + datetime.timedelta(minutes=1)}
        answer = self.cloudwatch.get_metric_statistics(
            Namespace=self.space, MetricName="Errors", Dimensions=[{"Name": "Step", "Value": "copy"}], Period=3600,
            Statistics=["Sum", "Average"], ExtendedStatistics=["p90"], **window)
        point = answer["Datapoints"][0]
        self.assertEqual((point["Sum"], point["Average"], point["ExtendedStatistics"]["p90"]), (8.0, 4.0, 5.0))
        self.assertIsInstance(point["Timestamp"], datetime.datetime)
        stat = {"Metric": {"Namespace": self.space, "MetricName": "Errors",
                           "Dimensions": [{"Name": "Step", "Value": "copy"}]}, "Period": 3600, "Stat": "Sum"}
        answer = self.cloudwatch.get_metric_data(MetricDataQueries=[
            {"Id": "m1", "MetricStat": stat, "ReturnData": False},
            {"Id": "half", "Expression": "m1/2"},
            {"Id": "found", "Expression": f"SEARCH('{{{self.space},Step}} MetricName=\"Errors\"', 'Maximum', 3600)"}], **window)
        results = {each["Id"]: each for each in answer["MetricDataResults"]}
        self.assertEqual(results["half"]["Values"], [4.0])
        self.assertEqual((results["found"]["Label"], results["found"]["Values"]), ("copy", [5.0]))
        metrics = self.cloudwatch.list_metrics(Namespace=self.space)["Metrics"]
        self.assertEqual(metrics, [{"Namespace": self.space, "MetricName": "Errors",
                                    "Dimensions": [{"Name": "Step", "Value": "copy"}]}])

    def test_many_metrics_are_sent_compressed(self):
        self.cloudwatch.put_metric_data(Namespace=self.space, MetricData=[
            {"MetricName": f"metric-with-a-long-name-{i}", "Value": i} for i in range(500)])
        pages = self.cloudwatch.get_paginator("list_metrics").paginate(Namespace=self.space)
        self.assertEqual(sum(len(page["Metrics"]) for page in pages), 500)

    def test_refusals_have_their_codes(self):
        self.refused("InvalidParameterValue", self.cloudwatch.put_metric_data, Namespace="AWS/RDS",
                     MetricData=[{"MetricName": "m", "Value": 1}])
        message = self.refused("InvalidParameterCombination", self.cloudwatch.put_metric_data, Namespace=self.space,
                               MetricData=[{"MetricName": "m", "Value": 1, "Values": [1]}])
        self.assertIn("MetricData.member.1.Value", message)
        self.refused("ValidationError", self.cloudwatch.get_metric_data, StartTime=now() - datetime.timedelta(hours=1),
                     EndTime=now(), MetricDataQueries=[{"Id": "e", "Expression": "RATE(m)"}])

    def test_lines_of_the_embedded_metric_format(self):
        logs = client("logs")
        group = fresh("/peers")
        logs.create_log_group(logGroupName=group)
        self.addCleanup(logs.delete_log_group, logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        millis = int(time.time() * 1000)
        line = {"_aws": {"Timestamp": millis, "CloudWatchMetrics": [
            {"Namespace": self.space, "Dimensions": [["Environment"]], "Metrics": [{"Name": "Errors", "Unit": "Count"}]}]},
            "Environment": "dev", "Errors": 6}
        logs.put_log_events(logGroupName=group, logStreamName="s",
                            logEvents=[{"timestamp": millis, "message": json.dumps(line)}])
        answer = self.cloudwatch.get_metric_statistics(
            Namespace=self.space, MetricName="Errors", Dimensions=[{"Name": "Environment", "Value": "dev"}], Period=3600,
            Statistics=["Sum"], StartTime=now() - datetime.timedelta(minutes=5), EndTime=now() + datetime.timedelta(minutes=1))
        self.assertEqual([point["Sum"] for point in answer["Datapoints"]], [6.0])

    def test_functions_and_executions_are_measured(self):
        function = "aurora-restore-cleanup-dev"
        client("lambda").invoke(FunctionName=function, Payload=b'{"operation_id": "no-such-operation"}')
        answer = self.cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda", MetricName="Invocations", Dimensions=[{"Name": "FunctionName", "Value": function}],
            Period=3600, Statistics=["Sum"], StartTime=now() - datetime.timedelta(minutes=5),
            EndTime=now() + datetime.timedelta(minutes=1))
        self.assertGreaterEqual(answer["Datapoints"][0]["Sum"], 1)
        states = client("stepfunctions")
        machine = states.create_state_machine(
            name=fresh("m"), roleArn="arn:aws:iam::123456789012:role/r",
            definition=json.dumps({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}))["stateMachineArn"]
        self.addCleanup(states.delete_state_machine, stateMachineArn=machine)
        states.start_execution(stateMachineArn=machine)

        def failed():
            return self.cloudwatch.get_metric_statistics(
                Namespace="AWS/States", MetricName="ExecutionsFailed", Period=3600, Statistics=["Sum"],
                Dimensions=[{"Name": "StateMachineArn", "Value": machine}], StartTime=now() - datetime.timedelta(minutes=5),
                EndTime=now() + datetime.timedelta(minutes=1))["Datapoints"]
        self.assertEqual(wait_until(failed, 20, "a failed execution in AWS/States")[0]["Sum"], 1)


class Alarms(Peer):
    def test_an_alarm_goes_off_and_a_queue_hears_of_it(self):
        sns, sqs = client("sns"), client("sqs")
        queue = sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=queue)
        topic = sns.create_topic(Name=fresh("t"))["TopicArn"]
        self.addCleanup(sns.delete_topic, TopicArn=topic)
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        name = self.alarm(AlarmActions=[topic], AlarmDescription="told to a queue")
        self.put(2, Timestamp=now() - datetime.timedelta(seconds=60))
        wait_until(lambda: self.state(name) == "ALARM", 40, "the alarm goes off")
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
        envelope = json.loads(messages[0]["Body"])
        self.assertEqual(envelope["Subject"], f'ALARM: "{name}" in US West (Oregon)')
        message = json.loads(envelope["Message"])
        self.assertEqual((message["NewStateValue"], message["OldStateValue"]), ("ALARM", "INSUFFICIENT_DATA"))
        self.assertEqual(message["Trigger"]["Namespace"], self.space)
        history = self.cloudwatch.describe_alarm_history(AlarmName=name, ScanBy="TimestampAscending")["AlarmHistoryItems"]
        self.assertEqual([item["HistoryItemType"] for item in history], ["ConfigurationUpdate", "StateUpdate", "Action"])

    def test_every_operation_on_alarms(self):
        name = self.alarm(Tags=[{"Key": "team", "Value": "dba"}])
        found = self.cloudwatch.describe_alarms_for_metric(Namespace=self.space, MetricName="Errors")["MetricAlarms"]
        self.assertEqual([each["AlarmName"] for each in found], [name])
        arn = found[0]["AlarmArn"]
        self.cloudwatch.disable_alarm_actions(AlarmNames=[name])
        self.assertFalse(self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["ActionsEnabled"])
        self.cloudwatch.enable_alarm_actions(AlarmNames=[name])
        self.assertTrue(self.cloudwatch.describe_alarms(AlarmNamePrefix=name)["MetricAlarms"][0]["ActionsEnabled"])
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")
        self.assertEqual(self.state(name), "OK")
        self.cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "tier", "Value": "1"}])
        self.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
        self.assertEqual(self.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "tier", "Value": "1"}])
        message = self.refused("ValidationError", self.cloudwatch.put_composite_alarm, AlarmName="c", AlarmRule="TRUE")
        self.assertIn("Composite alarms", message)
        self.refused("ResourceNotFound", self.cloudwatch.set_alarm_state, AlarmName=fresh("none"), StateValue="OK",
                     StateReason="x")

    def test_the_pipelines_alarms_are_there(self):
        names = {alarm["AlarmName"] for page in self.cloudwatch.get_paginator("describe_alarms").paginate()
                 for alarm in page["MetricAlarms"]}
        self.assertIn("aurora-restore-step-functions-failures-dev", names)
        self.assertIn("aurora-restore-lambda-errors-cleanup-dev", names)

    @unittest.skipUnless(shutil.which("aws") and GUIDE.is_file(), "no AWS CLI, or no configuration guide, is here")
    def test_the_commands_of_the_configuration_guide(self):
        text = GUIDE.read_text()
        text = text[text.index("aws cloudwatch put-metric-alarm"):]
        script = text[:text.index("```")]
        self.assertEqual(script.count("put-metric-alarm"), 2)
        environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
        result = subprocess.run(["sh", "-e", "-c", script], env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        east = client("cloudwatch", region_name="us-east-1")
        names = ["aurora-restore-step-functions-failures", "aurora-restore-lambda-errors"]
        self.addCleanup(east.delete_alarms, AlarmNames=names)
        alarms = east.describe_alarms(AlarmNames=names)["MetricAlarms"]
        self.assertEqual({alarm["AlarmName"] for alarm in alarms}, set(names))
        result = subprocess.run(["aws", "cloudwatch", "put-metric-alarm", "--alarm-name", "x", "--period", "60",
                                 "--metric-name", "m", "--namespace", "n", "--statistic", "Sum", "--threshold", "1",
                                 "--comparison-operator", "GreaterThanThreshold", "--evaluation-periods", "1",
                                 "--alarm-actions", "arn:aws:sns:us-east-1:123456789012:t"],
                                env={**os.environ, "AWS_DEFAULT_REGION": REGION}, capture_output=True, text=True, timeout=60)
        self.assertIn("Invalid region us-east-1 specified. Only us-west-2 is supported.", result.stderr)


class Dashboards(Peer):
    def test_every_operation_on_dashboards(self):
        name = fresh("D")
        body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "# Hello"}}]})
        self.assertEqual(self.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)["DashboardValidationMessages"], [])
        self.assertEqual(self.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"], body)
        entry = self.cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"][0]
        self.assertEqual((entry["DashboardName"], entry["Size"]), (name, len(body)))
        message = self.refused("InvalidParameterInput", self.cloudwatch.put_dashboard, DashboardName=name,
                               DashboardBody='{"widgets": [{"type": "text"}]}')
        self.assertIn("/widgets/0", message)
        self.cloudwatch.delete_dashboards(DashboardNames=[name])
        self.refused("ResourceNotFound", self.cloudwatch.get_dashboard, DashboardName=name)

    def test_the_pipelines_dashboard_has_data_for_its_expressions(self):
        body = json.loads(self.cloudwatch.get_dashboard(DashboardName="AuroraRestorePipelineDashboard")["DashboardBody"])
        expressions = 0
        for widget in body["widgets"]:
            queries = []
            for number, metric in enumerate(widget["properties"].get("metrics", [])):
                options = metric[-1] if isinstance(metric[-1], dict) else {}
                query = {"Id": options.get("id", f"q{number}")}
                if "expression" in options:
                    query["Expression"] = options["expression"]
                    expressions += 1
                else:
                    names = metric[:-1] if options else metric
                    query["MetricStat"] = {
                        "Metric": {"Namespace": names[0], "MetricName": names[1],
                                   "Dimensions": [{"Name": names[i], "Value": names[i + 1]}
                                                  for i in range(2, len(names), 2)]},
                        "Period": widget["properties"]["period"], "Stat": options["stat"]}
                queries.append(query)
            if queries:
                with self.subTest(title=widget["properties"]["title"]):
                    self.cloudwatch.get_metric_data(MetricDataQueries=queries, EndTime=now(),
                                                    StartTime=now() - datetime.timedelta(hours=3))
        self.assertGreater(expressions, 5)


class OlderProtocols(Peer):
    """Literal requests, as clients of before 2024 send them."""

    def send(self, body, headers):
        credentials = botocore.session.get_session().get_credentials().get_frozen_credentials()
        request = AWSRequest("POST", URL + "/", data=body, headers=headers)
        SigV4Auth(credentials, "monitoring", REGION).add_auth(request)
        plain = urllib.request.Request(URL + "/", data=body, headers=dict(request.headers.items()), method="POST")
        try:
            with urllib.request.urlopen(plain, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read().decode()

    def query(self, action, compress=False, **parameters):
        body = urllib.parse.urlencode({"Action": action, "Version": "2010-08-01", **parameters}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        if compress:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        status, kind, text = self.send(body, headers)
        self.assertEqual(kind, "text/xml")
        return status, xml.etree.ElementTree.fromstring(text)

    def test_query(self):
        path = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
        for compress in (False, True):
            status, _ = self.query("PutMetricData", compress, **{
                "Namespace": self.space, "MetricData.member.1.MetricName": "Errors", "MetricData.member.1.Value": "3",
                "MetricData.member.1.Dimensions.member.1.Name": "Step",
                "MetricData.member.1.Dimensions.member.1.Value": "copy"})
            self.assertEqual(status, 200)
        _, root = self.query("GetMetricStatistics", **{
            "Namespace": self.space, "MetricName": "Errors", "Period": "3600", "Statistics.member.1": "Sum",
            "Dimensions.member.1.Name": "Step", "Dimensions.member.1.Value": "copy",
            "StartTime": (now() - datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "EndTime": (now() + datetime.timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")})
        points = root.findall(f"{path}GetMetricStatisticsResult/{path}Datapoints/{path}member")
        self.assertEqual([float(point.find(f"{path}Sum").text) for point in points], [6.0])
        status, root = self.query("GetDashboard", DashboardName=fresh("none"))
        self.assertEqual((status, root.find(f"{path}Error/{path}Code").text), (404, "ResourceNotFound"))
        status, root = self.query("NoSuchAction")
        self.assertEqual((status, root.find(f"{path}Error/{path}Code").text), (400, "InvalidAction"))

    def test_json(self):
        def ask(operation, **members):
            status, kind, text = self.send(json.dumps(members).encode(), {
                "X-Amz-Target": f"GraniteServiceVersion20100801.{operation}", "Content-Type": "application/x-amz-json-1.0"})
            self.assertEqual(kind, "application/x-amz-json-1.0")
            return status, json.loads(text or "{}")
        self.assertEqual(ask("PutMetricData", Namespace=self.space, MetricData=[{"MetricName": "m", "Value": 1.5}])[0], 200)
        self.assertEqual(ask("ListMetrics", Namespace=self.space)[1]["Metrics"][0]["MetricName"], "m")
        status, error = ask("GetDashboard", DashboardName=fresh("none"))
        self.assertEqual((status, error["__type"]), (404, "DashboardNotFoundError"))


if __name__ == "__main__":
    unittest.main()
