"""The operations guide's fixed names, given by variables of the endpoint's environment alone."""

from harness import Endpoint, EndpointTest

FIXED = {"STATE_TABLE_NAME": "AuroraRestoreState", "AUDIT_TABLE_NAME": "AuroraRestoreAudit",
         "STATE_MACHINE_NAME": "aurora-restore-state-machine", "FUNCTION_NAME_PATTERN": "aurora-restore-{step}"}


class FixedNames(EndpointTest):
    @classmethod
    def setUpClass(cls):
        cls.endpoint = Endpoint()
        cls.addClassCleanup(cls.endpoint.close)
        plain = dict(cls.endpoint.environment)
        cls.endpoint.environment.update(FIXED)
        cls.endpoint.start()
        # Whoever asks later need not know them: the endpoint has written down what it carries.
        cls.endpoint.environment = plain
        cls.endpoint.run("local", "seed")

    def test_1_restore_runs_under_the_given_names(self):
        self.endpoint.run("run", "--snapshot-date", "latest", "--operation-id", "fixed")
        for table in ("AuroraRestoreState", "AuroraRestoreAudit"):
            items = self.endpoint.aws("dynamodb", "scan", "--table-name", table)["Items"]
            self.assertIn("fixed", {item["operation_id"]["S"] for item in items}, table)
        machines = self.endpoint.aws("stepfunctions", "list-state-machines")["stateMachines"]
        self.assertEqual([machine["name"] for machine in machines], ["aurora-restore-state-machine"])
        execution = self.endpoint.aws("stepfunctions", "describe-execution", "--execution-arn",
                                      f"{machines[0]['stateMachineArn'].replace(':stateMachine:', ':execution:')}:fixed")
        self.assertEqual(execution["status"], "SUCCEEDED")

    def test_2_nothing_lies_under_the_default_names(self):
        self.assertEqual(sorted(self.endpoint.aws("dynamodb", "list-tables")["TableNames"]),
                         ["AuroraRestoreAudit", "AuroraRestoreState"])
        functions = self.endpoint.aws("lambda", "list-functions")["Functions"]
        self.assertIn("aurora-restore-copy-snapshot", [function["FunctionName"] for function in functions])
        groups = self.endpoint.aws("logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/")["logGroups"]
        self.assertIn("/aws/lambda/aurora-restore-snapshot-check", [group["logGroupName"] for group in groups])

    def test_3_commands_find_them(self):
        self.assertIn("fixed", self.endpoint.run("list").stdout)
        self.assertIn("COMPLETED", self.endpoint.run("status", "fixed").stdout)
        self.assertIn("copy_snapshot", self.endpoint.run("audit", "fixed").stdout)

    def test_4_a_name_that_aws_refuses_keeps_the_endpoint_from_starting(self):
        other = Endpoint()
        self.addCleanup(other.close)
        other.environment["FUNCTION_NAME_PATTERN"] = "aurora-restore"
        result = other.run("local", "start", "--port", str(other.port), check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("FUNCTION_NAME_PATTERN", result.stderr)
        self.assertIn("{step}", result.stderr)
