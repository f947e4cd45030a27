"""Lambda tasks of an endpoint that was started with --lambda-endpoint, with moto as the other Lambda.

Run by hand: python3 tests/peers/run.py stepfunctions_lambda
It starts an endpoint of its own beside the one that it is given the environment of.
"""
import io
import json
import logging
import pathlib
import sys
import time
import unittest
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from harness import Endpoint  # noqa: E402
from stepfunctions import DEADLINE_SECONDS, Peer, client, one_task  # noqa: E402


class LambdaElsewhere(Peer):
    """Lambda tasks of an endpoint that was started with --lambda-endpoint go to moto's Lambda."""

    @classmethod
    def setUpClass(cls):
        try:
            from moto.server import ThreadedMotoServer
        except ImportError:
            raise unittest.SkipTest("moto[server] is not installed")
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        cls.moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        cls.moto.start()
        cls.addClassCleanup(cls.moto.stop)
        host, port = cls.moto.get_host_and_port()
        cls.lambda_url = f"http://{host}:{port}"
        cls.second = Endpoint(lambda_endpoint=cls.lambda_url)
        cls.addClassCleanup(cls.second.close)
        cls.second.start()
        cls.endpoint = cls.second.environment["AWS_ENDPOINT_URL"]
        cls.functions = client("lambda", cls.lambda_url)
        cls.make_function()

    @classmethod
    def tell_moto(cls, path, body):
        request = urllib.request.Request(f"{cls.lambda_url}/moto-api{path}", json.dumps(body).encode(), method="POST",
                                         headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).read()

    @classmethod
    def make_function(cls):
        cls.tell_moto("/config", {"lambda": {"use_docker": False}})
        role = client("iam", cls.lambda_url).create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.writestr("f.py", "def handler(event, context): return event")
        cls.function = cls.functions.create_function(
            FunctionName="peer", Runtime="python3.11", Role=role, Handler="f.handler",
            Code={"ZipFile": code.getvalue()})["FunctionArn"]

    def answer(self, *texts):
        self.tell_moto("/static/lambda-simple/response", {"results": list(texts), "region": "us-west-2"})

    def test_both_kinds_of_tasks_go_there(self):
        self.answer('{"from":"moto"}', '{"again":1}')
        direct = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": self.function, "End": True}}}
        done = self.run_machine(self.machine(direct), {"x": 1})
        self.assertEqual(json.loads(done.get("output", "null")), {"from": "moto"}, done)
        done = self.run_machine(self.machine(one_task(
            "arn:aws:states:::lambda:invoke", {"FunctionName": "peer", "Payload.$": "$"}, OutputPath="$.Payload")))
        self.assertEqual(json.loads(done.get("output", "null")), {"again": 1}, done)

    def test_a_function_gets_its_callback_token(self):
        self.answer('"heard"')
        machine = self.machine(one_task("arn:aws:states:::lambda:invoke.waitForTaskToken", {
            "FunctionName": "peer", "Payload": {"token.$": "$$.Task.Token"}}))
        execution = self.start(machine)
        deadline = time.monotonic() + DEADLINE_SECONDS
        events = []
        while time.monotonic() < deadline and (not events or events[-1]["type"] != "TaskSubmitted"):
            events = self.sfn.get_execution_history(executionArn=execution)["events"]
            time.sleep(0.05)
        scheduled = next(e["taskScheduledEventDetails"] for e in events if e["type"] == "TaskScheduled")
        token = json.loads(scheduled["parameters"])["Payload"]["token"]
        self.sfn.send_task_success(taskToken=token, output="[1]")
        self.assertEqual(self.ended(execution)["output"], "[1]")


if __name__ == "__main__":
    unittest.main()
