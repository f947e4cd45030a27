"""Compares what the C++ client and codec made with what botocore makes of the same.

Usage: botocore_peer.py CASES.json

`requests`: each has service, operation, input and the encoded, signed request. botocore serializes and
signs the same input at the same moment; both must agree. `responses`: each has service, operation, output
and the encoded answer; botocore must read the output back. Prints one line for each difference.
"""
import base64
import datetime
import json
import sys
import urllib.parse
from unittest import mock
from xml.etree import ElementTree

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

LOADER = botocore.loaders.Loader(include_default_extras=False)
CREDENTIALS = botocore.credentials.Credentials("AKIDEXAMPLE", "example-secret", "example-token")


def service_model(service):
    return botocore.model.ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def with_blobs(value, shape):
    """Text of blob shapes as bytes, which is what botocore wants."""
    if shape.type_name == "structure":
        return {name: with_blobs(part, shape.members[name]) for name, part in value.items()}
    if shape.type_name == "list":
        return [with_blobs(part, shape.member) for part in value]
    if shape.type_name == "map":
        return {name: with_blobs(part, shape.value) for name, part in value.items()}
    return value.encode() if shape.type_name == "blob" else value


def plain(value):
    """What botocore read, as plain JSON with our conventions."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, bytes):
        return value.decode()
    return plain(json.loads(value.read())) if hasattr(value, "read") else value


def comparable_body(body, protocol):
    text = body if isinstance(body, str) else body.decode()
    if protocol in ("query", "ec2"):
        return sorted(urllib.parse.parse_qsl(text, keep_blank_values=True))
    if protocol in ("json", "rest-json") and text.startswith("{"):
        return json.loads(text)
    if protocol == "rest-xml" and text.startswith("<"):
        return ElementTree.canonicalize(text)
    return text


def serialized(model, case):
    protocol = model.resolved_protocol
    operation = model.operation_model(case["operation"])
    serializer = botocore.serialize.create_serializer(protocol, include_validation=True)
    given = with_blobs(case["input"], operation.input_shape) if operation.input_shape else {}
    request = serializer.serialize_to_request(given, operation)
    body = request["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body, doseq=True)
    query = [(key, str(each)) for key, value in request["query_string"].items()
             for each in (value if isinstance(value, list) else [value])] if request["query_string"] else []
    path, _, literal = request["url_path"].partition("?")
    literals = urllib.parse.parse_qsl(literal, keep_blank_values=True)
    return {"method": request["method"], "path": path, "query": sorted(literals + query),
            "headers": {name.lower(): str(value) for name, value in request["headers"].items()},
            "body": comparable_body(body, protocol)}


def check_request(case):
    model = service_model(case["service"])
    ours, theirs = case["request"], serialized(model, case)
    headers = {name.lower(): value for name, value in ours["headers"]}
    if ours["method"] != theirs["method"]:
        yield f"method {ours['method']} instead of {theirs['method']}"
    if urllib.parse.unquote(ours["path"]) != urllib.parse.unquote(theirs["path"]):
        yield f"path {ours['path']} instead of {theirs['path']}"
    query = sorted(urllib.parse.parse_qsl(ours["query"], keep_blank_values=True))
    if query != theirs["query"]:
        yield f"query {query} instead of {theirs['query']}"
    for name, value in theirs["headers"].items():
        if name not in ("x-amzn-query-mode", "content-type") and headers.get(name) != value:
            yield f"header {name}: {headers.get(name)} instead of {value}"
    body = comparable_body(ours["body"], model.resolved_protocol)
    if body != theirs["body"]:
        yield f"body {body} instead of {theirs['body']}"
    yield from check_signature(case, headers)


def check_signature(case, headers):
    ours = case["request"]
    unsigned = {name: value for name, value in ours["headers"]
                if name.lower() not in ("authorization", "x-amz-date", "x-amz-security-token", "user-agent")}
    url = f"https://{headers['host']}{ours['path']}" + (f"?{ours['query']}" if ours["query"] else "")
    request = botocore.awsrequest.AWSRequest(ours["method"], url, headers=unsigned, data=ours["body"].encode())
    signer = botocore.auth.S3SigV4Auth if case["service"] == "s3" else botocore.auth.SigV4Auth
    moment = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        signer(CREDENTIALS, case["signing_name"], case["region"]).add_auth(request)
    if request.headers["Authorization"] != headers["authorization"]:
        yield f"signature {headers['authorization']} instead of {request.headers['Authorization']}"


def check_response(case):
    model = service_model(case["service"])
    parser = botocore.parsers.create_parser(model.resolved_protocol)
    answer = {"status_code": case["response"]["status"], "body": base64.b64decode(case["response"]["body"]),
              "headers": {name.lower(): value for name, value in case["response"]["headers"]}}
    operation = model.operation_model(case["operation"])
    parsed = parser.parse(answer, operation.output_shape)
    if "error" in case:
        found = (parsed.get("Error", {}).get("Code"), parsed.get("Error", {}).get("Message"))
        if found != (case["error"]["code"], case["error"]["message"]):
            yield f"error {found} instead of {case['error']}"
    elif plain(parsed) != case["output"]:
        yield f"output {plain(parsed)} instead of {case['output']}"
    if parsed["ResponseMetadata"].get("RequestId") != "id-1":
        yield f"request id {parsed['ResponseMetadata'].get('RequestId')}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    for kind, check in (("requests", check_request), ("responses", check_response)):
        for case in cases[kind]:
            for difference in check(case):
                print(f"{case['service']} {case['operation']}: {difference}")
    print(f"compared {len(cases['requests'])} requests and {len(cases['responses'])} responses")


if __name__ == "__main__":
    main()
