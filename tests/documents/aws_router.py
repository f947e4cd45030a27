"""The AWS CLI of the documents: the machine's own one, told where to go, and a note of every call.

Calls go to the local endpoint. What builds AWS itself (BUILDS) and is not carried there goes to a moto server, when
there is one. Written into a folder of PATH as `aws` by worlds.py, with the interpreter in its first line.
"""
import json
import os
import re
import subprocess
import sys

MISUSED = re.compile(r"^usage: |^Unknown options: |arguments are required", re.MULTILINE)
NOT_CARRIED = re.compile(r"\((UnknownService|UnknownOperationException|InvalidAction)\)")
# Services, or operations of them, that touch nothing of the pipeline at run time.
BUILDS = {"iam", "cloudformation", "cloudwatch", "kms create-key", "ec2 create-vpc", "ec2 create-subnet",
          "ec2 create-security-group", "ec2 create-nat-gateway", "lambda create-function"}


def call(arguments, url):
    extra = []
    if "--endpoint-url" not in arguments:
        extra += ["--endpoint-url", url]
    # Version 2 wants to be told that payloads are no base64, and asks a pager for everything.
    if os.environ.get("AWS_CLI_VERSION") == "2" and arguments[:1] == ["lambda"]:
        extra += ["--cli-binary-format", "raw-in-base64-out"]
    return subprocess.run([os.environ["REAL_AWS"], *extra, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def for_moto(argument):
    """The documents' placeholder ids as the ones that the moto server gave."""
    for placeholder, made in json.loads(os.environ.get("MOTO_IDS", "{}")).items():
        argument = argument.replace(placeholder, made)
    return argument


def main(arguments):
    words = [a for a in arguments if not a.startswith("-")][:2] + ["", ""]
    moto = os.environ.get("MOTO_URL", "")
    where, answer = "endpoint", call(arguments, os.environ["AWS_ENDPOINT_URL"])
    if answer.returncode and NOT_CARRIED.search(answer.stderr.decode(errors="replace")):
        where = "nowhere"
        if words[0] in BUILDS or " ".join(words[:2]) in BUILDS:
            where = "moto" if moto else "no moto"
            answer = call([for_moto(a) for a in arguments], moto) if moto else answer
    elif answer.returncode and MISUSED.search(answer.stderr.decode(errors="replace")):
        where = "AWS CLI"
    note = {"service": words[0], "operation": words[1], "where": where, "code": answer.returncode,
            "error": answer.stderr.decode(errors="replace").strip() if answer.returncode else ""}
    with open(os.environ["AWS_CALLS"], "a") as notes:
        notes.write(json.dumps(note) + "\n")
    sys.stdout.buffer.write(answer.stdout)
    sys.stderr.buffer.write(answer.stderr)
    sys.exit(answer.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
