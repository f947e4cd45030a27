"""STS, SSM, Secrets Manager, KMS, SNS, SQS, S3 and Logs as boto3 and the AWS CLI see them.

Run against a running endpoint: python3 tests/peers/small_services.py
AWS_ENDPOINT_URL, the credentials and the Region come from the environment, as `aurora-restore local env`
prints them. Everything that a test makes has a name of its own and is deleted again.
"""
import datetime
import io
import json
import os
import shutil
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request
import uuid

import boto3
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_DEFAULT_REGION"]
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=40)


def client(service, **more):
    # Debian's boto3 does not know AWS_ENDPOINT_URL.
    return boto3.client(service, endpoint_url=URL, config=CONFIG, **more)


def fresh(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


class Peer(unittest.TestCase):
    def refused(self, code, message=""):
        """Asserts that the block is refused with `code`, and with a message that contains `message`."""
        return Refused(self, code, message)


class Refused:
    def __init__(self, case, code, message):
        self.case, self.code, self.message = case, code, message

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if not isinstance(error, ClientError):
            if kind is None:
                self.case.fail(f"was not refused with {self.code}")
            return False
        self.case.assertEqual(error.response["Error"]["Code"], self.code)
        self.case.assertIn(self.message, error.response["Error"].get("Message", ""))
        self.status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return True


class Signatures(Peer):
    """Who may ask, and how those hear it who may not."""

    def send(self, service, region=REGION, secret=None, age=0, body=b"{}", headers=None, change=None):
        session = botocore.session.get_session()
        credentials = session.get_credentials().get_frozen_credentials()
        if secret:
            credentials = credentials._replace(secret_key=secret)
        request = AWSRequest("POST", URL + "/", data=body, headers=headers or {
            "X-Amz-Target": "AmazonSSM.DescribeParameters", "Content-Type": "application/x-amz-json-1.1"})
        signer = SigV4Auth(credentials, service, region)
        signer.add_auth(request)
        if age:
            when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=age)
            request.context["timestamp"] = when.strftime("%Y%m%dT%H%M%SZ")
            for name in ("Authorization", "X-Amz-Date"):
                del request.headers[name]
            request.headers["X-Amz-Date"] = request.context["timestamp"]
            canonical = signer.canonical_request(request)
            signature = signer.signature(signer.string_to_sign(request, canonical), request)
            signed = signer.signed_headers(signer.headers_to_sign(request))
            request.headers["Authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={signed}, Signature={signature}")
        plain = urllib.request.Request(URL + "/", data=change or body, headers=dict(request.headers.items()), method="POST")
        try:
            with urllib.request.urlopen(plain, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_accepts_a_good_signature(self):
        self.assertEqual(self.send("ssm")[0], 200)

    def test_refuses_an_unsigned_request(self):
        request = urllib.request.Request(URL + "/", data=b"Action=ListTopics&Version=2010-03-31", method="POST")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        self.assertEqual(caught.exception.code, 403)
        self.assertIn("MissingAuthenticationToken", caught.exception.read().decode())
        caught.exception.close()

    def test_refuses_a_wrong_secret(self):
        status, text = self.send("ssm", secret="another")
        self.assertIn("InvalidSignatureException", text)
        self.assertGreaterEqual(status, 400)

    def test_refuses_a_changed_body(self):
        self.assertIn("InvalidSignatureException", self.send("ssm", change=b'{"MaxResults":1}')[1])

    def test_refuses_an_old_request(self):
        self.assertIn("InvalidSignatureException", self.send("ssm", age=3600)[1])

    def test_accepts_a_request_of_some_minutes_ago(self):
        self.assertEqual(self.send("ssm", age=600)[0], 200)

    def test_refuses_an_unknown_region(self):
        self.assertIn("us-west-9", self.send("ssm", region="us-west-9")[1])

    def test_refuses_an_unknown_key(self):
        stranger = client("ssm", aws_access_key_id="AKIAUNKNOWN000000001", aws_secret_access_key="x")
        with self.refused("UnrecognizedClientException"):
            stranger.describe_parameters()
        with self.refused("InvalidClientTokenId"):
            client("sns", aws_access_key_id="AKIAUNKNOWN000000001", aws_secret_access_key="x").list_topics()
        with self.refused("InvalidAccessKeyId"):
            client("s3", aws_access_key_id="AKIAUNKNOWN000000001", aws_secret_access_key="x").list_buckets()


class Sts(Peer):
    def test_knows_the_caller(self):
        self.assertEqual(client("sts").get_caller_identity()["Account"], "123456789012")

    def test_accepts_the_credentials_of_a_role(self):
        given = client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/restore", RoleSessionName="peer")
        keys = given["Credentials"]
        self.assertGreater(keys["Expiration"], datetime.datetime.now(datetime.timezone.utc))
        session = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
        role = client("sts", aws_session_token=keys["SessionToken"], **session)
        self.assertEqual(role.get_caller_identity()["Arn"], "arn:aws:sts::123456789012:assumed-role/restore/peer")
        with self.assertRaises(ClientError):
            client("sts", aws_session_token="another", **session).get_caller_identity()


class Ssm(Peer):
    def setUp(self):
        self.ssm = client("ssm")
        self.path = f"/{fresh('peer')}"

    def put(self, name, value, **more):
        self.addCleanup(self.ssm.delete_parameters, Names=[self.path + name])
        return self.ssm.put_parameter(**{"Name": self.path + name, "Value": value, "Type": "String", **more})

    def test_versions_and_overwriting(self):
        self.assertEqual(self.put("/a", "1")["Version"], 1)
        with self.refused("ParameterAlreadyExists"):
            self.put("/a", "2")
        self.assertEqual(self.put("/a", "2", Overwrite=True)["Version"], 2)
        got = self.ssm.get_parameter(Name=f"{self.path}/a:1")["Parameter"]
        self.assertEqual((got["Value"], got["Selector"]), ("1", ":1"))
        self.assertIsInstance(got["LastModifiedDate"], datetime.datetime)

    def test_secure_strings(self):
        self.put("/s", "pässword", Type="SecureString")
        self.assertNotEqual(self.ssm.get_parameter(Name=self.path + "/s")["Parameter"]["Value"], "pässword")
        shown = self.ssm.get_parameter(Name=self.path + "/s", WithDecryption=True)["Parameter"]
        self.assertEqual(shown["Value"], "pässword")

    def test_pages_by_path(self):
        for i in range(12):
            self.put(f"/p/{i}", str(i))
        pages = list(self.ssm.get_paginator("get_parameters_by_path").paginate(Path=self.path, Recursive=True))
        self.assertEqual(sorted(int(p["Value"]) for page in pages for p in page["Parameters"]), list(range(12)))
        self.assertEqual(len(pages), 2)

    def test_refusals(self):
        with self.refused("ParameterNotFound"):
            self.ssm.get_parameter(Name=self.path + "/none")
        with self.refused("ValidationException", "4096"):
            self.put("/big", "x" * 4097)

    def test_tags_and_descriptions(self):
        self.put("/t", "x", Tags=[{"Key": "env", "Value": "dev"}], Description="d")
        tags = self.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=self.path + "/t")["TagList"]
        self.assertEqual(tags, [{"Key": "env", "Value": "dev"}])
        found = self.ssm.describe_parameters(ParameterFilters=[{"Key": "Path", "Values": [self.path]}])["Parameters"]
        self.assertEqual(found[0]["Description"], "d")


class SecretsManager(Peer):
    def setUp(self):
        self.secrets = client("secretsmanager")
        self.name = fresh("peer/secret")
        self.addCleanup(self.secrets.delete_secret, SecretId=self.name, ForceDeleteWithoutRecovery=True)

    def test_life_of_a_secret(self):
        made = self.secrets.create_secret(Name=self.name, SecretString='{"username":"admin","password":"ä"}')
        got = self.secrets.get_secret_value(SecretId=made["ARN"])
        self.assertEqual(json.loads(got["SecretString"])["password"], "ä")
        self.assertEqual(got["VersionStages"], ["AWSCURRENT"])
        self.secrets.put_secret_value(SecretId=self.name, SecretString="2")
        old = self.secrets.get_secret_value(SecretId=self.name, VersionStage="AWSPREVIOUS")
        self.assertEqual(old["VersionId"], made["VersionId"])
        described = self.secrets.describe_secret(SecretId=self.name)
        self.assertEqual(len(described["VersionIdsToStages"]), 2)
        self.secrets.delete_secret(SecretId=self.name, RecoveryWindowInDays=7)
        with self.refused("InvalidRequestException", "marked for deletion"):
            self.secrets.get_secret_value(SecretId=self.name)
        self.secrets.restore_secret(SecretId=self.name)
        self.assertEqual(self.secrets.get_secret_value(SecretId=self.name)["SecretString"], "2")

    def test_bytes(self):
        self.secrets.create_secret(Name=self.name, SecretBinary=b"\x00\xff")
        self.assertEqual(self.secrets.get_secret_value(SecretId=self.name)["SecretBinary"], b"\x00\xff")

    def test_refusals_and_lists(self):
        with self.refused("ResourceNotFoundException", "can't find the specified secret"):
            self.secrets.get_secret_value(SecretId=self.name)
        self.secrets.create_secret(Name=self.name, SecretString="1")
        with self.refused("ResourceExistsException"):
            self.secrets.create_secret(Name=self.name, SecretString="1")
        found = self.secrets.list_secrets(Filters=[{"Key": "name", "Values": [self.name]}])["SecretList"]
        self.assertEqual([s["Name"] for s in found], [self.name])
        self.assertEqual(len(self.secrets.get_random_password(PasswordLength=20)["RandomPassword"]), 20)


class Kms(Peer):
    def setUp(self):
        self.kms = client("kms")
        self.key = self.kms.create_key(Description="peer")["KeyMetadata"]
        self.addCleanup(self.kms.schedule_key_deletion, KeyId=self.key["KeyId"], PendingWindowInDays=7)

    def test_encrypts_and_decrypts_bytes(self):
        blob = self.kms.encrypt(KeyId=self.key["Arn"], Plaintext=b"\x00\xff", EncryptionContext={"a": "b"})["CiphertextBlob"]
        self.assertEqual(self.kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"], b"\x00\xff")
        with self.refused("InvalidCiphertextException"):
            self.kms.decrypt(CiphertextBlob=blob)
        data = self.kms.generate_data_key(KeyId=self.key["KeyId"], KeySpec="AES_256")
        self.assertEqual(self.kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"], data["Plaintext"])

    def test_aliases_and_managed_keys(self):
        alias = f"alias/{fresh('peer')}"
        self.kms.create_alias(AliasName=alias, TargetKeyId=self.key["KeyId"])
        self.assertEqual(self.kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"], self.key["KeyId"])
        aliases = [a["AliasName"] for page in self.kms.get_paginator("list_aliases").paginate() for a in page["Aliases"]]
        self.assertIn(alias, aliases)
        self.kms.delete_alias(AliasName=alias)
        self.assertEqual(self.kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["KeyManager"], "AWS")

    def test_refuses_a_disabled_and_an_unknown_key(self):
        self.kms.disable_key(KeyId=self.key["KeyId"])
        with self.refused("DisabledException"):
            self.kms.encrypt(KeyId=self.key["KeyId"], Plaintext=b"x")
        with self.refused("NotFoundException"):
            self.kms.describe_key(KeyId=str(uuid.uuid4()))


class Queues(Peer):
    def setUp(self):
        self.sqs = client("sqs")
        self.name = fresh("peer")
        self.url = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=self.url)

    def test_message_round_trip_with_digests(self):
        # botocore itself refuses an answer whose MD5s are not those of the message.
        attributes = {"s": {"DataType": "String", "StringValue": "x"}, "b": {"DataType": "Binary", "BinaryValue": b"\0\1"}}
        sent = self.sqs.send_message(QueueUrl=self.url, MessageBody="hello ä", MessageAttributes=attributes)
        got = self.sqs.receive_message(QueueUrl=self.url, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"][0]
        self.assertEqual((got["MessageId"], got["Body"]), (sent["MessageId"], "hello ä"))
        self.assertEqual(got["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"])
        self.assertEqual(got["MessageAttributes"]["b"]["BinaryValue"], b"\0\1")
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=got["ReceiptHandle"])
        counts = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        self.assertEqual((counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]), ("0", "0"))

    def test_a_long_poll_hears_of_a_message_at_once(self):
        threading.Timer(0.3, lambda: self.sqs.send_message(QueueUrl=self.url, MessageBody="late")).start()
        begin = time.monotonic()
        got = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)["Messages"]
        self.assertEqual(got[0]["Body"], "late")
        self.assertLess(time.monotonic() - begin, 5)

    def test_the_documents_queue_url(self):
        documented = f"https://sqs.{REGION}.amazonaws.com/123456789012/{self.name}"
        self.sqs.send_message(QueueUrl=documented, MessageBody="x")
        self.assertEqual(len(self.sqs.receive_message(QueueUrl=documented)["Messages"]), 1)

    def test_batches(self):
        entries = [{"Id": str(i), "MessageBody": str(i)} for i in range(10)]
        self.assertEqual(len(self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)["Successful"]), 10)
        got = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)["Messages"]
        done = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(got)]
        self.assertEqual(len(self.sqs.delete_message_batch(QueueUrl=self.url, Entries=done)["Successful"]), 10)

    def test_refusals(self):
        with self.refused("AWS.SimpleQueueService.NonExistentQueue"):
            self.sqs.send_message(QueueUrl=self.url + "-none", MessageBody="x")
        with self.refused("InvalidParameterValue"):
            self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=11)


class Topics(Peer):
    def setUp(self):
        self.sns, self.sqs = client("sns"), client("sqs")
        self.topic = self.sns.create_topic(Name=fresh("peer"))["TopicArn"]
        self.addCleanup(self.sns.delete_topic, TopicArn=self.topic)
        self.url = self.sqs.create_queue(QueueName=fresh("peer"))["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=self.url)
        self.queue = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def received(self):
        return [m["Body"] for m in self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])]

    def test_delivers_to_a_queue(self):
        arn = self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=self.queue)["SubscriptionArn"]
        sent = self.sns.publish(TopicArn=self.topic, Message="hello", Subject="A subject")
        body = json.loads(self.received()[0])
        self.assertEqual((body["MessageId"], body["Message"], body["Subject"]), (sent["MessageId"], "hello", "A subject"))
        listed = self.sns.list_subscriptions_by_topic(TopicArn=self.topic)["Subscriptions"]
        self.assertEqual([s["SubscriptionArn"] for s in listed], [arn])

    def test_filters(self):
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=self.queue,
                           Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"status": ["failed"]})})
        for status in ("ok", "failed"):
            self.sns.publish(TopicArn=self.topic, Message=status,
                             MessageAttributes={"status": {"DataType": "String", "StringValue": status}})
        self.assertEqual(self.received(), ["failed"])

    def test_batches_and_refusals(self):
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=self.queue, Attributes={"RawMessageDelivery": "true"})
        entries = [{"Id": str(i), "Message": str(i)} for i in range(3)]
        self.assertEqual(len(self.sns.publish_batch(TopicArn=self.topic, PublishBatchRequestEntries=entries)["Successful"]), 3)
        self.assertEqual(sorted(self.received()), ["0", "1", "2"])
        with self.refused("InvalidParameter", "Subject"):
            self.sns.publish(TopicArn=self.topic, Message="x", Subject="x" * 100)
        with self.refused("NotFound"):
            self.sns.publish(TopicArn=self.topic + "-none", Message="x")


class Buckets(Peer):
    def setUp(self):
        self.s3 = client("s3")
        self.bucket = fresh("peer")
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.addCleanup(self.empty_and_delete)

    def empty_and_delete(self):
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            keys = [{"Key": o["Key"]} for o in page.get("Contents", [])]
            if keys:
                self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys})
        self.s3.delete_bucket(Bucket=self.bucket)

    def test_object_round_trip(self):
        for key in ("plain", "dir/sub file+ä&=%.txt", "a//b"):
            put = self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"\0\xff\r\n", Metadata={"owner": "dba"}, ContentType="text/x")
            got = self.s3.get_object(Bucket=self.bucket, Key=key)
            self.assertEqual(got["Body"].read(), b"\0\xff\r\n")
            self.assertEqual((got["ETag"], got["ContentType"], got["Metadata"]), (put["ETag"], "text/x", {"owner": "dba"}))
            head = self.s3.head_object(Bucket=self.bucket, Key=key)
            self.assertEqual(head["ContentLength"], 4)
        listed = [o["Key"] for o in self.s3.list_objects_v2(Bucket=self.bucket)["Contents"]]
        self.assertEqual(listed, ["a//b", "dir/sub file+ä&=%.txt", "plain"])

    def test_streams_and_checksums(self):
        self.s3.upload_fileobj(io.BytesIO(b"x" * 100_000), self.bucket, "stream")
        self.assertEqual(len(self.s3.get_object(Bucket=self.bucket, Key="stream")["Body"].read()), 100_000)
        self.s3.put_object(Bucket=self.bucket, Key="summed", Body=b"hello", ChecksumAlgorithm="SHA256")
        got = self.s3.get_object(Bucket=self.bucket, Key="summed", ChecksumMode="ENABLED")
        self.assertEqual(got["ChecksumSHA256"], "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")

    def test_ranges(self):
        self.s3.put_object(Bucket=self.bucket, Key="r", Body=b"0123456789")
        part = self.s3.get_object(Bucket=self.bucket, Key="r", Range="bytes=2-4")
        self.assertEqual((part["Body"].read(), part["ContentRange"]), (b"234", "bytes 2-4/10"))
        self.assertEqual(part["ResponseMetadata"]["HTTPStatusCode"], 206)
        with self.refused("InvalidRange"):
            self.s3.get_object(Bucket=self.bucket, Key="r", Range="bytes=10-")

    def test_multipart_upload(self):
        config = boto3.s3.transfer.TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=2)
        body = os.urandom(11 << 20)
        self.s3.upload_fileobj(io.BytesIO(body), self.bucket, "big", Config=config)
        target = io.BytesIO()
        self.s3.download_fileobj(self.bucket, "big", target, Config=config)
        self.assertEqual(target.getvalue(), body)
        self.assertTrue(self.s3.head_object(Bucket=self.bucket, Key="big")["ETag"].endswith('-3"'))

    def test_lists_with_delimiter_and_pages(self):
        for key in ("a/1", "a/2", "b/1", "c"):
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"")
        top = self.s3.list_objects_v2(Bucket=self.bucket, Delimiter="/")
        self.assertEqual([p["Prefix"] for p in top["CommonPrefixes"]], ["a/", "b/"])
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, PaginationConfig={"PageSize": 1})
        self.assertEqual([o["Key"] for page in pages for o in page["Contents"]], ["a/1", "a/2", "b/1", "c"])
        old = self.s3.get_paginator("list_objects").paginate(Bucket=self.bucket, PaginationConfig={"PageSize": 2})
        self.assertEqual([o["Key"] for page in old for o in page["Contents"]], ["a/1", "a/2", "b/1", "c"])

    def test_copies_tags_and_location(self):
        self.s3.put_object(Bucket=self.bucket, Key="from ä", Body=b"x", Tagging="env=dev")
        self.s3.copy_object(Bucket=self.bucket, Key="to", CopySource={"Bucket": self.bucket, "Key": "from ä"})
        self.assertEqual(self.s3.get_object_tagging(Bucket=self.bucket, Key="to")["TagSet"], [{"Key": "env", "Value": "dev"}])
        self.assertEqual(self.s3.get_bucket_location(Bucket=self.bucket)["LocationConstraint"], REGION)
        self.assertIn(self.bucket, [b["Name"] for b in self.s3.list_buckets()["Buckets"]])

    def test_presigned_links(self):
        s3 = boto3.client("s3", endpoint_url=URL, config=CONFIG.merge(Config(signature_version="s3v4")))
        link = s3.generate_presigned_url("put_object", Params={"Bucket": self.bucket, "Key": "p"}, ExpiresIn=60)
        with urllib.request.urlopen(urllib.request.Request(link, data=b"by link", method="PUT"), timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        link = s3.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": "p"}, ExpiresIn=60)
        with urllib.request.urlopen(link, timeout=10) as answer:
            self.assertEqual(answer.read(), b"by link")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(link.replace("Signature=", "Signature=0"), timeout=10)
        self.assertEqual(caught.exception.code, 403)
        caught.exception.close()

    def test_refusals(self):
        with self.refused("NoSuchKey"):
            self.s3.get_object(Bucket=self.bucket, Key="none")
        with self.refused("404"):
            self.s3.head_object(Bucket=self.bucket, Key="none")
        with self.refused("NoSuchBucket"):
            self.s3.list_objects_v2(Bucket=self.bucket + "-none")
        self.s3.put_object(Bucket=self.bucket, Key="x", Body=b"")
        with self.refused("BucketNotEmpty"):
            self.s3.delete_bucket(Bucket=self.bucket)


class Logs(Peer):
    def setUp(self):
        self.logs = client("logs")
        self.group = f"/aws/lambda/{fresh('peer')}"
        self.logs.create_log_group(logGroupName=self.group)
        self.addCleanup(self.logs.delete_log_group, logGroupName=self.group)
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="s")
        now = int(time.time() * 1000)
        lines = ["START", '{"level":"ERROR","operation_id":"op-12345678"}', "plain op-12345678", "END"]
        self.logs.put_log_events(logGroupName=self.group, logStreamName="s",
                                 logEvents=[{"timestamp": now + i, "message": line} for i, line in enumerate(lines)])

    def filtered(self, pattern):
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.group, filterPattern=pattern, PaginationConfig={"PageSize": 1})
        return [e["message"] for page in pages for e in page["events"]]

    def test_filters(self):
        self.assertEqual(len(self.filtered("")), 4)
        self.assertEqual(len(self.filtered('"op-12345678"')), 2)
        self.assertEqual(len(self.filtered('{ $.level = "ERROR" }')), 1)
        with self.refused("InvalidParameterException"):
            self.filtered("{ $.level = }")

    def test_reads_forwards(self):
        got = self.logs.get_log_events(logGroupName=self.group, logStreamName="s", startFromHead=True, limit=3)
        self.assertEqual(got["events"][0]["message"], "START")
        rest = self.logs.get_log_events(logGroupName=self.group, logStreamName="s", nextToken=got["nextForwardToken"])
        self.assertEqual([e["message"] for e in rest["events"]], ["END"])

    def test_groups_and_retention(self):
        self.logs.put_retention_policy(logGroupName=self.group, retentionInDays=7)
        found = self.logs.describe_log_groups(logGroupNamePrefix=self.group)["logGroups"]
        self.assertEqual((found[0]["logGroupName"], found[0]["retentionInDays"]), (self.group, 7))
        streams = self.logs.describe_log_streams(logGroupName=self.group)["logStreams"]
        self.assertEqual(streams[0]["logStreamName"], "s")


@unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
class CommandLine(Peer):
    """The commands of the guides."""

    def aws(self, *arguments, text=None):
        result = subprocess.run(["aws", "--endpoint-url", URL, "--output", "json", *arguments], input=text,
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout) if result.stdout.strip().startswith(("{", "[")) else result.stdout

    def test_parameters_secrets_and_keys(self):
        name = f"/{fresh('peer')}/config"
        self.aws("ssm", "put-parameter", "--name", name, "--type", "String", "--value", "{}", "--overwrite")
        self.assertEqual(self.aws("ssm", "get-parameter", "--name", name)["Parameter"]["Value"], "{}")
        self.aws("ssm", "delete-parameter", "--name", name)
        secret = fresh("peer/secret")
        self.aws("secretsmanager", "create-secret", "--name", secret, "--description", "d", "--secret-string", '{"a": "b"}')
        self.assertEqual(self.aws("secretsmanager", "get-secret-value", "--secret-id", secret)["SecretString"], '{"a": "b"}')
        self.aws("secretsmanager", "delete-secret", "--secret-id", secret, "--force-delete-without-recovery")
        key = self.aws("kms", "create-key", "--description", "KMS key", "--origin", "AWS_KMS")["KeyMetadata"]["KeyId"]
        self.aws("kms", "schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")

    def test_files_to_and_from_a_bucket(self):
        bucket = fresh("peer")
        self.aws("s3", "mb", f"s3://{bucket}")
        self.aws("s3", "cp", "-", f"s3://{bucket}/dir/file.txt", text="by the CLI")
        self.assertIn("dir/", self.aws("s3", "ls", f"s3://{bucket}"))
        self.assertEqual(self.aws("s3", "cp", f"s3://{bucket}/dir/file.txt", "-"), "by the CLI")
        self.aws("s3", "rb", "--force", f"s3://{bucket}")

    def test_topics_queues_and_logs(self):
        topic = self.aws("sns", "create-topic", "--name", fresh("peer"))["TopicArn"]
        self.assertEqual(self.aws("sns", "list-subscriptions-by-topic", "--topic-arn", topic)["Subscriptions"], [])
        self.aws("sns", "delete-topic", "--topic-arn", topic)
        url = self.aws("sqs", "create-queue", "--queue-name", fresh("peer"))["QueueUrl"]
        self.aws("sqs", "send-message", "--queue-url", url, "--message-body", "x")
        self.assertEqual(self.aws("sqs", "receive-message", "--queue-url", url)["Messages"][0]["Body"], "x")
        self.aws("sqs", "delete-queue", "--queue-url", url)
        groups = self.aws("logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/aurora-restore")
        self.assertIsInstance(groups["logGroups"], list)
        self.assertEqual(self.aws("sts", "get-caller-identity")["Account"], "123456789012")


if __name__ == "__main__":
    unittest.main()
