"""What functions need, from what they were seen to call: recordings of the endpoint (AURORA_RECORD_CALLS) and
authorization.yaml. Names of one run are replaced by names of their kind, so that the same calls are the same needs.
"""
import json
import pathlib
import re

import yaml

from cloudformation import ACCOUNT, REGION

FOLDER = pathlib.Path(__file__).resolve().parent
TABLE = yaml.safe_load((FOLDER / "authorization.yaml").read_text())
COMMITTED = FOLDER / "calls.json"
STEPS = re.findall(r'Step\{"(\w+)"', (FOLDER.parent.parent / "src/restore/registry.cc").read_text())
SOURCE_REGION = "us-east-1"
OTHER_ACCOUNT = "210987654321"
SECRET_PREFIX = "aurora-restore/"
TARGET_PREFIX = "target-"
KEYS = {"source-key": f"arn:aws:kms:{SOURCE_REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000001",
        "target-key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000002",
        "pipeline-key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000003"}
# Everything that the template makes on request is on.
PARAMETERS = {
    "CodeBucket": "code", "CodeKey": "code.zip", "DefinitionKey": "definition.json", "Release": "r1",
    "Environment": "dev", "KmsKeyArn": KEYS["pipeline-key"], "SourceKmsKeyArns": KEYS["source-key"],
    "TargetKmsKeyArns": KEYS["target-key"], "SourceRegions": SOURCE_REGION, "TargetClusterPrefix": TARGET_PREFIX,
    "SourceRoleArns": f"arn:aws:iam::{OTHER_ACCOUNT}:role/name", "SecretNamePrefix": SECRET_PREFIX,
    "LogBucket": "logs", "ScriptBucket": "scripts", "Tracing": "true", "VpcId": "vpc-12345678",
    "VpcSubnetIds": "subnet-12345678,subnet-23456789", "VpcSecurityGroupIds": "sg-12345678",
}
MANAGED = "aurora-restore:managed"


class Unknown(Exception):
    """A call that the table, or this file, cannot judge."""


def step_of(function):
    """The step that a function's name holds; None for whatever is no function of the pipeline."""
    name = function.removeprefix("aurora-restore-")  # which holds a step's name, with what follows it
    for step in STEPS:
        if function == step or name == step.replace("_", "-") or name.startswith(step.replace("_", "-") + "-"):
            return step
    return None


def region_like(region, record):
    """The pipeline's own Region, wherever it is, is REGION; any other is a source's."""
    return REGION if region == record.get("home", REGION) else SOURCE_REGION


def region_of(record):
    return region_like(record["region"], record)


def rds_arn(record, kind, name):
    """Where it is and what it is stays; which one it is goes."""
    region, account, kept = region_of(record), ACCOUNT, name
    if name.startswith("arn:"):
        _, _, _, region, account, rest = name.split(":", 5)
        region = region_like(region, record)
        kept = rest.split(":", 1)[1]
    if kept != "*":
        own = region == REGION and account == ACCOUNT
        kept = (TARGET_PREFIX if own else "source-") + "name" if kind in ("cluster", "db") else "name"
        if kind == "source-cluster":
            kind, kept = "cluster", "source-name"
    return f"arn:aws:rds:{region}:{account if account == ACCOUNT else OTHER_ACCOUNT}:{kind}:{kept}"


def secret_arn(name):
    name = name.split(":secret:", 1)[-1]
    if name.startswith("rds!cluster"):
        return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!cluster-name-abcdef"
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{SECRET_PREFIX}name-abcdef"


def key_arn(record, key):
    region = key.split(":")[3] if key.startswith("arn:") else record["region"]
    account = key.split(":")[4] if key.startswith("arn:") else ACCOUNT
    return f"arn:aws:kms:{region_like(region, record)}:{account}:key/00000000-0000-0000-0000-000000000009"


def table_arn(name):
    tables = {"state": "aurora-restore-state-dev", "audit": "aurora-restore-audit-dev"}
    known = re.fullmatch(r"(?i)aurora-?restore-?(state|audit).*", name) or re.fullmatch(r"(?i).*(state|audit).*", name)
    name = tables[known.group(1).lower()] if known else name
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def bucket_of(words, record, step):
    """Reports go to the log bucket; manifests, which a setting may call as it likes, and what people upload are in the
    other one."""
    if words[0].startswith("log-"):
        return "logs"
    if words[0].startswith("script-"):
        return "scripts"
    return "scripts" if step == "verify_restore" else "logs"


def resources(words, record, step):
    kind, members = words[0], words[1:]
    value = record["input"].get(members[0]) if members else None
    if kind == "any":
        return ["*"]
    if kind in KEYS:
        return [KEYS[kind]]
    if kind in ("cluster", "source-cluster", "db", "cluster-snapshot", "subgrp", "cluster-pg", "pg", "og"):
        return [rds_arn(record, kind, value or "*")]
    if kind == "managed-secret":
        return [f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!cluster-name-abcdef"]
    if kind == "own-log":
        return [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/aurora-restore-{step.replace('_', '-')}-dev:"
                f"log-stream:name"]
    if value is None:
        raise Unknown(f"{record['operation']} without {members}")
    if kind == "secret":
        return [secret_arn(value)]
    if kind == "key":
        return [key_arn(record, value)]
    if kind == "table":
        return [table_arn(value)]
    if kind == "index":
        name = record["input"].get("IndexName")
        return [table_arn(value) + (f"/index/{name}" if name else "")]
    if kind == "parameter":
        return [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter" + re.sub(r"^(/aurora-restore)/[^/]+/", r"\1/dev/", name)
                for name in value]
    if kind == "topic":
        return [f"arn:aws:sns:{REGION}:{ACCOUNT}:aurora-restore-notifications"]
    if kind == "queue":
        return [f"arn:aws:sqs:{REGION}:{ACCOUNT}:aurora-restore-notifications"]
    if kind == "execution":
        return [f"arn:aws:states:{REGION}:{ACCOUNT}:execution:aurora-restore-dev:name"]
    if kind == "role":
        return [f"arn:aws:iam::{value.split(':')[4]}:role/name"]
    if kind == "log-bucket":
        return ["arn:aws:s3:::logs"]
    if kind in ("object", "log-object", "script-object"):
        return [f"arn:aws:s3:::{bucket_of(words, record, step)}/name"]
    raise Unknown(f"resource {' '.join(words)}")


def is_foreign(value):
    return bool(value) and value.startswith("arn:") and value.split(":")[4] != ACCOUNT


def context_of(more, record):
    """The condition keys that the template's policies ask for."""
    context = {"aws:RequestedRegion": region_of(record)}
    for word in more:
        name, _, member = word.partition(" ")
        if name == "tags":
            tags = record["tags"].get(member, {})
            if tags.get(MANAGED) == "true":
                context[f"aws:ResourceTag/{MANAGED}"] = "true"
        elif name == "request-tags":
            tags = {tag["Key"]: tag["Value"] for tag in record["input"].get("Tags", [])}
            if tags.get(MANAGED) == "true":
                context[f"aws:RequestTag/{MANAGED}"] = "true"
        elif name == "via":
            context["kms:ViaService"] = f"{member}.{region_of(record)}.amazonaws.com"
            context["kms:GrantIsForAWSResource"] = "true"
    return context


def is_needed(more, record):
    for word in more:
        name, _, member = word.partition(" ")
        given = record["input"].get(member)
        if name == "if" and given in (None, False, [], ""):
            return False
        if name == "if-foreign" and not is_foreign(given):
            return False
    return True


def via_key(words, context):
    """A key is spoken to in its own Region."""
    if words[0] == "source-key":
        return {**context, "kms:ViaService": context["kms:ViaService"].replace(REGION, SOURCE_REGION),
                "aws:RequestedRegion": SOURCE_REGION}
    return context


def needs_of(rows, record, step):
    needs = []
    for action, resource, *more in rows:
        if not is_needed(more, record):
            continue
        words = resource.split(" ")
        context = via_key(words, context_of(more, record))
        # The secret of a cluster's master is tagged with the cluster.
        for arn in resources(words, record, step):
            if ":secret:rds!cluster" in arn:
                context = {**context, "aws:ResourceTag/aws:rds:primaryDBClusterArn": rds_arn(record, "cluster", "x")}
            needs.append({"action": action, "resource": arn, "context": context})
    return needs


def call_of(record):
    """(step, {"operation", "needs"}), or nothing for calls that are no function's own."""
    step = step_of(record["function"])
    if step is None or record["account"] != ACCOUNT:
        return None  # a person's, or those of a role of another account, which its owner gives its rights
    if record["error"] in ("UnknownOperationException", "InvalidAction"):
        return None
    operation = f"{record['service']}:{record['operation']}"
    if operation not in TABLE["operations"]:
        raise Unknown(f"{step} calls {operation}, which authorization.yaml does not know")
    return step, {"operation": operation, "needs": needs_of(TABLE["operations"][operation], record, step)}


def ordered(calls):
    unique = {json.dumps(call, sort_keys=True): call for call in calls}
    return [unique[key] for key in sorted(unique)]


def read_recordings(path):
    """The calls of a recording by step."""
    found = {}
    for line in path.read_text().splitlines():
        judged = call_of(json.loads(line))
        if judged:
            found.setdefault(judged[0], {})[json.dumps(judged[1], sort_keys=True)] = judged[1]
    return {step: ordered(calls.values()) for step, calls in sorted(found.items())}


def committed():
    return json.loads(COMMITTED.read_text())


def platform_needs(step, in_vpc):
    nothing = {"input": {}, "tags": {}, "region": REGION, "operation": "platform"}
    groups = ["every", "traced"] + (["in-vpc"] if in_vpc else [])
    return [need for group in groups for need in needs_of(TABLE["platform"][group], nothing, step)]


def merged(one, other):
    return {step: ordered(one.get(step, []) + other.get(step, [])) for step in sorted({*one, *other})}


def write(calls):
    """One call a line, so that a change is read in a comparison."""
    steps = [f'"{step}": [\n' + ",\n".join("  " + json.dumps(call, sort_keys=True) for call in calls[step]) + "\n]"
             for step in calls]
    COMMITTED.write_text("{\n" + ",\n".join(steps) + "\n}\n")


if __name__ == "__main__":
    import sys

    if len(sys.argv) != 3 or sys.argv[1] not in ("add", "replace"):
        sys.exit("usage: rights.py add|replace RECORDING\n  writes calls.json from a recording (build/calls/calls.jsonl); "
                 "replace is for one of the whole test suite")
    recorded = read_recordings(pathlib.Path(sys.argv[2]))
    write(recorded if sys.argv[1] == "replace" else merged(committed(), recorded))
