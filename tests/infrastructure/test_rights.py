"""Least rights: what the functions call is allowed by their roles, and their roles allow nothing else.

The calls are those of calls.json, seen while the whole test suite ran, and those that this run recorded.
"""
import copy
import os
import pathlib
import sys
import unittest

try:
    import yaml
except ImportError:
    print("python3-yaml is not on this machine")
    sys.exit(77)

import iam
import rights
from cloudformation import ACCOUNT, REGION, Filled, statements_of

RECORDING = pathlib.Path(os.environ.get("AURORA_RECORD_CALLS", "nowhere")) / "calls.jsonl"


def role_of(step):
    return "".join(part.capitalize() for part in step.split("_")) + "Role"


def denied(statements, needs, step):
    """Those of `needs` that the statements do not allow."""
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:aurora-restore-{step.replace('_', '-')}-dev"
    return [need for need in needs
            if not iam.is_allowed(statements, need["action"], need["resource"],
                                  {**need["context"], **({} if need["action"].startswith("ec2:")
                                                         else {"lambda:SourceFunctionArn": function})})]


def without(statements, place, member, value):
    changed = copy.deepcopy(statements)
    changed[place][member] = [each for each in iam.listed(changed[place][member]) if each != value]
    return changed


class Rights(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.filled = Filled(rights.PARAMETERS)
        cls.calls = rights.committed()
        if RECORDING.exists():
            cls.recorded = rights.read_recordings(RECORDING)
        else:
            cls.recorded = {}

    def needs(self, step, calls=None):
        # In the VPC, the functions of VpcScope sql.
        in_vpc = step in ("setup_db_users", "verify_restore")
        return [need for call in (calls or self.calls)[step] for need in call["needs"]] + \
            rights.platform_needs(step, in_vpc)

    def statements(self, step):
        return [statement for _, statement in statements_of(self.filled, role_of(step))]

    def test_every_function_was_seen(self):
        self.assertEqual(sorted(self.calls), sorted(rights.STEPS))

    def test_what_this_run_recorded_is_known(self):
        # Tags are left out: whether a resource still has them when it is asked for is a matter of moments.
        def kinds(calls):
            return {(call["operation"], need["action"], need["resource"]) for call in calls for need in call["needs"]}

        new = [f"{step}: {' '.join(kind)}" for step, calls in self.recorded.items()
               for kind in sorted(kinds(calls) - kinds(self.calls.get(step, [])))]
        self.assertEqual(new, [], f"\ncalls.json does not have these; see that they are meant, then\n"
                                  f"  python3 {rights.FOLDER}/rights.py add {RECORDING}")

    def test_every_call_is_allowed(self):
        for step in self.calls:
            with self.subTest(step=step):
                self.assertEqual(denied(self.statements(step), self.needs(step), step), [])

    def spare(self, member):
        """What can be taken from a role's statements, one by one, without denying any call."""
        found = []
        for step in rights.STEPS:
            needs = self.needs(step)
            named = statements_of(self.filled, role_of(step))
            statements = [statement for _, statement in named]
            for place, (_, statement) in enumerate(named):
                if statement["Effect"] != "Allow":
                    continue
                for value in iam.listed(statement[member]):
                    if not denied(without(statements, place, member, value), needs, step):
                        found.append(f"{step} {statement['Sid']} {value}")
        return found

    def test_no_action_can_be_taken_away(self):
        self.assertEqual(self.spare("Action"), [])

    def test_no_resource_can_be_taken_away(self):
        self.assertEqual(self.spare("Resource"), [])

    def test_no_action_is_a_pattern(self):
        for step in rights.STEPS:
            for statement in self.statements(step):
                if statement["Effect"] == "Allow":
                    self.assertEqual([each for each in iam.listed(statement["Action"]) if "*" in each], [], step)

    def test_all_resources_only_where_there_are_no_others(self):
        without_resources = {"ec2", "xray"}
        for step in rights.STEPS:
            for statement in self.statements(step):
                if statement["Effect"] == "Allow" and "*" in iam.listed(statement["Resource"]):
                    for action in iam.listed(statement["Action"]):
                        self.assertTrue(action.split(":")[0] in without_resources or action in (
                            "rds:DescribeAccountAttributes", "rds:DescribeDBEngineVersions", "rds:DescribeEvents",
                            "rds:DescribeOrderableDBInstanceOptions", "secretsmanager:GetRandomPassword"), action)

    def test_the_audit_trail_is_only_added_to(self):
        audit = self.filled.arn("AuditTable")
        for step in rights.STEPS:
            for action in ("DeleteItem", "UpdateItem", "BatchWriteItem", "DeleteTable"):
                self.assertFalse(iam.is_allowed(self.statements(step), f"dynamodb:{action}", audit, {}), (step, action))

    def test_other_environments_are_out_of_reach(self):
        for step in rights.STEPS:
            for action, resource in (
                    ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/aurora-restore-state-prod"),
                    ("ssm:GetParameters", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/aurora-restore/prod/config"),
                    ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:another-topic"),
                    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:other-abcdef"),
                    ("rds:DeleteDBCluster", f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:another")):
                self.assertFalse(iam.is_allowed(self.statements(step), action, resource, {}), (step, action))


class Grants(unittest.TestCase):
    """Keys: only RDS, for itself, gets a grant; nothing is decrypted but by a service for the function."""

    def test_grants_are_for_aws_resources_via_rds(self):
        filled = Filled(rights.PARAMETERS)
        for step in rights.STEPS:
            for _, statement in statements_of(filled, role_of(step)):
                for action in iam.listed(statement["Action"]):
                    if not action.startswith("kms:") or statement["Effect"] == "Deny":
                        continue
                    condition = statement["Condition"]
                    if action == "kms:CreateGrant":
                        self.assertEqual(condition["Bool"], {"kms:GrantIsForAWSResource": "true"}, step)
                    if action != "kms:DescribeKey":
                        via = {**condition.get("StringEquals", {}), **condition.get("StringLike", {})}
                        self.assertIn("kms:ViaService", via, (step, action))


class Production(unittest.TestCase):
    CLUSTER = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:target-name"

    def is_allowed(self, step, action, tags, **parameters):
        filled = Filled({**rights.PARAMETERS, **parameters})
        statements = [statement for _, statement in statements_of(filled, role_of(step))]
        return iam.is_allowed(statements, action, self.CLUSTER,
                              {f"aws:ResourceTag/{key}": value for key, value in tags.items()})

    def test_production_is_neither_deleted_nor_renamed(self):
        for step in ("delete_rds", "cleanup"):
            self.assertTrue(self.is_allowed(step, "rds:DeleteDBCluster", {}))
            for value in ("production", "Production", "PROD"):
                self.assertFalse(self.is_allowed(step, "rds:DeleteDBCluster", {"environment": value}), (step, value))
            self.assertTrue(self.is_allowed(step, "rds:DeleteDBCluster", {"environment": "staging"}))
        for step in ("delete_rds", "verify_restore", "handle_failure"):
            self.assertTrue(self.is_allowed(step, "rds:ModifyDBCluster", {}))
            self.assertFalse(self.is_allowed(step, "rds:ModifyDBCluster", {"environment": "production"}), step)

    def test_a_restored_cluster_with_the_tags_of_production_is_the_pipelines_own(self):
        tags = {"environment": "production", rights.MANAGED: "true"}
        for step, action in (("delete_rds", "rds:DeleteDBCluster"), ("check_restore_status", "rds:ModifyDBCluster"),
                             ("handle_failure", "rds:DeleteDBCluster")):
            self.assertTrue(self.is_allowed(step, action, tags), step)

    def test_production_cannot_be_made_the_pipelines_own_by_a_tag(self):
        for step in rights.STEPS:
            self.assertFalse(self.is_allowed(step, "rds:AddTagsToResource", {"environment": "production"}), step)

    def test_the_parameter_lifts_it(self):
        self.assertTrue(self.is_allowed("delete_rds", "rds:DeleteDBCluster", {"environment": "production"},
                                        AllowProduction="true"))

    def test_key_and_values_are_parameters(self):
        chosen = {"ProductionTagKey": "stage", "ProductionTagValues": "live,pre live"}
        for value, allowed in (("live", False), ("pre live", False), ("production", True)):
            self.assertEqual(self.is_allowed("delete_rds", "rds:DeleteDBCluster", {"stage": value}, **chosen), allowed)


class Trust(unittest.TestCase):
    """Every role is for one service, for this account, and where the service says so, for one resource."""

    def test_no_service_is_talked_into_using_a_role_for_another(self):
        expected = {"StateMachineRole": ("states.amazonaws.com", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:aurora-restore-dev"),
                    "RollbackRole": ("events.amazonaws.com", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/aurora-restore-rollback-dev"),
                    "SchedulerRole": ("scheduler.amazonaws.com", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/aurora-restore-dev")}
        for name, role in Filled(rights.PARAMETERS).resources("AWS::IAM::Role"):
            statement, = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
            service, source = expected.get(name, ("lambda.amazonaws.com", None))
            self.assertEqual(statement["Principal"], {"Service": service}, name)
            condition = statement["Condition"]
            self.assertEqual(condition["StringEquals"], {"aws:SourceAccount": ACCOUNT}, name)
            self.assertEqual(condition.get("ArnLike"), {"aws:SourceArn": source} if source else None, name)

    def test_the_others_roles_do_one_thing(self):
        filled = Filled({**rights.PARAMETERS, "KmsKeyArn": "", "Tracing": "false"})
        for name in ("RollbackRole", "SchedulerRole"):
            (_, statement), = statements_of(filled, name)
            self.assertEqual((statement["Action"], statement["Resource"]),
                             ("states:StartExecution", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:aurora-restore-dev"))
        calls, logs = (statement for _, statement in statements_of(filled, "StateMachineRole"))
        self.assertEqual(calls["Action"], "lambda:InvokeFunction")
        self.assertEqual(sorted(calls["Resource"]), sorted(
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:aurora-restore-{step.replace('_', '-')}-dev:*"
            for step in rights.STEPS))
        self.assertTrue(all(action.startswith("logs:") for action in logs["Action"]))


class Evaluator(unittest.TestCase):
    """The evaluator itself, against the documented rules."""

    def decide(self, statement, action="s3:GetObject", resource="arn:aws:s3:::b/k", **context):
        return iam.is_allowed([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*", **statement}],
                              action, resource, {key.replace("__", ":"): value for key, value in context.items()})

    def test_patterns(self):
        self.assertTrue(self.decide({}))
        self.assertTrue(self.decide({}, action="S3:getobject"))
        self.assertFalse(self.decide({}, action="s3:PutObject"))
        self.assertFalse(self.decide({}, resource="arn:aws:s3:::B/k"))
        self.assertTrue(self.decide({"Resource": "arn:aws:s3:::b/?"}))
        self.assertFalse(self.decide({"Resource": "arn:aws:s3:::b/?"}, resource="arn:aws:s3:::b/kk"))
        self.assertFalse(self.decide({}, resource="*"))

    def test_an_absent_key(self):
        for operator, expected in (("StringEquals", False), ("StringNotEquals", True), ("StringEqualsIfExists", True),
                                   ("Bool", False), ("ArnLike", False), ("ForAllValues:StringEquals", True),
                                   ("ForAnyValue:StringEquals", False)):
            self.assertEqual(self.decide({"Condition": {operator: {"a:k": "v"}}}), expected, operator)
        self.assertTrue(self.decide({"Condition": {"Null": {"a:k": "true"}}}))
        self.assertFalse(self.decide({"Condition": {"Null": {"a:k": "false"}}}))

    def test_values(self):
        self.assertTrue(self.decide({"Condition": {"StringEquals": {"A:K": ["v", "w"]}}}, a__k="w"))
        self.assertFalse(self.decide({"Condition": {"StringEquals": {"a:k": "V"}}}, a__k="v"))
        self.assertTrue(self.decide({"Condition": {"StringLike": {"a:k": "v*"}}}, a__k="vw"))
        self.assertFalse(self.decide({"Condition": {"StringNotEquals": {"a:k": "v"}}}, a__k="v"))
        self.assertTrue(self.decide({"Condition": {"Bool": {"a:k": True}}}, a__k="true"))
        self.assertTrue(self.decide({"Condition": {"ForAllValues:StringLike": {"a:k": "v*"}}}, a__k=["v", "vv"]))
        self.assertFalse(self.decide({"Condition": {"ForAllValues:StringLike": {"a:k": "v*"}}}, a__k=["v", "w"]))
        self.assertTrue(self.decide({"Condition": {"ArnLike": {"a:k": "arn:aws:s3:::*"}}}, a__k="arn:aws:s3:::x"))
        self.assertFalse(self.decide({"Condition": {"ArnLike": {"a:k": "arn:aws:*"}}}, a__k="arn:aws:s3:::x"))

    def test_a_denial_wins(self):
        statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"},
                      {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]
        self.assertFalse(iam.is_allowed(statements, "s3:GetObject", "arn:aws:s3:::b/k", {}))
        self.assertFalse(iam.is_allowed(list(reversed(statements)), "s3:GetObject", "arn:aws:s3:::b/k", {}))
        self.assertTrue(iam.is_allowed(statements, "sqs:SendMessage", "arn:aws:sqs:::q", {}))
        self.assertFalse(iam.is_allowed([], "sqs:SendMessage", "arn:aws:sqs:::q", {}))

    def test_what_is_not_known_is_an_error(self):
        for statement in ({"Condition": {"NumericLessThan": {"a:k": "1"}}}, {"NotAction": "s3:*"},
                          {"Resource": "arn:aws:s3:::${aws:username}/*"}, {"Condition": {"ForSome:Bool": {"a:k": "1"}}}):
            with self.assertRaises(iam.UnknownPolicyElement):
                self.decide(statement, a__k="1")


if __name__ == "__main__":
    unittest.main()
