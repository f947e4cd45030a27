"""A command that does otherwise than expected is a fault of its row, whichever way it was expected."""
import unittest

from coverage import render
from rows import ABSENT, REFUSED, SKIPPED, WORKS, Row, judge
from shell import Result


def result(code=0, text="", where="endpoint"):
    return Result(code, text, "", [{"service": "x", "operation": "y", "where": where, "code": code, "error": ""}])


def judged(given, expected=None, pending=None):
    row = Row("guide.md", "Section", "aws x y")
    judge(row, given, expected or {}, pending or {})
    return row


class Judgement(unittest.TestCase):
    def test_what_works_has_no_fault(self):
        row = judged(result())
        self.assertEqual((row.result, row.where, row.faults), (WORKS, "endpoint", []))

    def test_failure_is_a_fault_also_inside_a_pipe(self):
        self.assertTrue(judged(result(255)).faults)
        inside = result()
        inside.calls[0]["code"] = 255
        self.assertTrue(judged(inside).faults)

    def test_refusal_must_be_the_expected_one(self):
        expected = {"result": "refused", "error": "Reserved", "because": "it is"}
        row = judged(result(255, "ReservedWord"), expected)
        self.assertEqual((row.result, row.reason, row.faults), (REFUSED, "it is", []))
        self.assertTrue(judged(result(255, "Another"), expected).faults)
        self.assertTrue(judged(result(0), expected).faults)

    def test_pending_that_works_is_stale(self):
        pending = {"error": "unknown", "until": "it is built"}
        row = judged(result(255, "unknown", "nowhere"), pending=pending)
        self.assertEqual((row.result, row.where, row.faults), (ABSENT, "", []))
        row = judged(result(), pending=pending)
        self.assertEqual(row.stale, pending)
        self.assertTrue(row.faults)
        self.assertTrue(judged(result(255, "something else"), pending=pending).faults)

    def test_machine_without_moto_runs_less(self):
        self.assertEqual(judged(result(255, where="no moto")).result, SKIPPED)

    def test_table_names_commands_and_tests(self):
        text = render([judged(result())], [{"document": "guide.md", "section": "S", "statement": "It is so.",
                                            "tests": ["command", "Suite.Test"]}], [])
        self.assertIn("| Section | `aws x y` | endpoint | works |", text)
        self.assertIn("| S | It is so. | command, `Suite.Test` |", text)
        self.assertIn("| works | 1 |", text)


if __name__ == "__main__":
    unittest.main()
