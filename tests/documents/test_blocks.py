"""What is taken out of a document is what stands in it."""
import pathlib
import tempfile
import unittest

from blocks import commands, read_blocks, shortened

DOCUMENT = """# Guide

## First

Run `aws sts get-caller-identity` before.

```bash
# a remark
A=$(aws x \\
  --query "a[?b=='c'].d")

aws y --input '{
  "a": "'"$A"'"
}'
```

1. **Step**:
   ```bash
   for f in $(aws l); do
     curl $f
   done
   ```

## Second
What follows has no language:
```
filter a = "b"
| sort @timestamp
```
"""


class Blocks(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "guide.md"
            path.write_text(text)
            return read_blocks(path)

    def test_blocks_have_heading_language_and_lead(self):
        found = self.read(DOCUMENT)
        self.assertEqual([(b.section, b.language) for b in found],
                         [("First", "inline"), ("First", "bash"), ("First", "bash"), ("Second", "")])
        self.assertEqual(found[0].text, "aws sts get-caller-identity\n")
        self.assertEqual(found[3].lead, "What follows has no language:")

    def test_indented_blocks_lose_their_indent_only(self):
        self.assertEqual(self.read(DOCUMENT)[2].text, "for f in $(aws l); do\n  curl $f\ndone\n")

    def test_open_fence_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "never closed"):
            self.read("# A\n```bash\necho\n")


class Commands(unittest.TestCase):
    def test_command_goes_on_over_backslashes_quotes_and_brackets(self):
        found = commands("A=$(aws x \\\n  --query \"a['b']\")\n\n# remark\naws y --input '{\n \"a\": \"'\"$A\"'\"\n}'\n")
        self.assertEqual(len(found), 2)
        self.assertTrue(found[1].endswith("}'\n"))

    def test_compound_commands_are_one(self):
        text = "for f in a b; do\n  echo $f | \\\n  cat\ndone\necho end\n"
        self.assertEqual([c.split()[0] for c in commands(text)], ["for", "echo"])

    def test_script_is_one_command(self):
        text = "#!/bin/bash\necho 1\necho 2\n"
        self.assertEqual(commands(text), [text])

    def test_unfinished_command_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "never finished"):
            commands("echo 'a\n")

    def test_short_form_is_one_line(self):
        self.assertEqual(shortened("aws y \\\n    --a b\n"), "aws y --a b")
        self.assertEqual(len(shortened("x" * 200)), 88)


if __name__ == "__main__":
    unittest.main()
