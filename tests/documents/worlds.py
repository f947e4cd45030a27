"""The worlds that the documents take for granted: an endpoint with what a guide's reader would have already."""
import datetime
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import BIN, ROOT, SPEC as BESIDE, Endpoint, free_port, wait_until  # noqa: E402

MOTO_SERVER = ROOT / "tests/infrastructure/moto_server.py"
SPEC = pathlib.Path(os.environ.get("AURORA_SPEC", BESIDE))
ACCOUNT = "123456789012"
PASSWORD = "documents-Password-1"
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


def date(days_ago=0):
    day = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)
    return day.strftime("%Y-%m-%d")


class Moto:
    """A moto server on a port the kernel gives; `url` is empty where this Python has no moto."""

    def __init__(self):
        self.url, self.process = "", None
        if subprocess.run([sys.executable, "-c", "import moto.server"], capture_output=True).returncode:
            return
        port = free_port()
        self.process = subprocess.Popen([sys.executable, str(MOTO_SERVER), "-H", "127.0.0.1", "-p", str(port)],
                                        env={**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"

    def prepare(self):
        """Gives the placeholder ids of the configuration guide and what they stand for; the code of its function."""
        if not self.url:
            return {}
        wait_until(lambda: answers(self.url + "/moto-api/data.json"), 60, "moto answers")
        ec2, s3 = self.client("ec2"), self.client("s3")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"] for n in (11, 12)]
        group = ec2.create_security_group(GroupName="aurora", Description="aurora", VpcId=vpc)["GroupId"]
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        s3.create_bucket(Bucket="aurora-restore-code")
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("bootstrap", "#!/bin/sh\n")
        s3.put_object(Bucket="aurora-restore-code", Key="snapshot_check.zip", Body=code.getvalue())
        # What a stack is made from: CloudFormation takes a template of this size from S3 alone.
        infrastructure = ROOT / "infrastructure"
        for key, file in (("definition.json", "step_functions_definition.json"),
                          ("aurora-restore-pipeline.yaml", "aurora-restore-pipeline.yaml")):
            s3.put_object(Bucket="aurora-restore-code", Key=key, Body=(infrastructure / file).read_bytes())
        return {"vpc-12345678": vpc, "subnet-12345678": subnets[0], "subnet-87654321": subnets[1], "sg-12345678": group,
                "eipalloc-12345678": address}

    def client(self, service):
        import boto3
        return boto3.client(service, region_name="us-east-1", endpoint_url=self.url, aws_access_key_id="moto",
                            aws_secret_access_key="moto")

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


class World(Endpoint):
    """An endpoint with the folder in which a document's commands run, and clients to prepare and check it."""

    def __init__(self, moto_url="", region="us-west-2", pace=None, variables=None):
        super().__init__(pace)
        self.work = self.folder / "work"
        self.work.mkdir()
        self.clients = {}
        self.environment |= {
            "AWS_DEFAULT_REGION": region, "AWS_REGION": region, "AWS_DEFAULT_OUTPUT": "json",
            "REGION": region, "ACCOUNT_ID": ACCOUNT, "MOTO_URL": moto_url,
            "AWS_MAX_ATTEMPTS": "2", "PYTHONDONTWRITEBYTECODE": "1",
            # A cross build takes minutes: packages are made for what is built.
            "AURORA_PACKAGE_ARCH": "all" if (BIN.parent / "arm64/bin/bootstrap").exists() else "x86_64",
            **(variables or {})}

    def _tools(self):
        """The machine's own AWS CLI behind a router, and a `sleep` that is short."""
        tools = self.folder / "tools"
        tools.mkdir()
        real = shutil.which("aws")
        version = subprocess.run([real, "--version"], capture_output=True, text=True).stdout
        router = tools / "aws"
        router.write_text(f"#!/bin/sh\nexport REAL_AWS={real} AWS_CLI_VERSION={version[8:9]}\n"
                          f'exec {sys.executable} -S -E {HERE / "aws_router.py"} "$@"\n')
        sleep = tools / "sleep"
        sleep.write_text('#!/bin/sh\nexec /bin/sleep 0.3\n')
        for tool in (router, sleep):
            tool.chmod(0o755)
        return tools

    def client(self, service, region=None):
        import boto3
        key = service, region or self.environment["AWS_REGION"]
        if key not in self.clients:
            self.clients[key] = boto3.client(
                service, region_name=key[1], endpoint_url=self.environment["AWS_ENDPOINT_URL"],
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"])
        return self.clients[key]

    # What the guides' readers have already.

    def seed(self):
        """The demo's world, small; restores look every second."""
        self.run("local", "seed", "--scale", "1")
        ssm = self.client("ssm", "us-west-2")
        config = json.loads(ssm.get_parameter(Name="/aurora-restore/dev/config")["Parameter"]["Value"])
        config["poll_interval_seconds"] = 1
        ssm.put_parameter(Name="/aurora-restore/dev/config", Value=json.dumps(config), Type="String", Overwrite=True)

    def snapshots_of_names(self, names, cluster="dev-source-cluster", region="us-east-1"):
        rds = self.client("rds", region)
        for name in names:
            rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=name)
            wait_until(lambda: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
                       ["DBClusterSnapshots"][0]["Status"] == "available", 60, f"{name} is available")

    def cluster_of_name(self, name, region="us-east-1", tags=None):
        rds = self.client("rds", region)
        rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="postgres",
                              MasterUserPassword=PASSWORD,
                              Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()])
        wait_until(lambda: rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["Status"] == "available",
                   60, f"{name} is available")

    def buckets(self, names):
        for name in names:
            self.client("s3").create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": self.environment["AWS_REGION"]})

    # Executions that commands start.

    def executions(self):
        states = self.client("stepfunctions")
        found = []
        for machine in states.list_state_machines()["stateMachines"]:
            if machine["type"] == "STANDARD":
                found += states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        return found

    def settle(self, but=(), seconds=120):
        """Waits until nothing runs any more, but what is named, and gives what has ended, by name."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.executions()
            running = [e["name"] for e in found if e["status"] not in ENDED and e["name"] not in but]
            if not running:
                return {e["name"]: e for e in found}
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {seconds} s: {', '.join(running)}\n{self.log_tail()}")
            time.sleep(0.2)

    def seconds_of_a_call(self):
        """How long the AWS CLI takes for nothing, which depends on the machine and what else it does."""
        begun = time.monotonic()
        subprocess.run([shutil.which("aws"), "--version"], capture_output=True)
        return time.monotonic() - begun

    def error_of(self, execution):
        return self.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])

    def start_execution(self, machine, name, request):
        self.client("stepfunctions").start_execution(
            stateMachineArn=f"arn:aws:states:{self.environment['AWS_REGION']}:{ACCOUNT}:stateMachine:{machine}",
            name=name, input=json.dumps(request))
