"""`aurora-restore deploy`, `deploy status` and `destroy` with the real executable: against a moto server, and against a
CloudFormation of our own for what moto does not show.

What moto (5.2) lacks, and these tests therefore do not claim: it works a change set out as additions, changes and
removals without saying what is replaced; a stack that a change set made has no outputs; it takes unknown parameters and sees changes where only the way in which a
value is given differs; nothing takes time or fails in it; it knows no ExpectedBucketOwner, no ImportExistingResources
and no policies. None of this was run against AWS.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fake_cloudformation import FakeCloudFormation  # noqa: E402
from harness import BIN, free_port, wait_until  # noqa: E402
from test_cli import OnTerminal  # noqa: E402

try:
    import boto3
    import moto.server  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}; pip install 'moto[server]' brings both")
    sys.exit(77)

PROGRAM = str(BIN / "aurora-restore")
REGION = "eu-central-1"
ACCOUNT = "123456789012"
BUCKET = f"aurora-restore-{ACCOUNT}-{REGION}"
STACK = "aurora-restore-test"
SMALL_TEMPLATE = """
Parameters:
  Environment: {Type: String, Default: dev}
  Release: {Type: String, Default: ""}
  FailWith: {Type: String, Default: ""}
  FailRollback: {Type: String, Default: ""}
Resources:
  StateTable: {Type: "AWS::DynamoDB::Table", DeletionPolicy: Retain}
  Topic: {Type: "AWS::SNS::Topic"}
"""


# The template's own tests mend moto in what its CloudFormation lacks of AWS's, each by name.
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MENDED = pathlib.Path(__file__).resolve().parent.parent / "infrastructure/moto_server.py"
MOTO = [sys.executable, str(MENDED)] if MENDED.exists() else [sys.executable, "-m", "moto.server"]


def answers(url):
    import urllib.request
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


class Deploying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="aurora-deploy-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        log = open(cls.folder / "moto.log", "w")
        cls.moto = subprocess.Popen([*MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        cls.addClassCleanup(log.close)
        cls.addClassCleanup(cls.moto.wait)
        cls.addClassCleanup(cls.moto.kill)
        wait_until(lambda: answers(cls.url + "/moto-api/data.json"), 60, "moto answers")
        cls.package = cls.folder / "functions.zip"
        with zipfile.ZipFile(cls.package, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr, entry.compress_type = 0o100755 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, (BIN / "bootstrap").read_bytes())
            archive.writestr("amazon-roots.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
        cls.template = cls.folder / "small.yaml"
        cls.template.write_text(SMALL_TEMPLATE)

    def setUp(self):
        import urllib.request
        urllib.request.urlopen(urllib.request.Request(self.url + "/moto-api/reset", method="POST"), timeout=60).close()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AURORA_")) and k != "ENVIRONMENT"}
        self.environment = {**kept, "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "testing",
                            "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION, "LANG": "C.UTF-8",
                            "HOME": str(self.folder)}

    def run_it(self, *arguments, code=0, **changes):
        result = subprocess.run([PROGRAM, *arguments, "--env", "test"], env={**self.environment, **changes},
                                capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def deploy(self, *arguments, code=0, **changes):
        return self.run_it("deploy", "--package", str(self.package), *arguments, code=code, **changes)

    def client(self, service):
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, aws_access_key_id="testing",
                            aws_secret_access_key="testing")


class AgainstMoto(Deploying):
    def stacks(self):
        return [s["StackName"] for s in self.client("cloudformation").describe_stacks()["Stacks"]]

    def test_first_deployment_makes_bucket_files_and_stack(self):
        result = json.loads(self.deploy("--yes", "--json", "--tag", "team=dba").stdout)
        self.assertEqual((result["status"], result["changed"]), ("CREATE_COMPLETE", True))
        self.assertEqual({c["action"] for c in result["changes"]}, {"Add"})
        s3 = self.client("s3")
        keys = {o["Key"].split("/")[0] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
        self.assertEqual(keys, {"code", "definition", "template"})
        block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
        self.assertTrue(all(block.values()))
        self.assertEqual(s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0][
            "ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
        self.assertIn({"Key": "team", "Value": "dba"}, s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"])
        self.assertIn("aurora-restore-state-test", self.client("dynamodb").list_tables()["TableNames"])

    def test_code_arrives_as_it_was_and_definition_names_no_function(self):
        self.deploy("--yes")
        s3 = self.client("s3")
        objects = {o["Key"].split("/")[0]: o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
        code = s3.get_object(Bucket=BUCKET, Key=objects["code"])["Body"].read()
        self.assertEqual(code, self.package.read_bytes())
        definition = json.loads(s3.get_object(Bucket=BUCKET, Key=objects["definition"])["Body"].read())
        names = {s["Parameters"]["FunctionName"] for s in definition["States"].values()
                 if "FunctionName" in s.get("Parameters", {})}
        self.assertEqual(len(names), 11)
        self.assertTrue(all(n.startswith("${") and n.endswith("Function}") for n in names), names)

    def test_same_files_are_not_sent_again(self):
        self.deploy("--yes")
        before = {o["Key"]: o["LastModified"] for o in self.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]}
        again = self.deploy("--yes", "--parameter", "MaxReceiveCount=4")
        self.assertEqual(again.stderr.count("there already"), 3)
        after = {o["Key"]: o["LastModified"] for o in self.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]}
        self.assertEqual(before, after)

    def test_update_changes_one_parameter_and_keeps_the_others(self):
        self.deploy("--yes", "--parameter", "MessageRetentionSeconds=7200")
        result = json.loads(self.deploy("--yes", "--json", "--parameter", "MaxReceiveCount=3").stdout)
        self.assertEqual(result["status"], "UPDATE_COMPLETE")
        stack = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        values = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
        self.assertEqual((values["MaxReceiveCount"], values["MessageRetentionSeconds"]), ("3", "7200"))

    def test_dry_run_leaves_no_stack(self):
        result = self.deploy("--dry-run")
        self.assertIn("StateTable", result.stdout)
        self.assertEqual(self.stacks(), [])
        self.deploy("--yes")
        self.deploy("--dry-run", "--parameter", "MaxReceiveCount=3")
        self.assertEqual(self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"],
                         "CREATE_COMPLETE")

    def test_without_a_terminal_nothing_is_changed(self):
        result = self.deploy(code=6)
        self.assertIn("NotConfirmed", result.stderr)
        self.assertIn("--yes", result.stderr)
        self.assertEqual(self.stacks(), [])

    def test_all_findings_come_at_once_and_nothing_is_touched(self):
        (self.folder / "none.zip").write_bytes(b"no zip")
        result = self.run_it("deploy", "--yes", "--package", str(self.folder / "none.zip"), "--parameter", "Enviroment=x",
                             "--parameter", "MaxReceiveCount=0", code=2)
        for words in ("PackageUnusable", "Environment", "MaxReceiveCount"):
            self.assertIn(words, result.stderr)
        self.assertEqual(self.client("s3").list_buckets()["Buckets"], [])

    def test_package_that_does_not_start_is_not_deployed(self):
        broken = bytearray((BIN / "bootstrap").read_bytes())
        broken[24:32] = (0x400000).to_bytes(8, "little")   # the entry point: into the headers
        path = self.folder / "broken.zip"
        with zipfile.ZipFile(path, "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, bytes(broken))
            archive.writestr("roots.pem", "-----BEGIN CERTIFICATE-----\n")
        result = self.run_it("deploy", "--yes", "--package", str(path), code=2)
        self.assertIn("PackageDoesNotStart", result.stderr)
        self.assertEqual(self.client("s3").list_buckets()["Buckets"], [])

    def test_check_says_that_the_package_starts(self):
        result = self.deploy("--check")
        self.assertIn("all functions start here", result.stdout)
        self.assertEqual(self.client("s3").list_buckets()["Buckets"], [])

    def test_parameters_of_the_guide_are_taken(self):
        guide = (ROOT / "docs/DEPLOY.md").read_text()
        parameters = self.folder / "prod.yaml"
        parameters.write_text(re.search(r"```yaml\n(VpcSubnetIds.*?)```", guide, re.DOTALL).group(1))
        self.assertIn("to be created", self.deploy("--parameters", str(parameters), "--check").stdout)

    def test_profile_of_the_aws_cli_is_used(self):
        home = self.folder / "home"
        (home / ".aws").mkdir(parents=True, exist_ok=True)
        (home / ".aws/config").write_text(f"[profile ops]\nregion = us-west-2\nendpoint_url = {self.url}\n")
        (home / ".aws/credentials").write_text("[ops]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
        bare = {k: v for k, v in self.environment.items() if not k.startswith("AWS_")}
        result = subprocess.run([PROGRAM, "deploy", "--check", "--json", "--env", "test", "--package", str(self.package)],
                                env={**bare, "HOME": str(home), "AWS_PROFILE": "ops"}, capture_output=True, text=True,
                                timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["bucket"], f"aurora-restore-{ACCOUNT}-us-west-2")

    def test_status_tells_release_and_outputs(self):
        self.run_it("deploy", "status", code=4)
        self.deploy("--yes")
        shown = json.loads(self.run_it("deploy", "status", "--json").stdout)
        self.assertEqual(shown["status"], "CREATE_COMPLETE")
        self.assertEqual((shown["stack"], shown["running"]), (STACK, []))
        self.assertEqual(shown["events"][-1]["status"], "CREATE_COMPLETE")
        self.assertIn("CREATE_COMPLETE", self.run_it("deploy", "status").stdout)

    def test_destroy_keeps_the_tables_and_a_deployment_can_follow(self):
        self.deploy("--yes")
        self.run_it("destroy", code=6)
        result = self.run_it("destroy", "--yes")
        self.assertIn("aurora-restore-state-test", result.stdout)
        self.assertIn(BUCKET, result.stdout)
        self.assertEqual(self.stacks(), [])
        self.assertIn("aurora-restore-state-test", self.client("dynamodb").list_tables()["TableNames"])

    def test_destroy_with_data_wants_the_name(self):
        self.deploy("--yes")
        self.run_it("destroy", "--delete-data", "--yes", code=6)
        result = json.loads(self.run_it("destroy", "--delete-data", "--confirm", STACK, "--json").stdout)
        self.assertNotIn("aurora-restore-state-test", [left["name"] for left in result["left"]])
        self.assertNotIn("aurora-restore-state-test", self.client("dynamodb").list_tables()["TableNames"])


class AgainstAFake(Deploying):
    def setUp(self):
        super().setUp()
        self.formation = FakeCloudFormation()
        self.addCleanup(self.formation.close)
        self.environment["AWS_ENDPOINT_URL_CLOUDFORMATION"] = self.formation.url

    def deploy(self, *arguments, code=0, **changes):
        return super().deploy("--template", str(self.template), "--yes", *arguments, code=code, **changes)

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, "deploy", "--env", "test", "--yes", "--package", str(self.package), "--template",
                                 str(self.template), *arguments], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)

    def test_events_are_shown_while_they_come(self):
        self.formation.pace = 1.5   # our program looks every three seconds
        process = self.start()
        seen = {}
        for line in process.stderr:
            for words in ("StateTable", "Machine"):
                if words in line:
                    seen.setdefault(words, self.formation.status_of(STACK))
        process.stdout.close()
        process.stderr.close()
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(seen["StateTable"], "CREATE_IN_PROGRESS", "the first event was shown when all was over")

    def test_on_a_terminal_it_asks_and_shows_what_is_at_work(self):
        arguments = [PROGRAM, "deploy", "--env", "test", "--package", str(self.package), "--template", str(self.template)]
        terminal = OnTerminal(arguments, {**self.environment, "TERM": "xterm"})
        terminal.until("Type yes to go on")
        terminal.keys(b"no\n")
        self.assertEqual(terminal.end(), 6)
        self.assertEqual(self.formation.called("ExecuteChangeSet"), [])
        wait_until(lambda: self.formation.stacks[-1].status == "DELETE_COMPLETE", 30, "the empty stack is gone")
        self.formation.pace = 1.2
        terminal = OnTerminal(arguments, {**self.environment, "TERM": "xterm"})
        terminal.until("Type yes to go on")
        terminal.keys(b"yes\n")
        terminal.until("at work")
        self.assertEqual(terminal.end(), 0)
        self.assertIn("CREATE_COMPLETE", terminal.text)

    def test_no_changes_removes_the_change_set(self):
        self.deploy()
        result = self.deploy()
        self.assertIn("nothing would change", result.stderr)
        self.assertEqual(self.formation.change_sets, {})
        self.assertEqual(self.formation.status_of(STACK), "CREATE_COMPLETE")

    def test_failed_creation_names_the_reason_and_is_made_anew(self):
        result = self.deploy("--parameter", "FailWith=the quota of topics is used up", code=1)
        self.assertIn("Topic (AWS::SNS::Topic): the quota of topics is used up", result.stderr)
        self.assertNotIn("cancelled", result.stderr.split("DeploymentFailed")[1])
        self.assertEqual(self.formation.status_of(STACK), "ROLLBACK_COMPLETE")
        dry = self.deploy("--dry-run", code=6)
        self.assertIn("StackStuck", dry.stderr)
        self.deploy()
        self.assertEqual(self.formation.status_of(STACK), "CREATE_COMPLETE")
        self.assertEqual(len(self.formation.called("DeleteStack")), 1)

    def test_failed_update_is_taken_back_and_says_what_stands(self):
        self.deploy()
        result = self.deploy("--parameter", "FailWith=no", code=1)
        self.assertIn("stands as it did before", result.stderr)
        self.assertEqual(self.formation.status_of(STACK), "UPDATE_ROLLBACK_COMPLETE")
        self.deploy("--parameter", "FailWith=")

    def test_rollback_that_fails_is_continued(self):
        self.deploy()
        result = self.deploy("--parameter", "FailWith=no", "--parameter", "FailRollback=yes", code=1)
        self.assertIn("--continue-rollback", result.stderr)
        self.assertIn("--continue-rollback", self.deploy(code=6).stderr)
        self.run_it("deploy", "--continue-rollback")
        self.assertEqual(self.formation.status_of(STACK), "UPDATE_ROLLBACK_COMPLETE")

    def test_ctrl_c_leaves_cloudformation_at_work(self):
        process = self.start()
        wait_until(lambda: self.formation.called("ExecuteChangeSet"), 60, "the change is being made")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 5, errors)
        self.assertIn("deploy status", errors)
        wait_until(lambda: self.formation.status_of(STACK) == "CREATE_COMPLETE", 30, "the stack is made")

    def test_second_deployment_at_the_same_time_is_refused(self):
        process = self.start()
        wait_until(lambda: self.formation.called("ExecuteChangeSet"), 60, "the change is being made")
        self.assertIn("StackBusy", self.deploy(code=6).stderr)
        self.assertEqual(process.wait(60), 0)
        process.communicate()


if __name__ == "__main__":
    unittest.main()
