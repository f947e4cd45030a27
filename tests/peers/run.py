"""Runs a peer's tests (boto3, the AWS CLI) against a fresh aurora-local: python3 run.py dynamodb"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import Endpoint  # noqa: E402


def main(peer):
    endpoint = Endpoint()
    try:
        endpoint.start()
        return subprocess.run([sys.executable, str(HERE / f"{peer}.py"), "-v"], env=endpoint.environment, timeout=500).returncode
    finally:
        endpoint.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
