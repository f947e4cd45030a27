"""What a Markdown document holds for a machine: its fenced blocks and the commands in its text, with their headings.

Blocks and commands are kept as they are printed; nothing here knows what they mean.
"""
import re
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w-]*)\s*$")
HEADING = re.compile(r"^(#{1,6}) +(.*?)\s*$")
INLINE_COMMAND = re.compile(r"`((?:aws|chmod|\./)[^`]*\s?[^`]+)`")
OPENING = {"for": "done", "while": "done", "until": "done", "if": "fi", "case": "esac"}


@dataclass(frozen=True)
class Block:
    document: str  # the file's name
    section: str   # the nearest heading above; below the second level with the chapter's in front
    language: str  # bash, python, json ... ; "" where the fence names none; "inline" for a command in the text
    text: str
    lead: str      # the last line of text before the block, which often says what it is


def read_blocks(path):
    """The blocks of a document from top to bottom, inline commands among them."""
    blocks, chapter, section, lead, fence, lines = [], "", "", "", None, []
    for line in path.read_text().splitlines():
        if fence:
            if line.strip() == "```":
                text = "\n".join(without_indent(l, len(fence["indent"])) for l in lines) + "\n"
                blocks.append(Block(path.name, section, fence["language"], text, lead))
                fence, lines = None, []
            else:
                lines.append(line)
            continue
        fence = FENCE.match(line)
        if fence:
            continue
        heading = HEADING.match(line)
        if heading:
            chapter = heading[2] if len(heading[1]) <= 2 else chapter
            section = heading[2] if len(heading[1]) <= 2 else f"{chapter}: {heading[2]}"
        for command in INLINE_COMMAND.findall(line):
            blocks.append(Block(path.name, section, "inline", command + "\n", line.strip()))
        if line.strip():
            lead = line.strip()
    if fence:
        raise ValueError(f"{path.name}: a fence under '{section}' is never closed")
    return blocks


def without_indent(line, width):
    return line[width:] if line[:width].strip() == "" else line


def commands(text):
    """The commands of a shell block, each as printed: a command goes on while a quote, a bracket, a backslash at the
    end of a line, or a compound command is open. Comments and empty lines are left out. A script is one command."""
    if text.startswith("#!"):
        return [text]
    found, begun, depth = [], "", []
    for line in text.splitlines():
        if not begun and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begun += line + "\n"
        if is_open(begun):
            continue
        depth = open_words(begun)
        if not depth:
            found.append(begun)
            begun = ""
    if begun:
        raise ValueError(f"a command is never finished: {begun}")
    return found


def is_open(text):
    """Whether a quote, a bracket or a continued line is open at the end of the text."""
    stack, i = [], 0
    while i < len(text):
        c, inside = text[i], stack[-1] if stack else ""
        if c == "\\" and inside != "'":
            if text[i + 1:] in ("", "\n"):
                return True
            i += 2
            continue
        if inside == "'":
            if c == "'":
                stack.pop()
        elif c == "$" and text[i + 1:i + 2] == "(":
            stack.append("(")
            i += 1
        elif inside == '"':
            if c == '"':
                stack.pop()
        elif c in "'\"":
            stack.append(c)
        elif c in "({" :
            stack.append(c)
        elif c in ")}" and inside in ("(", "{"):
            stack.pop()
        i += 1
    return bool(stack)


def open_words(text):
    """The words that still have to come (`done`, `fi`) after a text without open quotes."""
    waiting = []
    for part in re.split(r"[;\n]|&&|\|\|", re.sub(r"'[^']*'|\"[^\"]*\"", "", text)):
        words = part.split()
        while words and words[0] in ("do", "then", "else"):
            words = words[1:]
        if words and words[0] in OPENING:
            waiting.append(OPENING[words[0]])
        elif words and waiting and words[0] == waiting[-1]:
            waiting.pop()
    return waiting


def shortened(command, width=88):
    """A command in one line for a table."""
    if command.startswith("#!"):
        return "the script, as printed"
    line = re.sub(r"\s+", " ", command.replace("\\\n", " ")).strip()
    return line if len(line) <= width else line[:width - 1].rstrip() + "…"
