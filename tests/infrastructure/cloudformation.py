"""The template, read and filled in as CloudFormation does it: parameters, conditions, intrinsic functions."""
import functools
import json
import pathlib
import re

import yaml

INFRASTRUCTURE = pathlib.Path(__file__).resolve().parent.parent.parent / "infrastructure"
TEMPLATE = INFRASTRUCTURE / "aurora-restore-pipeline.yaml"
REGION = "us-west-2"
ACCOUNT = "123456789012"

# What Ref and GetAtt Arn give for a resource whose name is in its properties: the name's property, and the ARN.
NAMED = {
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{region}:{account}:{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{region}:{account}:log-group:{name}:*"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{region}:{account}:function:{name}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn:aws:states:{region}:{account}:stateMachine:{name}"),
}
REFERRED_BY_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}
NOTHING = object()  # AWS::NoValue


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads CloudFormation's short forms as their long ones."""


def long_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".")
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", long_form)


@functools.lru_cache(maxsize=None)
def load(path=TEMPLATE):
    return yaml.load(path.read_text(), Loader)


class Filled:
    """The template with given parameters. An intrinsic function that is not here is a KeyError."""

    def __init__(self, parameters, template=None):
        self.template = template or load()
        self.parameters = {}
        unknown = set(parameters) - set(self.template["Parameters"])
        if unknown:
            raise ValueError(f"there are no parameters {sorted(unknown)}")
        for name, parameter in self.template["Parameters"].items():
            if name not in parameters and "Default" not in parameter:
                raise ValueError(f"parameter {name} has no default")
            text = str(parameters.get(name, parameter.get("Default")))
            self.parameters[name] = text.split(",") if parameter["Type"] == "CommaDelimitedList" else text

    def condition(self, name):
        return self.fill(self.template["Conditions"][name])

    def resources(self, kind=None):
        """Logical name and filled resource, of those whose condition holds."""
        for name, resource in self.template["Resources"].items():
            if kind in (None, resource["Type"]) and self.is_made(name):
                yield name, self.fill(resource)

    def is_made(self, name):
        condition = self.template["Resources"][name].get("Condition")
        return condition is None or self.condition(condition)

    def property(self, name, key):
        return self.fill(self.template["Resources"][name]["Properties"][key])

    def arn(self, name):
        resource = self.template["Resources"][name]
        if resource["Type"] not in NAMED:
            return f"(arn of {name})"
        key, pattern = NAMED[resource["Type"]]
        return pattern.format(region=REGION, account=ACCOUNT, name=self.property(name, key))

    def fill(self, value):
        if isinstance(value, list):
            return [part for part in map(self.fill, value) if part is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()
            if function in ("Ref", "Condition") and isinstance(argument, str):
                return self.ref(argument) if function == "Ref" else self.condition(argument)
            if function.startswith("Fn::"):
                return FUNCTIONS[function](self, argument)
        filled = {key: self.fill(part) for key, part in value.items()}
        return {key: part for key, part in filled.items() if part is not NOTHING}

    def ref(self, name):
        pseudo = {"AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::NoValue": NOTHING}
        if name in pseudo:
            return pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        resource = self.template["Resources"][name]
        if resource["Type"] in REFERRED_BY_ARN:
            return self.arn(name)
        if resource["Type"] in NAMED:
            return self.property(name, NAMED[resource["Type"]][0])
        return f"(reference of {name})"

    def sub(self, argument):
        text, own = argument if isinstance(argument, list) else (argument, {})

        def value_of(match):
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(self.fill(own[name]))
            if "." in name:
                return self.get_att(name.split("."))
            return str(self.ref(name))

        return re.sub(r"\$\{([^}]+)\}", value_of, text)

    def get_att(self, argument):
        name, attribute = argument
        return self.arn(name) if attribute == "Arn" else f"({attribute} of {name})"

    def choose(self, argument):
        condition, then, otherwise = argument
        return self.fill(then if self.condition(condition) else otherwise)


FUNCTIONS = {
    "Fn::Sub": Filled.sub,
    "Fn::GetAtt": Filled.get_att,
    "Fn::If": Filled.choose,
    "Fn::Join": lambda self, argument: argument[0].join(self.fill(argument[1])),
    "Fn::Split": lambda self, argument: self.fill(argument[1]).split(argument[0]),
    "Fn::Select": lambda self, argument: self.fill(argument[1])[int(argument[0])],
    "Fn::Equals": lambda self, argument: self.fill(argument[0]) == self.fill(argument[1]),
    "Fn::Not": lambda self, argument: not self.fill(argument[0]),
    "Fn::And": lambda self, argument: all(map(self.fill, argument)),
    "Fn::Or": lambda self, argument: any(map(self.fill, argument)),
}


def document(value):
    """A policy document, which may be given as a text."""
    return json.loads(value) if isinstance(value, str) else value


def statements_of(filled, role):
    """The statements of a role, those of its managed policies first, each with the place that it stands in."""
    properties = filled.template["Resources"][role]["Properties"]
    found = []
    for reference in properties.get("ManagedPolicyArns", []):
        while "Fn::If" in reference:
            condition, then, otherwise = reference["Fn::If"]
            reference = then if filled.condition(condition) else otherwise
        if reference != {"Ref": "AWS::NoValue"}:
            name = reference["Ref"]
            found += [(name, each) for each in document(filled.property(name, "PolicyDocument"))["Statement"]]
    for policy in filled.fill(properties.get("Policies", [])):
        found += [(role, each) for each in document(policy["PolicyDocument"])["Statement"]]
    return found
