"""The Region of the pipeline is lost: its tables come back from their export, the pipeline stands in another Region, and
a restore runs there. Rehearsed with one endpoint, which carries its pipeline in the Region that it is started for.
"""
import json
import unittest

from harness import EndpointTest
from test_restore import RUN, SNAPSHOT

HOME, ELSEWHERE = "us-west-2", "eu-west-1"
BACKUPS = "aurora-restore-dr-backup"


class Recovery(EndpointTest):
    def restart_in(self, region):
        self.endpoint.run("local", "stop")
        for name in ("REGION", "AWS_REGION", "AWS_DEFAULT_REGION"):
            self.endpoint.environment[name] = region
        self.endpoint.start()

    def operations(self):
        lines = self.endpoint.run("list", "--json").stdout.splitlines()
        return {json.loads(line)["operation_id"]: json.loads(line)["status"] for line in lines}

    def test_1_tables_are_exported_while_all_is_well(self):
        self.endpoint.run(*RUN, "--operation-id", "at-home")
        # The copy of the backups lies where the disaster is not.
        self.endpoint.aws("s3api", "create-bucket", "--bucket", BACKUPS, "--region", ELSEWHERE,
                          "--create-bucket-configuration", f"LocationConstraint={ELSEWHERE}")
        for table in ("state", "audit"):
            written = json.loads(self.endpoint.run("export", table, "--to", f"s3://{BACKUPS}/{table}", "--json").stdout)
            self.assertGreater(written["items"], 0)
        self.endpoint.folder.joinpath("parameters.json").write_text(json.dumps(
            self.endpoint.aws("ssm", "get-parameters-by-path", "--path", "/aurora-restore", "--recursive")))

    def test_2_pipeline_stands_in_the_other_region_and_knows_nothing(self):
        self.restart_in(ELSEWHERE)
        self.assertEqual(self.operations(), {})
        machines = self.endpoint.aws("stepfunctions", "list-state-machines")["stateMachines"]
        self.assertEqual([m["stateMachineArn"].split(":")[3] for m in machines], [ELSEWHERE])

    def test_3_history_comes_back(self):
        for table in ("state", "audit"):
            back = json.loads(self.endpoint.run("import", table, "--from", f"s3://{BACKUPS}/{table}", "--json").stdout)
            self.assertGreater(back["written"], 0)
        self.assertEqual(self.operations(), {"at-home": "COMPLETED"})
        trail = self.endpoint.run("audit", "at-home", "--json").stdout.splitlines()
        self.assertIn("verify_restore", {json.loads(event)["step"] for event in trail})
        # Twice is as good as once.
        again = json.loads(self.endpoint.run("import", "state", "--from", f"s3://{BACKUPS}/state", "--json").stdout)
        self.assertEqual(again["written"], 0)

    def bring_secrets(self):
        """AWS replicates secrets that are asked to be; here they are carried over."""
        for secret in self.endpoint.aws("secretsmanager", "list-secrets", "--region", HOME)["SecretList"]:
            value = self.endpoint.aws("secretsmanager", "get-secret-value", "--region", HOME, "--secret-id", secret["Name"])
            self.endpoint.aws("secretsmanager", "create-secret", "--name", secret["Name"], "--secret-string",
                              value["SecretString"])

    def bring_configuration(self):
        """The parameters of the backup, with what has another name in the other Region."""
        subnets = self.endpoint.aws("ec2", "describe-subnets")["Subnets"]
        zones = {s["AvailabilityZone"]: s["SubnetId"] for s in subnets}
        self.endpoint.aws("rds", "create-db-subnet-group", "--db-subnet-group-name", "recovered", "--subnet-ids",
                          *list(zones.values())[:2], "--db-subnet-group-description", "of the recovered targets")
        group = self.endpoint.aws("ec2", "describe-security-groups")["SecurityGroups"][0]["GroupId"]
        topic = self.endpoint.aws("sns", "create-topic", "--name", "dev-notifications")["TopicArn"]
        queue = self.endpoint.aws("sqs", "create-queue", "--queue-name", "dev-notifications")["QueueUrl"]
        for parameter in json.loads(self.endpoint.folder.joinpath("parameters.json").read_text())["Parameters"]:
            value = json.loads(parameter["Value"])
            if parameter["Name"].endswith("/config"):
                value.update(target_region=ELSEWHERE, target_subnet_group="recovered", target_security_groups=[group],
                             notification_topic_arn=topic, notification_queue_url=queue)
                del value["log_bucket"]
            self.endpoint.aws("ssm", "put-parameter", "--name", parameter["Name"], "--type", "String", "--value",
                              json.dumps(value))

    def test_4_a_restore_runs_there(self):
        self.bring_secrets()
        self.bring_configuration()
        self.endpoint.run("run", "--snapshot", SNAPSHOT, "--target-cluster", "recovered-cluster", "--target-region", ELSEWHERE,
                          "--operation-id", "elsewhere")
        self.assertEqual(self.cluster("recovered-cluster", ELSEWHERE)["Status"], "available")
        self.assertEqual(self.operations(), {"at-home": "COMPLETED", "elsewhere": "COMPLETED"})

    def test_5_home_is_as_it_was(self):
        self.restart_in(HOME)
        self.assertEqual(self.operations(), {"at-home": "COMPLETED"})
        self.assertEqual(self.cluster("dev-target-cluster", HOME)["Status"], "available")


if __name__ == "__main__":
    unittest.main()
