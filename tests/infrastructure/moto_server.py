"""moto's server with what its CloudFormation lacks of AWS's, each by name. Used by test_template.py.

moto 5.2.1 leaves AWS::NoValue in lists as null, where CloudFormation removes the element, and takes a policy document
that is given as a text (which CloudFormation allows) for a JSON text. What it does not make at all, test_template.py
lists.
"""
import json
import sys

import moto.cloudformation.parsing as parsing
import moto.iam.models as iam
from moto.server import main

cleaned = parsing.clean_json


def clean_json(resource_json, resources_map):
    result = cleaned(resource_json, resources_map)
    if isinstance(resource_json, list) and isinstance(result, list):
        return [part for part in result if part is not None]
    return result


parsing.clean_json = clean_json

create_managed_policy = iam.ManagedPolicy.create_from_cloudformation_json.__func__


def create_from_text(cls, resource_name, cloudformation_json, account_id, region_name, **more):
    properties = cloudformation_json.get("Properties", {})
    if isinstance(properties.get("PolicyDocument"), str):
        properties = {**properties, "PolicyDocument": json.loads(properties["PolicyDocument"])}
        cloudformation_json = {**cloudformation_json, "Properties": properties}
    return create_managed_policy(cls, resource_name, cloudformation_json, account_id, region_name, **more)


iam.ManagedPolicy.create_from_cloudformation_json = classmethod(create_from_text)

if __name__ == "__main__":
    main(sys.argv[1:])
