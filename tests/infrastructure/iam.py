"""IAM's decision on one request, for the part of the policy language that the template uses. What is not known here
is an error, never a guess.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""
import functools
import re


class UnknownPolicyElement(Exception):
    pass


@functools.lru_cache(maxsize=None)
def pattern(text, ignore_case):
    parts = [".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def is_like(text, wanted, ignore_case=False):
    if "${" in wanted:
        raise UnknownPolicyElement(f"policy variable in {wanted}")
    return pattern(wanted, ignore_case).fullmatch(text) is not None


def is_arn_like(text, wanted):
    have, want = text.split(":", 5), wanted.split(":", 5)
    return len(have) == len(want) == 6 and all(is_like(h, w) for h, w in zip(have, want))


# The operator's test of one value against one that is wanted, and whether it is the opposite of one.
OPERATORS = {
    "StringEquals": (lambda have, want: have == want, False),
    "StringNotEquals": (lambda have, want: have == want, True),
    "StringEqualsIgnoreCase": (lambda have, want: have.lower() == want.lower(), False),
    "StringLike": (is_like, False),
    "StringNotLike": (is_like, True),
    "ArnLike": (is_arn_like, False),
    "ArnEquals": (is_arn_like, False),
    "ArnNotLike": (is_arn_like, True),
    "Bool": (lambda have, want: have.lower() == want.lower(), False),
}


def listed(value):
    return value if isinstance(value, list) else [value]


def holds(operator, key, wanted, context):
    wanted = [str(each) if not isinstance(each, bool) else str(each).lower() for each in listed(wanted)]
    have = context.get(key.lower())
    if operator == "Null":
        return any((have is None) == (each == "true") for each in wanted)
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in OPERATORS or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise UnknownPolicyElement(f"condition operator {operator}")
    matches, is_opposite = OPERATORS[name]
    if have is None:
        return if_exists or is_opposite or quantifier == "ForAllValues"
    passes = [any(matches(each, want) for want in wanted) != is_opposite for each in listed(have)]
    if quantifier == "" and len(passes) != 1:
        raise UnknownPolicyElement(f"{operator} on {key}, which has {len(passes)} values")
    return any(passes) if quantifier == "ForAnyValue" else all(passes)


def applies(statement, action, resource, context):
    unknown = set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"}
    if unknown:
        raise UnknownPolicyElement(f"policy elements {sorted(unknown)}")
    if not any(is_like(action, each, ignore_case=True) for each in listed(statement["Action"])):
        return False
    if not any(is_like(resource, each) for each in listed(statement["Resource"])):
        return False
    return all(holds(operator, key, wanted, context)
               for operator, keys in statement.get("Condition", {}).items() for key, wanted in keys.items())


def is_allowed(statements, action, resource, context):
    """`context`: the request's condition keys with their values. Keys do not distinguish upper and lower case."""
    lowered = {key.lower(): value for key, value in context.items()}
    effects = [each["Effect"] for each in statements if applies(each, action, resource, lowered)]
    return "Deny" not in effects and "Allow" in effects
