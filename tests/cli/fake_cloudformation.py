"""A CloudFormation of our own, for what moto does not show: events that come while a stack is made, and rollbacks.

It speaks the Query protocol on loopback and checks no signature. It makes nothing: a change set that is executed plays
a list of events, a few tenths of a second apart. What it plays is written after the user guide's descriptions of stack
statuses and events, so a test against it proves what our program does with them, not what AWS does. A parameter
FailWith in the change set makes the second resource fail with its value; FailRollback makes the rollback fail once.
"""
import http.server
import threading
import time
import urllib.parse
import uuid
from xml.sax.saxutils import escape

NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
RESOURCES = [("StateTable", "AWS::DynamoDB::Table"), ("Topic", "AWS::SNS::Topic"), ("Machine", "AWS::StepFunctions::StateMachine")]


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def xml(name, value):
    if isinstance(value, dict):
        return f"<{name}>" + "".join(xml(k, v) for k, v in value.items()) + f"</{name}>"
    if isinstance(value, list):
        return f"<{name}>" + "".join(xml("member", v) for v in value) + f"</{name}>"
    return f"<{name}>{escape(str(value).lower() if isinstance(value, bool) else str(value))}</{name}>"


class Stack:
    def __init__(self, name):
        self.name = name
        self.id = f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{name}/{uuid.uuid4()}"
        self.status = "REVIEW_IN_PROGRESS"
        self.parameters = {}
        self.events = []
        self.rollback_fails = False


class FakeCloudFormation:
    def __init__(self):
        self.lock = threading.RLock()
        self.pace = 0.3           # seconds between two events
        self.stacks = []          # deleted ones too: they are found by id
        self.change_sets = {}
        self.calls = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
                action = fields.get("Action", "")
                try:
                    with outer.lock:
                        outer.calls.append((action, fields))
                        result = getattr(outer, "do_" + action)(fields)
                    self.send(200, f'<{action}Response xmlns="{NAMESPACE}">' + xml(action + "Result", result or {})
                              + f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>")
                except Refused as refused:
                    self.send(400, f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{refused.code}</Code>'
                                   f"<Message>{escape(str(refused))}</Message></Error></ErrorResponse>")

            def send(self, status, text):
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def called(self, action):
        with self.lock:
            return [fields for name, fields in self.calls if name == action]

    def find(self, name):
        for stack in reversed(self.stacks):
            if stack.id == name or (stack.name == name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Refused("ValidationError", f"Stack with id {name} does not exist")

    def status_of(self, name):
        with self.lock:
            return self.find(name).status

    # What happens by itself after a call.

    def play(self, stack, moments):
        def run():
            for moment in moments:
                time.sleep(self.pace)
                with self.lock:
                    moment()
        threading.Thread(target=run, daemon=True).start()

    def event(self, stack, resource, kind, status, reason=""):
        stack.events.append({"StackId": stack.id, "EventId": str(uuid.uuid4()), "StackName": stack.name,
                             "LogicalResourceId": resource, "PhysicalResourceId": resource, "ResourceType": kind,
                             "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "ResourceStatus": status,
                             **({"ResourceStatusReason": reason} if reason else {})})

    def becomes(self, stack, status, reason=""):
        stack.status = status
        self.event(stack, stack.name, "AWS::CloudFormation::Stack", status, reason)

    def moments_of(self, stack, verb, parameters):
        """CREATE or UPDATE of all resources, one after the other."""
        moments = []
        for number, (resource, kind) in enumerate(RESOURCES):
            moments.append(lambda r=resource, k=kind: self.event(stack, r, k, f"{verb}_IN_PROGRESS"))
            if number == 1 and parameters.get("FailWith"):
                rolling = "ROLLBACK" if verb == "CREATE" else "UPDATE_ROLLBACK"
                moments.append(lambda r=resource, k=kind: self.event(stack, r, k, f"{verb}_FAILED", parameters["FailWith"]))
                moments.append(lambda: self.event(stack, "Machine", "AWS::StepFunctions::StateMachine", f"{verb}_FAILED",
                                                  "Resource creation cancelled"))
                moments.append(lambda: self.becomes(stack, f"{rolling}_IN_PROGRESS", "The following resource(s) failed"))
                end = "FAILED" if stack.rollback_fails else "COMPLETE"
                moments.append(lambda: self.becomes(stack, f"{rolling}_{end}"))
                return moments
            moments.append(lambda r=resource, k=kind: self.event(stack, r, k, f"{verb}_COMPLETE"))
        moments.append(lambda: self.becomes(stack, f"{verb}_COMPLETE"))
        return moments

    # Actions.

    def do_DescribeStacks(self, fields):
        stack = self.find(fields["StackName"])
        return {"Stacks": [{"StackId": stack.id, "StackName": stack.name, "StackStatus": stack.status,
                            "CreationTime": "2026-11-28T06:00:00Z", "EnableTerminationProtection": False,
                            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in stack.parameters.items()]}]}

    def do_DescribeStackEvents(self, fields):
        return {"StackEvents": self.find(fields["StackName"]).events[::-1]}

    def do_CreateChangeSet(self, fields):
        try:
            stack = self.find(fields["StackName"])
        except Refused:
            if fields.get("ChangeSetType") != "CREATE":
                raise
            stack = Stack(fields["StackName"])
            self.stacks.append(stack)
        if fields.get("ChangeSetType") == "CREATE" and stack.status != "REVIEW_IN_PROGRESS":
            raise Refused("ValidationError", f"Stack [{stack.name}] already exists and cannot be created again")
        parameters, number = {}, 1
        while (key := fields.get(f"Parameters.member.{number}.ParameterKey")) is not None:
            previous = fields.get(f"Parameters.member.{number}.UsePreviousValue") == "true"
            parameters[key] = stack.parameters[key] if previous else fields[f"Parameters.member.{number}.ParameterValue"]
            number += 1
        self.change_sets[fields["ChangeSetName"]] = (stack, parameters, fields["ChangeSetType"])
        return {"Id": "arn:aws:cloudformation:eu-central-1:123456789012:changeSet/" + fields["ChangeSetName"], "StackId": stack.id}

    def do_DescribeChangeSet(self, fields):
        stack, parameters, kind = self.change_sets[fields["ChangeSetName"]]
        if kind == "UPDATE" and parameters == stack.parameters:
            return {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes. Submit different "
                                                        "information to create a change set."}
        action = "Add" if kind == "CREATE" else "Modify"
        return {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "Changes": [
            {"Type": "Resource", "ResourceChange": {"Action": action, "LogicalResourceId": r, "ResourceType": k,
                                                    **({"Replacement": "False"} if action == "Modify" else {})}}
            for r, k in RESOURCES]}

    def do_DeleteChangeSet(self, fields):
        self.change_sets.pop(fields["ChangeSetName"], None)

    def do_ExecuteChangeSet(self, fields):
        stack, parameters, kind = self.change_sets.pop(fields["ChangeSetName"])
        stack.rollback_fails = bool(parameters.get("FailRollback"))
        before, stack.parameters = stack.parameters, parameters
        self.becomes(stack, f"{kind}_IN_PROGRESS", "User Initiated")
        moments = self.moments_of(stack, kind, parameters)
        if kind == "UPDATE" and parameters.get("FailWith"):
            moments.insert(-1, lambda: setattr(stack, "parameters", before))
        self.play(stack, moments)

    def do_ContinueUpdateRollback(self, fields):
        stack = self.find(fields["StackName"])
        self.becomes(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self.play(stack, [lambda: self.becomes(stack, "UPDATE_ROLLBACK_COMPLETE")])

    def do_DeleteStack(self, fields):
        stack = self.find(fields["StackName"])
        self.becomes(stack, "DELETE_IN_PROGRESS", "User Initiated")
        self.play(stack, [lambda: self.becomes(stack, "DELETE_COMPLETE")])

    def do_ListStackResources(self, fields):
        stack = self.find(fields["StackName"])
        return {"StackResourceSummaries": [{"LogicalResourceId": r, "PhysicalResourceId": r.lower(), "ResourceType": k,
                                            "ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": "2026-11-28T06:00:00Z"}
                                           for r, k in RESOURCES if stack.status != "REVIEW_IN_PROGRESS"]}
