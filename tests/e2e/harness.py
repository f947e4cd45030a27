"""A real endpoint for end-to-end tests: its own data directory, its own port, ended by its own process id."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("AURORA_BIN_DIR", ROOT / "build/bin"))
SPEC = ROOT.parent / "shared/spec"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds, what):
    """Polls until `condition()` gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Endpoint:
    """One data directory, and the endpoint that serves it; `kill` and `start` again as often as you like."""

    def __init__(self, pace=None, lambda_endpoint=None):
        # The database servers run as another user when the tests run as root, so the way there must be open.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aurora-e2e-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.port = free_port()
        self.pace = pace
        self.lambda_endpoint = lambda_endpoint
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AURORA_LOCAL"))},
            "AURORA_LOCAL_DATA": str(self.data),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "AKIALOCALRESTORE0001",
            "AWS_SECRET_ACCESS_KEY": "local-restore-secret-key",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_REGION": "us-west-2",
            "AWS_PAGER": "",
            "NO_COLOR": "1",
            "PATH": f"{self._tools()}:{BIN}:{os.environ['PATH']}",
        }

    def _tools(self):
        """Debian's AWS CLI knows neither AWS_ENDPOINT_URL nor raw payloads by default: a wrapper tells it."""
        tools = self.folder / "tools"
        tools.mkdir()
        aws = shutil.which("aws")
        if aws:
            version = subprocess.run([aws, "--version"], capture_output=True, text=True).stdout
            if version.startswith("aws-cli/2"):
                wrapper = tools / "aws"
                wrapper.write_text(f'#!/bin/sh\nexport AWS_CLI_FILE_ENCODING=UTF-8\nservice="$1"\n'
                                   f'extra=; [ "$service" = lambda ] && extra="--cli-binary-format raw-in-base64-out"\n'
                                   f'exec {aws} --endpoint-url "$AWS_ENDPOINT_URL" $extra "$@"\n')
                wrapper.chmod(0o755)
        return tools

    def run(self, *arguments, check=True, timeout=300, input_text=None, cwd=None):
        result = subprocess.run([str(BIN / "aurora-restore"), *arguments], env=self.environment, cwd=cwd or self.folder,
                                capture_output=True, text=True, timeout=timeout, input=input_text)
        if check and result.returncode != 0:
            raise AssertionError(f"aurora-restore {' '.join(arguments)}: exit code {result.returncode}\n"
                                 f"{result.stdout}\n{result.stderr}\n{self.log_tail()}")
        return result

    def aws(self, *arguments, check=True):
        # Version 1 does not heed the variable for RDS in us-east-1.
        where = ["--endpoint-url", self.environment["AWS_ENDPOINT_URL"]]
        result = subprocess.run(["aws", "--output", "json", *where, *arguments], env=self.environment, cwd=self.folder,
                                capture_output=True, text=True, timeout=120)
        if check and result.returncode != 0:
            raise AssertionError(f"aws {' '.join(arguments)}: {result.stderr}\n{self.log_tail()}")
        return json.loads(result.stdout) if result.stdout.strip() and result.returncode == 0 else result

    def start(self):
        pace = ["--pace", self.pace] if self.pace else []
        elsewhere = ["--lambda-endpoint", self.lambda_endpoint] if self.lambda_endpoint else []
        self.run("local", "start", "--port", str(self.port), *pace, *elsewhere)

    def pid(self):
        return json.loads((self.data / "endpoint.json").read_text())["pid"]

    def kill(self):
        """As a power cut would: no signal that can be handled."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}/exe").exists(), 10, f"process {pid} is gone")

    def health(self):
        with urllib.request.urlopen(f"{self.environment['AWS_ENDPOINT_URL']}/_aurora/health", timeout=5) as answer:
            return json.load(answer)

    def log_tail(self):
        log = self.data / "endpoint.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else "(no log)"

    def close(self):
        self.run("local", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class EndpointTest(unittest.TestCase):
    """One endpoint with the demo's world for all tests of a class."""
    pace = None
    seeded = True
    engine = "aurora-postgresql"

    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint(cls.pace)
        cls.addClassCleanup(cls.endpoint.close)
        cls.endpoint.start()
        if cls.seeded:
            cls.endpoint.run("local", "seed", "--engine", cls.engine)

    def state_of(self, operation):
        item = self.endpoint.aws("dynamodb", "get-item", "--table-name", "aurora-restore-state-dev",
                                 "--key", json.dumps({"operation_id": {"S": operation}}))
        return item["Item"]

    def cluster(self, name, region="us-west-2"):
        answer = self.endpoint.aws("rds", "describe-db-clusters", "--region", region, "--db-cluster-identifier", name,
                                   check=False)
        return answer["DBClusters"][0] if isinstance(answer, dict) else None

    def clusters(self, region="us-west-2"):
        answer = self.endpoint.aws("rds", "describe-db-clusters", "--region", region)
        return sorted(c["DBClusterIdentifier"] for c in answer["DBClusters"])

    def snapshots(self, region="us-west-2"):
        answer = self.endpoint.aws("rds", "describe-db-cluster-snapshots", "--region", region)
        return sorted(s["DBClusterSnapshotIdentifier"] for s in answer["DBClusterSnapshots"])
