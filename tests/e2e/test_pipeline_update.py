"""The pipeline is changed while a restore runs, as a deployment changes it: published versions of the functions, and a
state machine that names them. What runs finishes on the version it began with; what begins later runs on the new one.
"""
import json
import re
import unittest
import zipfile

from harness import ROOT, EndpointTest, wait_until
from test_restore import RUN, SNAPSHOT

MACHINE = "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev"
STEPS = ["snapshot-check", "copy-snapshot", "check-copy-status", "delete-rds", "restore-snapshot", "check-restore-status",
         "setup-db-users", "verify-restore", "notify-completion", "cleanup", "handle-failure"]


class PipelineUpdate(EndpointTest):
    # Long enough to change everything meanwhile, on a machine that is busy too.
    pace = "copy=60s"

    def functions(self):
        return [f"aurora-restore-{step}-dev" for step in STEPS]

    def publish(self, description):
        """A version of each function, as a deployment publishes them; gives their numbers."""
        return {self.endpoint.aws("lambda", "publish-version", "--function-name", name, "--description", description)["Version"]
                for name in self.functions()}

    def use_version(self, version):
        """The definition as CloudFormation fills it in."""
        text = (ROOT / "infrastructure/step_functions_definition.json").read_text()
        for name in self.functions():
            text = text.replace(f'"{name}"', f'"arn:aws:lambda:us-west-2:123456789012:function:{name}:{version}"')
        self.assertEqual(len(re.findall(rf"-dev:{version}\"", text)), 12)
        path = self.endpoint.folder / "definition.json"
        path.write_text(text)
        self.endpoint.aws("stepfunctions", "update-state-machine", "--state-machine-arn", MACHINE, "--definition",
                          f"file://{path}")

    def replace_code(self, script):
        """New code for every function, published; gives the versions' numbers."""
        package = self.endpoint.folder / "new.zip"
        with zipfile.ZipFile(package, "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, script)
        return {self.endpoint.aws("lambda", "update-function-code", "--function-name", name, "--publish", "--zip-file",
                                  f"fileb://{package}")["Version"] for name in self.functions()}

    def executed_versions(self, operation):
        events = self.endpoint.aws("stepfunctions", "get-execution-history", "--max-results", "1000", "--execution-arn",
                                   f"arn:aws:states:us-west-2:123456789012:execution:aurora-restore-dev:{operation}")["events"]
        outputs = [json.loads(e["taskSucceededEventDetails"]["output"]) for e in events if "taskSucceededEventDetails" in e]
        return {o["ExecutedVersion"] for o in outputs if "ExecutedVersion" in o}

    def status_of(self, operation):
        return self.endpoint.aws("stepfunctions", "describe-execution", "--execution-arn",
                                 f"arn:aws:states:us-west-2:123456789012:execution:aurora-restore-dev:{operation}")["status"]

    def test_1_versions_are_published_once_for_what_is_the_same(self):
        self.assertEqual(self.publish("first"), {"1"})
        self.assertEqual(self.publish("again, unchanged"), {"1"})
        name = self.functions()[0]
        self.endpoint.aws("lambda", "create-alias", "--function-name", name, "--name", "live", "--function-version", "1")
        alias = self.endpoint.aws("lambda", "get-alias", "--function-name", name, "--name", "live")
        self.assertEqual(alias["FunctionVersion"], "1")
        versions = self.endpoint.aws("lambda", "list-versions-by-function", "--function-name", name)["Versions"]
        self.assertEqual([v["Version"] for v in versions], ["$LATEST", "1"])
        self.assertEqual(versions[1]["FunctionArn"].rsplit(":", 1)[1], "1")
        self.assertEqual(versions[0]["CodeSha256"], versions[1]["CodeSha256"])

    def test_2_running_restore_finishes_on_what_it_began_with(self):
        self.use_version("1")
        operation = self.endpoint.run("start", *RUN[1:], "--operation-id", "before-update").stdout.strip()
        wait_until(lambda: self.state_of(operation)["step"]["S"] == "check_copy_status", 60, "the copy is under way")
        # The new release is a bad one: whatever ran on it would fail.
        self.assertEqual(self.replace_code("#!/bin/sh\nexit 3\n"), {"2"})
        self.use_version("2")
        self.assertEqual(self.status_of(operation), "RUNNING")
        self.endpoint.run("watch", operation)
        self.assertEqual(self.status_of(operation), "SUCCEEDED")
        self.assertEqual(self.state_of(operation)["status"]["S"], "COMPLETED")
        self.assertEqual(self.executed_versions(operation), {"1"})

    def test_3_what_begins_later_runs_on_the_new_version(self):
        result = self.endpoint.run(*RUN, "--operation-id", "after-update", check=False)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("Runtime.ExitError", result.stdout + result.stderr)

    def test_4_alias_goes_back_to_the_version_before(self):
        name = self.functions()[0]
        qualified = f"{name}:live"
        self.endpoint.aws("lambda", "update-alias", "--function-name", name, "--name", "live", "--function-version", "2")
        answer = self.invoke(qualified)
        self.assertEqual((answer["ExecutedVersion"], answer.get("FunctionError")), ("2", "Unhandled"))
        self.endpoint.aws("lambda", "update-alias", "--function-name", name, "--name", "live", "--function-version", "1")
        answer = self.invoke(qualified)
        self.assertEqual((answer["ExecutedVersion"], answer.get("FunctionError")), ("1", None))
        self.assertEqual(self.invoke(name).get("FunctionError"), "Unhandled", "$LATEST is the new code")

    def invoke(self, function):
        payload = json.dumps({"operation_id": "looked", "snapshot_name": SNAPSHOT, "dry_run": True,
                              "target_cluster_id": "dev-target-cluster"})
        return self.endpoint.aws("lambda", "invoke", "--function-name", function, "--payload", payload,
                                 str(self.endpoint.folder / "answer.json"))

    def test_5_versions_and_aliases_survive_a_kill(self):
        self.endpoint.kill()
        self.endpoint.start()
        name = self.functions()[0]
        versions = self.endpoint.aws("lambda", "list-versions-by-function", "--function-name", name)["Versions"]
        self.assertEqual([v["Version"] for v in versions], ["$LATEST", "1", "2"])
        self.assertNotEqual(versions[1]["CodeSha256"], versions[2]["CodeSha256"])
        self.assertIsNone(self.invoke(f"{name}:live").get("FunctionError"))

    def test_6_rollback_is_a_definition_that_names_the_version_before(self):
        # A start of the endpoint brings its own definition, which names no version; a deployment names them.
        self.use_version("1")
        self.endpoint.run(*RUN, "--operation-id", "rolled-back")
        self.assertEqual(self.executed_versions("rolled-back"), {"1"})


if __name__ == "__main__":
    unittest.main()
