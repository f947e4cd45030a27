"""Runs one of the modules beside it: python3 run.py test_x86_64. 77 means skipped, with the reason."""
import importlib
import sys
import unittest

from lambda_host import SKIPPED


def main(name):
    module = importlib.import_module(name)
    reason = module.reason_to_skip()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(module))
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
