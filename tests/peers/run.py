"""Runs a peer's tests (boto3, the AWS CLI) against a fresh aurora-local: python3 run.py dynamodb"""
import importlib.util
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import Endpoint  # noqa: E402

# Debian's boto3 does not read AWS_ENDPOINT_URL yet: every client and resource is told.
RUN = """
import os, runpy, sys, boto3.session

def told(method):
    def call(self, *arguments, **named):
        named.setdefault("endpoint_url", os.environ["AWS_ENDPOINT_URL"])
        return method(self, *arguments, **named)
    return call

boto3.session.Session.client = told(boto3.session.Session.client)
boto3.session.Session.resource = told(boto3.session.Session.resource)
script = sys.argv.pop(1)
sys.argv[0] = script
runpy.run_path(script, run_name="__main__")
"""
SKIPPED = 77


def main(peer):
    if importlib.util.find_spec("boto3") is None:
        print("skipped: this Python has no boto3; Debian's is the package python3-boto3")
        return SKIPPED
    endpoint = Endpoint()
    try:
        endpoint.start()
        return subprocess.run([sys.executable, "-c", RUN, str(HERE / f"{peer}.py"), "-v"],
                              env=endpoint.environment, timeout=500).returncode
    finally:
        endpoint.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
