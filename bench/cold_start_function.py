"""snapshot_check as a Python function with boto3: the same calls, in the same order, as the C++ one makes.

Run by bench/cold_start, not by hand. It speaks the Runtime API with the standard library, which is less than
Lambda's own Python runtime does, so the comparison does not flatter the C++ function.
"""
import http.client
import json
import os

import boto3
import botocore.exceptions

HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]
ROOT = "/2018-06-01/runtime/invocation/"


def absent(call, **arguments):
    try:
        return call(**arguments)
    except botocore.exceptions.ClientError:
        return None


def handle(event):
    ssm = boto3.client("ssm")
    dynamodb = boto3.client("dynamodb")
    key = {"operation_id": {"S": event["operation_id"]}}
    dynamodb.get_item(TableName="aurora-restore-state-dev", Key=key)
    absent(ssm.get_parameter, Name="/aurora-restore/dev/config", WithDecryption=True)

    source = boto3.client("rds", region_name=event["source_region"])
    found = source.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=event["snapshot_name"])
    snapshot = found["DBClusterSnapshots"][0]
    target = boto3.client("rds", region_name=event["target_region"])
    absent(target.describe_db_clusters, DBClusterIdentifier=event["target_cluster_id"])
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="aurora-restore/master-credentials")
    json.loads(secret["SecretString"])

    item = dict(key, step={"S": "snapshot_check"}, status={"S": "IN_PROGRESS"})
    for _ in range(int(os.environ.get("BENCH_WRITES", "4"))):
        dynamodb.put_item(TableName="aurora-restore-state-dev", Item=item)
    return {"operation_id": event["operation_id"], "snapshot_exists": True,
            "snapshot_arn": snapshot["DBClusterSnapshotArn"], "engine": snapshot["Engine"]}


def main():
    connection = http.client.HTTPConnection(HOST)
    while True:
        connection.request("GET", ROOT + "next")
        response = connection.getresponse()
        event = json.loads(response.read())
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        body = json.dumps(handle(event))
        connection.request("POST", f"{ROOT}{request_id}/response", body)
        connection.getresponse().read()


main()
