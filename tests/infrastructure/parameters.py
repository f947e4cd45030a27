"""The table of parameters in docs/TEMPLATE.md, made from the template.

    python3 tests/infrastructure/parameters.py     writes it anew
"""
import pathlib

from cloudformation import INFRASTRUCTURE, load

DOCUMENT = INFRASTRUCTURE.parent / "docs/TEMPLATE.md"
BEGIN, END = "<!-- parameters: made by tests/infrastructure/parameters.py -->\n", "<!-- end of parameters -->\n"


def allowed(parameter):
    if "AllowedValues" in parameter:
        return ", ".join(str(value) for value in parameter["AllowedValues"])
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} to {parameter['MaxValue']}"
    return parameter["ConstraintDescription"]


def table(template):
    lines = []
    for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
        lines += [f"**{group['Label']['default']}**", "", "| parameter | default | allowed | meaning |", "|---|---|---|---|"]
        for name in group["Parameters"]:
            parameter = template["Parameters"][name]
            default = "(must be given)" if "Default" not in parameter else f"`{parameter['Default']}`" \
                if parameter["Default"] != "" else "empty"
            cells = [f"`{name}`", default, allowed(parameter), parameter["Description"].strip()]
            lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |")
        lines.append("")
    return BEGIN + "\n" + "\n".join(lines) + END


def written(text, template):
    begin, end = text.index(BEGIN), text.index(END) + len(END)
    return text[:begin] + table(template) + text[end:]


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(), load()))
