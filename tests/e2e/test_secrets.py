"""Secrets are nowhere but where secrets are kept: canaries are planted, restores run and fail with every AWS call in the
log, and whatever text can go to is searched for them."""

import json
import os
import pathlib
import threading
import time


from harness import Endpoint, EndpointTest

CANARIES = {"target's master": "Canary0Master0Kj83hdQ", "user's secret": "Canary0User0Lw02nvTz",
            "user's plain text": "Canary0Plain0Xy61bqRe", "application's": "Canary0App0Zt55mmPo"}

FAILING_CHECK = """-- check: there is nobody
-- expect: empty
SELECT 1;
"""


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


class Sampler(threading.Thread):
    """Looks at command lines and environments of every process: often at young ones, which may still become another
    program, and now and then at the rest, so that what is watched has the processor."""

    YOUNG_LOOKS = 20
    ROUNDS_BETWEEN_LOOKS_AT_OLD_ONES = 100

    def __init__(self, secrets):
        super().__init__(daemon=True)
        self.secrets = [secret.encode() for secret in secrets]
        self.found = set()
        self.seen = set()
        self.stopping = threading.Event()

    def run(self):
        looks, rounds = {}, 0
        while not self.stopping.is_set():
            rounds += 1
            looks = {pid: looks.get(pid, 0) + 1 for pid in processes()}
            for pid, count in looks.items():
                if count > self.YOUNG_LOOKS and rounds % self.ROUNDS_BETWEEN_LOOKS_AT_OLD_ONES:
                    continue
                for name in ("cmdline", "environ"):
                    try:
                        data = pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
                    except OSError:
                        continue
                    if name == "cmdline":
                        self.seen.add(data.split(b"\0")[0].rsplit(b"/", 1)[-1])
                    if any(secret in data for secret in self.secrets):
                        self.found.add((pid, name, data[:200]))
            time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        self.join()


class SecretsTest:
    """What both engines are put through."""

    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.endpoint.environment["LOG_LEVEL"] = "DEBUG"
        cls.endpoint.start()
        cls.endpoint.run("local", "seed", "--engine", cls.engine)
        cls.output = {}
        cls.source_password = cls.endpoint.run("secret", cls.source_secret, "--field", "password").stdout.strip()
        cls.secrets = {**CANARIES, "source's master": cls.source_password}
        cls.plant()
        (cls.endpoint.folder / "check.sql").write_text(FAILING_CHECK)
        cls.sampler = Sampler(cls.secrets.values())
        cls.sampler.start()
        cls.addClassCleanup(cls.sampler.stop)

    @classmethod
    def from_file(cls, text):
        """What must not stand in an argument list goes by a file, which is gone before anything is searched."""
        path = cls.endpoint.folder / "value"
        path.write_text(text)
        return f"file://{path}"

    @classmethod
    def secret(cls, name, username, password):
        cls.endpoint.aws("secretsmanager", "create-secret", "--name", name, "--secret-string",
                         cls.from_file(json.dumps({"username": username, "password": password})))

    @classmethod
    def plant(cls):
        cls.secret("canary/master", cls.master_user, CANARIES["target's master"])
        cls.secret("canary/user", "secret_user", CANARIES["user's secret"])
        cls.secret("canary/app", "app", CANARIES["application's"])
        users = [{"username": "secret_user", "password_secret_id": "canary/user", "privileges": ["SELECT"]},
                 {"username": "plain_user", "password": CANARIES["user's plain text"], "privileges": ["SELECT", "INSERT"]}]
        # SSM does not change the type of a parameter that is there.
        cls.endpoint.aws("ssm", "delete-parameter", "--name", "/aurora-restore/dev/db_users")
        cls.endpoint.aws("ssm", "put-parameter", "--type", "SecureString", "--name", "/aurora-restore/dev/db_users",
                         "--value", cls.from_file(json.dumps(users)))
        (cls.endpoint.folder / "value").unlink()
        queue = cls.endpoint.aws("sqs", "create-queue", "--queue-name", "everything")["QueueUrl"]
        cls.queues = [queue, cls.endpoint.aws("sqs", "get-queue-url", "--queue-name", "dev-notifications")["QueueUrl"]]
        topic = next(t["TopicArn"] for t in cls.endpoint.aws("sns", "list-topics")["Topics"])
        cls.endpoint.aws("sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint",
                         "arn:aws:sqs:us-west-2:123456789012:everything")

    def restore(self, operation, *more, succeeds=True):
        result = self.endpoint.run("run", "--debug", "--snapshot-date", "latest", "--source-cluster-id", self.source,
                                   "--target-cluster", self.target, "--operation-id", operation,
                                   "--set", "master_credentials_secret_id=canary/master",
                                   "--set", "app_credentials_secret_id=canary/app",
                                   "--set", f"source_credentials_secret_id={self.source_secret}",
                                   *more, check=False, timeout=600)
        self.output[f"run {operation}"] = result.stdout + result.stderr
        self.assertEqual(result.returncode == 0, succeeds, result.stdout[-2000:] + result.stderr[-3000:])

    def assert_clean(self, place, text):
        for name, secret in self.secrets.items():
            if secret in text:
                at = text.index(secret)
                self.fail(f"the {name} password is in {place}: ...{text[max(0, at - 200):at]}")
        self.assertNotIn("X-Amz-Signature=", text, f"a signed token is in {place}")

    def test_1_restore_that_succeeds(self):
        self.restore("canary-1", "--set", "compare_with_source=checksums")

    def test_2_restore_that_fails_after_passwords_were_used(self):
        self.restore("canary-2", "--set", "verification_sql=check.sql", succeeds=False)
        self.assertEqual(self.state_of("canary-2")["status"]["S"], "FAILED")

    def test_3_nothing_in_tables_and_histories(self):
        for table in self.endpoint.aws("dynamodb", "list-tables")["TableNames"]:
            self.assert_clean(table, json.dumps(self.endpoint.aws("dynamodb", "scan", "--table-name", table)))
        machine = self.endpoint.aws("stepfunctions", "list-state-machines")["stateMachines"][0]["stateMachineArn"]
        executions = self.endpoint.aws("stepfunctions", "list-executions", "--state-machine-arn", machine)["executions"]
        self.assertGreaterEqual(len(executions), 2)
        for execution in executions:
            arn = ("--execution-arn", execution["executionArn"])
            for operation in ("describe-execution", "get-execution-history"):
                self.assert_clean(f"{operation} of {execution['name']}",
                                  json.dumps(self.endpoint.aws("stepfunctions", operation, *arn)))

    def test_4_nothing_in_logs_and_metrics_with_every_call_in_them(self):
        calls, metrics = 0, 0
        for group in self.endpoint.aws("logs", "describe-log-groups")["logGroups"]:
            text = json.dumps(self.endpoint.aws("logs", "filter-log-events", "--log-group-name", group["logGroupName"]))
            self.assert_clean(group["logGroupName"], text)
            calls += text.count("AWS call")
            metrics += text.count("CloudWatchMetrics")
        self.assertGreater(calls, 100, "LOG_LEVEL=DEBUG shows the calls")
        self.assertGreater(metrics, 10)

    def test_5_nothing_in_messages(self):
        count = 0
        for queue in self.queues:
            while messages := (self.endpoint.aws("sqs", "receive-message", "--queue-url", queue, "--max-number-of-messages", "10",
                                                 "--message-attribute-names", "All") or {}):
                if not isinstance(messages, dict) or not messages.get("Messages"):
                    break
                for message in messages["Messages"]:
                    count += 1
                    self.assert_clean(queue, json.dumps(message))
                    self.endpoint.aws("sqs", "delete-message", "--queue-url", queue, "--receipt-handle", message["ReceiptHandle"])
        self.assertGreater(count, 12, "start, steps and ends")

    def test_6_nothing_in_the_archive(self):
        for bucket in self.endpoint.aws("s3api", "list-buckets")["Buckets"]:
            listed = self.endpoint.aws("s3api", "list-objects-v2", "--bucket", bucket["Name"])
            for entry in listed.get("Contents", []) if isinstance(listed, dict) else []:
                path = self.endpoint.folder / "object"
                self.endpoint.aws("s3api", "get-object", "--bucket", bucket["Name"], "--key", entry["Key"], str(path))
                self.assert_clean(f"s3://{bucket['Name']}/{entry['Key']}", path.read_bytes().decode(errors="replace"))
                path.unlink()

    def test_7_nothing_in_what_commands_print(self):
        for command in (["status", "canary-1"], ["status", "canary-2", "--json"], ["audit", "canary-2"], ["history", "canary-1", "--json"],
                        ["list"], ["config", "show"], ["config", "show", "canary-1", "--output", "json"], ["config", "validate"],
                        ["notify", "test"]):
            result = self.endpoint.run("--debug", *command, check=False)
            self.output[" ".join(command)] = result.stdout + result.stderr
        self.assertIn("AWS call", self.output["status canary-1"])
        self.assertIn("plain_user", self.output["config show"])
        for command, text in self.output.items():
            self.assert_clean(f"the output of {command}", text)

    def test_8_nothing_in_command_lines_and_environments(self):
        self.assertEqual(self.sampler.found, set())
        self.assertIn(b"bootstrap", self.sampler.seen, "the functions were seen")
        self.assertIn(self.server, self.sampler.seen, "and so were database servers")

    def test_9_files_hold_them_only_sealed_and_nobody_dumps_core(self):
        # Dead pages of a store hold what was there before.
        found = []
        for path in self.endpoint.data.rglob("*"):
            if path.is_file() and not path.is_symlink():
                data = path.read_bytes()
                found += [f"{path.relative_to(self.endpoint.data)}: {name}" for name, secret in self.secrets.items()
                          if secret.encode() in data]
        self.assertEqual(found, [])
        # One function at least is warm.
        self.endpoint.run("invoke", "check_copy_status", "--operation-id", "canary-1", check=False)
        ours = [self.endpoint.pid()]
        for pid in processes():
            try:
                line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                parent = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == ours[0] and line:
                ours.append(pid)
        self.assertGreater(len(ours), 1)
        for pid in ours:
            limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
            core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
            self.assertEqual(core.split()[4:6], ["0", "0"], f"process {pid} may dump core")


class SecretsOfPostgresql(SecretsTest, EndpointTest):
    engine = "aurora-postgresql"
    source, target, master_user, server = "dev-source-cluster", "dev-target-cluster", "postgres", b"postgres"
    source_secret = "dev/master-credentials"


class SecretsOfMysql(SecretsTest, EndpointTest):
    engine = "aurora-mysql"
    source, target, master_user, server = "dev-mysql-source", "dev-mysql-target", "admin", b"mariadbd"
    source_secret = "dev/mysql-master-credentials"
