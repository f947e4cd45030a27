"""Runs a document of the specification from top to bottom, command by command, and gives a row for each."""
import json
import re
import shlex
import sys
import time

from blocks import commands, read_blocks, shortened
from rows import ABSENT, Row, judge
from worlds import ROOT, SPEC

# Debian's boto3 does not read AWS_ENDPOINT_URL yet: every client is told.
PYTHON = """
import os, runpy, sys, boto3.session
make = boto3.session.Session.client
def client(self, *arguments, **named):
    named.setdefault("endpoint_url", os.environ["AWS_ENDPOINT_URL"])
    return make(self, *arguments, **named)
boto3.session.Session.client = client
runpy.run_path(sys.argv[1], run_name="__main__")
"""
EXECUTION = re.compile("(start|stop)[-_]execution")  # such a command, and one in Python
INSIGHTS = """
QUERY=$(aws logs start-query --start-time $(($(date +%s) - 3600)) --end-time $(($(date +%s) + 60)) \\
  --log-group-names $(aws logs describe-log-groups --log-group-name-prefix /aws/lambda/aurora-restore --query 'logGroups[].logGroupName' --output text) \\
  --query-string "$(cat query.txt)" --query queryId --output text) || return 1
for look in $(seq 1 60); do
  aws logs get-query-results --query-id $QUERY > results.json
  jq -e '.status != "Running" and .status != "Scheduled"' results.json >/dev/null && break
  sleep 1
done
jq -e '.status == "Complete" and (.results | length) > 0' results.json
"""


class Run:
    """One document in one world. `expected` and `pending` are Expectations."""

    def __init__(self, world, shell, document, expected, pending):
        self.world, self.shell, self.expected, self.pending = world, shell, expected, pending
        self.blocks = read_blocks(SPEC / document)
        self.rows = []
        self.ended = set()
        self.kept_running = ()

    def run(self):
        for block in self.blocks:
            self.block(block)
        return self.rows

    def block(self, block):
        if block.language in ("bash", "inline"):
            for command in commands(block.text):
                if command.startswith("#!"):
                    self.keep_script(block, command)
                else:
                    self.command(block, command)
        elif block.language == "python":
            self.command(block, block.text, self.python, "the Python example, as printed")
        elif block.language == "json":
            self.command(block, block.text, self.execution, "the console's input, as printed")
        elif block.language == "":
            self.command(block, block.text, self.insights, "query: " + shortened(block.text, 80))

    def command(self, block, text, how=None, shown=None):
        how = how or (lambda t: self.shell.run(t, timeout=240))
        row = Row(block.document, block.section, shown or shortened(text))
        self.rows.append(row)
        expected = self.expected.of(block.document, text)
        pending = self.pending.of(block.document, text)
        if "before" in expected and pending:
            self.shell.run(expected["before"], timeout=180)  # may need what the command waits for, too
        elif "before" in expected:
            self.must(row, "before", expected["before"])
        # Where the printed form never works, the one that does tells whether anything is still pending.
        if pending and expected.get("result") == "refused" and "instead" in expected:
            result = self.shell.run(expected["instead"], timeout=240)
        else:
            result = how(text)
        judge(row, result, expected, pending)
        row.where = "boto3" if how == self.python else row.where
        print(f"{row.result}: {row.document}: {row.command}", flush=True)
        if not pending and not result.failed() and (how == self.execution or EXECUTION.search(text)):
            self.settle(row, expected.get("execution", "SUCCEEDED"))
        if pending or row.faults:
            return
        if "check" in expected and row.result != ABSENT:
            self.must(row, "check", expected["check"])
        if "instead" in expected:
            row.instead = expected.get("instead_shown") or shortened(expected["instead"], 120)
            self.must(row, "the working form", expected["instead"])
        if "replace" in expected:
            row.instead = expected["instead_shown"]
            self.replaced(row, how, text, expected["replace"])

    def replaced(self, row, how, text, changes):
        for old, new in changes.items():
            text = text.replace(old, self.shell.value(new[2:-1]) if new.startswith("${") else new)
        result = how(text)
        if result.failed():
            row.faults.append(f"the working form failed:\n{result.text()}")
        elif how == self.execution or EXECUTION.search(text):
            self.settle(row, "SUCCEEDED")

    def must(self, row, what, text):
        result = self.shell.run(text, timeout=180)
        if result.code == 0 and any(call["where"] == "no moto" for call in result.calls):
            return
        if result.code != 0:
            row.faults.append(f"{what} failed with {result.code}: {shortened(text)}\n{result.text()}")

    def settle(self, row, wanted):
        """Executions that the command started must end as they should."""
        for name, execution in self.world.settle(self.kept_running).items():
            if name in self.ended or name in self.kept_running:
                continue
            self.ended.add(name)
            end = execution["status"]
            if end == "FAILED":
                end += " " + self.world.error_of(execution).get("error", "")
            if end != wanted:
                row.faults.append(f"execution {name} ended {end}, not {wanted}\n{self.world.run('status', name, check=False).stdout}")

    def python(self, text):
        (self.world.work / "example.py").write_text(text)
        (self.world.work / "told.py").write_text(PYTHON)
        return self.shell.run(f"{shlex.quote(sys.executable)} told.py example.py")

    def execution(self, text):
        """What the console does with the input that a reader pastes there; the first has the id that later commands name."""
        (self.world.work / "input.json").write_text(text)
        name = "op-12345678" if not self.ended else f"console-{time.time_ns()}"
        machine = "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev"
        json.loads(text)
        return self.shell.run(f"aws stepfunctions start-execution --state-machine-arn {machine} --name {name} "
                              "--input file://input.json")

    def insights(self, text):
        (self.world.work / "query.txt").write_text(re.sub("restore-YYYYMMDD-HHMMSS", "restore-20230615-123456", text))
        return self.shell.run(INSIGHTS)

    def keep_script(self, block, text):
        (self.world.work / "run_aurora_restore.sh").write_text(text)


def infrastructure(world):
    """What a checkout has, for commands that name its files."""
    for folder in ("infrastructure", "scripts"):
        link = world.work / folder
        if not link.exists():
            link.symlink_to(ROOT / folder)
