"""check_copy_status as a Python function with boto3: the same calls, in the same order, as the C++ one makes.

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
TABLE = "aurora-restore-state-dev"
# Older versions do not read it.
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]


def absent(call, **arguments):
    try:
        return call(**arguments)
    except botocore.exceptions.ClientError:
        return None


def handle(event):
    dynamodb = boto3.client("dynamodb", endpoint_url=ENDPOINT)
    key = {"operation_id": {"S": event["operation_id"]}}
    item = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    absent(boto3.client("ssm", endpoint_url=ENDPOINT).get_parameters, Names=["/aurora-restore/dev/config"], WithDecryption=True)
    name = item["state"]["M"]["target_snapshot"]["S"]
    rds = boto3.client("rds", endpoint_url=ENDPOINT)
    copy = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)["DBClusterSnapshots"][0]
    dynamodb.put_item(TableName=TABLE, Item={**item, "step": {"S": "check_copy_status"}})
    return {"operation_id": event["operation_id"], "target_snapshot": name, "copy_status": "in-progress",
            "percent_progress": copy["PercentProgress"], "retry_after": 1}


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
