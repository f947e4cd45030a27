"""The sequence guide: its steps as printed, again where the guide says so, and their answers beside the printed ones."""
import json
import re

from blocks import commands, shortened
from documents import Run
from rows import Row, judge

AGAIN = {"copy_status": "available", "deletion_status": "completed", "cluster_status": "available"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Where an answer differs from the printed one, by section and field: the decision that says so, or what stands for it.
EXCEPTIONS = {
    ("9. Notify Completion Lambda", "status"):
        ("success", "DECISIONS 4: printed twice; status is success, the operation's own is operation_status"),
    ("9. Notify Completion Lambda", "sns_message_id"): (UUID, "an id of its own"),
    ("9. Notify Completion Lambda", "sqs_message_id"): (UUID, "an id of its own"),
    ("7. Setup DB Users Lambda", "cluster_endpoint"): (str, "the local endpoint's addresses"),
    ("8. Verify Restore Lambda", "cluster_endpoint"): (str, "the local endpoint's addresses"),
    ("8. Verify Restore Lambda", "schema_info"): (dict, "the seeded tables"),
    ("10. Cleanup Lambda", "cleanup_results"): (dict, "DECISIONS 12: state and logs stay unless asked for"),
}


class SequenceRun(Run):
    """Every section is run as printed until its last answer; the printed answers are met on the way."""

    def run(self):
        sections = []
        for block in self.blocks:
            if not sections or sections[-1][0] != block.section:
                sections.append((block.section, []))
            sections[-1][1].append(block)
        for section, blocks in sections:
            title = section.split(": ", 1)[-1]
            printed = [(b.lead, b.text) for b in blocks if b.language == "json"]
            if printed:
                self.step(section, title, blocks, printed)
            else:
                for block in blocks:
                    self.block(block)
        return self.rows

    def step(self, section, title, blocks, printed):
        steps = [(b, c) for b in blocks if b.language == "bash" for c in commands(b.text)]
        invoke = Row(blocks[0].document, blocks[0].section, shortened(steps[0][1]))
        looks = []
        for _ in range(100):
            for block, command in steps:
                result = self.shell.run(command)
                if result.failed():
                    judge(invoke, result, {}, {})
                    self.rows.append(invoke)
                    return
            looks.append(json.loads((self.world.work / "response.json").read_text()))
            last = [(k, v) for k, v in AGAIN.items() if k in looks[-1]]
            if all(looks[-1][k] == v for k, v in last) or "errorType" in looks[-1]:
                break
        for block, command in steps:
            row = Row(block.document, block.section, shortened(command), where="shell" if command.startswith("cat") else "endpoint")
            self.rows.append(row)
        self.again(title, looks, steps)
        for lead, text in printed:
            self.compare(section, title, lead, text, looks)

    def again(self, title, looks, steps):
        """A cluster that is there is deleted: the guide prints those answers beside the one for free ground. It deletes
        at once, which is the strategy `delete` (DECISIONS 7)."""
        if title != "4. Delete RDS Lambda":
            return
        self.world.cluster_of_name("dev-target-cluster", "us-west-2", {"aurora-restore:managed": "true"})
        command = steps[0][1].replace('"operation_id"', '"replace_strategy": "delete", "operation_id"')
        for _ in range(100):
            self.shell.run(command)
            looks.append(json.loads((self.world.work / "response.json").read_text()))
            if looks[-1].get("deletion_status") == "completed" or "errorType" in looks[-1]:
                break

    def compare(self, section, title, lead, text, looks):
        """One of the answers must be as printed, but for the exceptions."""
        case = re.findall(r"\((.*)\)", lead) or ["as printed"]
        row = Row(self.blocks[0].document, section, "answer: " + case[0])
        self.rows.append(row)
        expected = json.loads(text)
        differences = [self.differences(title, expected, look) for look in looks]
        best = min(differences, key=len)
        row.faults += best
        reasons = [f"{f}: {why}" for (t, f), (_, why) in EXCEPTIONS.items() if t == title and f in expected]
        if "deletion" in row.command:
            reasons.append("with replace_strategy delete (DECISIONS 7)")
        row.reason = "; ".join(reasons)

    def differences(self, title, expected, look):
        found = []
        for name, value in expected.items():
            wanted, _ = EXCEPTIONS.get((title, name), (value, ""))
            given = look.get(name, "(absent)")
            same = (str(given).startswith(value) if name == "message"  # it may go on to say more
                    else wanted.fullmatch(str(given)) if isinstance(wanted, re.Pattern)
                    else isinstance(given, wanted) if isinstance(wanted, type) else given == wanted)
            if not same:
                found.append(f"{name} is {json.dumps(given)}, printed is {json.dumps(value)}")
        return found
