"""CloudWatch Logs Insights as boto3 and the AWS CLI see it: the operations guide's queries on a real restore's logs.

Run by: python3 run.py logs_insights
"""
import collections
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

URL = os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(retries={"total_max_attempts": 1})
STEPS = ["snapshot-check", "copy-snapshot", "check-copy-status", "delete-rds", "restore-snapshot", "check-restore-status",
         "setup-db-users", "verify-restore", "notify-completion", "cleanup", "handle-failure"]

# As the operations guide prints them.
ERRORS = """filter level = "ERROR"
| stats count(*) as errorCount by function_name
| sort errorCount desc"""
DURATIONS = """filter message like "Operation completed"
| parse message "in * seconds" as duration
| stats avg(duration), max(duration), min(duration) by function_name"""
OPERATION = """filter operation_id = "restore-YYYYMMDD-HHMMSS"
| sort @timestamp asc
| display @timestamp, level, function_name, message"""


def client():
    return boto3.client("logs", endpoint_url=URL, config=CONFIG)


def restore(*arguments, code=0):
    result = subprocess.run(["aurora-restore", *arguments], capture_output=True, text=True, timeout=300)
    if result.returncode != code:
        raise AssertionError(f"aurora-restore {arguments}: {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result


class Queries(unittest.TestCase):
    def setUp(self):
        self.logs = client()

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response

    def query(self, text, groups, **more):
        now = int(time.time())
        order = {"logGroupNames": groups, "startTime": now - 3600, "endTime": now + 60, "queryString": text, **more}
        query_id = self.logs.start_query(**order)["queryId"]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = self.logs.get_query_results(queryId=query_id)
            if answer["status"] not in ("Scheduled", "Running"):
                return answer
            time.sleep(0.02)
        raise AssertionError("the query did not end")

    def rows(self, text, groups, **more):
        answer = self.query(text, groups, **more)
        self.assertEqual(answer["status"], "Complete")
        return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]


class OnARestoresLogs(Queries):
    """One restore that succeeds and one that fails, once for all of these tests."""

    @classmethod
    def setUpClass(cls):
        restore("local", "seed")
        cls.operation = f"restore-{uuid.uuid4().hex[:8]}"
        restore("run", "--snapshot-date", "today", "--operation-id", cls.operation)
        cls.failed = f"restore-{uuid.uuid4().hex[:8]}"
        restore("run", "--snapshot-name", "no-such-snapshot", "--operation-id", cls.failed, code=4)
        found = client().describe_log_groups(logGroupNamePrefix="/aws/lambda/aurora-restore")["logGroups"]
        cls.groups = [group["logGroupName"] for group in found]

    def test_counts_errors_by_function(self):
        rows = self.rows(ERRORS, self.groups)
        self.assertEqual(rows[0]["function_name"], "aurora-restore-snapshot-check-dev")
        self.assertGreaterEqual(int(rows[0]["errorCount"]), 1)
        self.assertEqual(list(rows[0]), ["function_name", "errorCount"])

    def test_compares_durations_by_function(self):
        rows = {row["function_name"]: row for row in self.rows(DURATIONS, self.groups)}
        for step in STEPS[:-1]:
            row = rows[f"aurora-restore-{step}-dev"]
            low, mean, high = (float(row[f"{name}(duration)"]) for name in ("min", "avg", "max"))
            self.assertTrue(0 <= low <= mean <= high < 300, row)

    def test_tracks_one_operation_in_the_order_of_time(self):
        rows = self.rows(OPERATION.replace("restore-YYYYMMDD-HHMMSS", self.operation), self.groups)
        self.assertEqual([row["@timestamp"] for row in rows], sorted(row["@timestamp"] for row in rows))
        self.assertIn("aurora-restore-cleanup-dev", {row["function_name"] for row in rows})
        first = next(row["function_name"] for row in rows)
        self.assertEqual(first, "aurora-restore-snapshot-check-dev")
        self.assertTrue(any("Operation completed in" in row["message"] for row in rows))
        self.assertTrue(all(row["level"] in ("DEBUG", "INFO", "WARNING", "ERROR") for row in rows))

    def test_reads_what_lambda_reports_of_real_processes(self):
        rows = self.rows("filter @type = 'REPORT' | stats count(*) as n, max(@maxMemoryUsed / 1000 / 1000) as used, "
                         "max(@memorySize / 1000 / 1000) as size, max(@duration) as longest by @log", self.groups)
        self.assertEqual(len(rows), len(self.groups))
        for row in rows:
            self.assertTrue(1 < float(row["used"]) < 128, row)
            self.assertGreater(float(row["longest"]), 0)
        one = self.rows("fields @requestId, @type, @billedDuration | filter ispresent(@requestId)",
                        ["/aws/lambda/aurora-restore-cleanup-dev"])
        by_request = collections.Counter(row["@requestId"] for row in one)
        self.assertEqual(set(by_request.values()), {3}, "START, END and REPORT of each invocation")

    def test_filters_as_the_documents_do(self):
        group = "/aws/lambda/aurora-restore-snapshot-check-dev"
        for pattern, wanted in ((self.operation, 1), ("ERROR", 1), (f'"{self.failed}"', 1)):
            events = self.logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
            self.assertGreaterEqual(len(events), wanted, pattern)
            self.assertTrue(all(pattern.strip('"') in event["message"] for event in events), pattern)

    @unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
    def test_answers_the_aws_cli(self):
        def aws(*arguments):
            result = subprocess.run(["aws", "--endpoint-url", URL, "--output", "json", "logs", *arguments],
                                    capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout)

        now = int(time.time())
        started = aws("start-query", "--log-group-names", *self.groups, "--start-time", str(now - 3600), "--end-time",
                      str(now + 60), "--query-string", OPERATION.replace("restore-YYYYMMDD-HHMMSS", self.operation))
        for _ in range(100):
            answer = aws("get-query-results", "--query-id", started["queryId"])
            if answer["status"] == "Complete":
                break
        fields = [cell["field"] for cell in answer["results"][0]]
        self.assertEqual(fields, ["@timestamp", "level", "function_name", "message", "@ptr"])
        self.assertGreater(answer["statistics"]["recordsScanned"], answer["statistics"]["recordsMatched"])
        record = aws("get-log-record", "--log-record-pointer", answer["results"][0][4]["value"])["logRecord"]
        self.assertEqual(record["operation_id"], self.operation)

    def test_the_command_logs_shows_the_same_lines(self):
        lines = restore("logs", self.operation, "--json").stdout.splitlines()
        rows = self.rows(OPERATION.replace("restore-YYYYMMDD-HHMMSS", self.operation) + "| filter not ispresent(_aws)",
                         self.groups)
        shown = [json.loads(line) for line in lines]
        self.assertEqual(sorted(line["message"] for line in shown),
                         sorted(row.get("message", "") for row in rows if row.get("message")))
        self.assertEqual([line["time"] for line in shown], sorted(line["time"] for line in shown))
        self.assertIn("ERROR", restore("logs", self.failed, "--errors").stdout)
        self.assertEqual(restore("logs", "op-none", code=4).stdout, "")

    def test_the_command_logs_query_prints_the_documents_tables(self):
        self.assertIn("function_name", restore("logs", "query", "errors").stdout.splitlines()[0])
        self.assertIn("avg(duration)", restore("logs", "query", "durations").stdout.splitlines()[0])
        table = restore("logs", "query", "operation", self.operation, "--function", "cleanup").stdout
        self.assertIn("aurora-restore-cleanup-dev", table)
        self.assertNotIn("aurora-restore-copy-snapshot-dev", table)
        refused = restore("logs", "query", "fields a | | b", code=2)
        self.assertIn("unexpected symbol found | at line 1 and position 12", refused.stderr)


class TheApi(Queries):
    def setUp(self):
        super().setUp()
        self.group = f"peer-{uuid.uuid4().hex[:12]}"
        self.logs.create_log_group(logGroupName=self.group)
        self.addCleanup(self.logs.delete_log_group, logGroupName=self.group)
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="s")

    def put(self, *lines):
        now = int(time.time() * 1000)
        self.logs.put_log_events(logGroupName=self.group, logStreamName="s",
                                 logEvents=[{"timestamp": now + i, "message": line} for i, line in enumerate(lines)])

    def test_shows_time_and_message_by_default(self):
        self.put("a", "b")
        answer = self.query("filter true", [self.group])
        self.assertEqual([cell["field"] for cell in answer["results"][0]], ["@timestamp", "@message", "@ptr"])
        self.assertEqual(answer["results"][0][1]["value"], "b")
        self.assertEqual(answer["statistics"]["recordsScanned"], 2.0)

    def test_refuses_with_the_place_of_the_mistake(self):
        answer = self.refused("MalformedQueryException", self.query, text="fields a\n| filter b ==", groups=[self.group])
        self.assertEqual(answer["Error"]["Message"], "unexpected symbol found = at line 2 and position 13")
        self.assertEqual(answer["queryCompileError"]["location"], {"startCharOffset": 21, "endCharOffset": 22})
        self.refused("ResourceNotFoundException", self.query, text="fields a", groups=["none"])
        self.refused("MalformedQueryException", self.query, text="fields a | pattern @message", groups=[self.group])

    def test_bounds_hostile_queries(self):
        self.put("a" * 200000)
        self.refused("MalformedQueryException", self.query, text="filter " + "(" * 9900, groups=[self.group])
        rows = self.rows("filter @message like /(a+)+$/ | stats count(*) as n", [self.group])
        self.assertEqual(rows, [{"n": "1"}])
        rows = self.rows("fields strlen(replace(@message, 'a', 'aaaaaaaaaa')) as n", [self.group])
        self.assertNotIn("n", rows[0])

    def test_lists_queries_and_refuses_to_stop_what_is_over(self):
        self.query("stats count(*)", [self.group])
        found = self.logs.describe_queries(logGroupName=self.group)["queries"]
        self.assertEqual([(q["status"], q["queryString"]) for q in found], [("Complete", "stats count(*)")])
        self.refused("InvalidParameterException", self.logs.stop_query, queryId=found[0]["queryId"])

    def test_keeps_query_definitions(self):
        name = f"peer/{uuid.uuid4().hex[:8]}"
        put = self.logs.put_query_definition(name=name, queryString=ERRORS, logGroupNames=[self.group])
        found = self.logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
        self.assertEqual((found[0]["queryString"], found[0]["logGroupNames"]), (ERRORS, [self.group]))
        self.assertTrue(self.logs.delete_query_definition(queryDefinitionId=put["queryDefinitionId"])["success"])

    def test_tells_the_fields_of_a_group(self):
        self.put('{"a": {"b": 1}}', "plain")
        time.sleep(0.1)
        fields = {f["name"]: f["percent"] for f in self.logs.get_log_group_fields(logGroupName=self.group)["logGroupFields"]}
        self.assertEqual((fields["a.b"], fields["@message"]), (50, 100))


if __name__ == "__main__":
    unittest.main()
