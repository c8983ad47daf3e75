"""What the tests over official clients share: where the node is, and a count at the end that scripts read."""
import os
import sys
import unittest

ALGOD, KMD, TOKEN = os.environ["ALGOD_URL"], os.environ["KMD_URL"], os.environ["TOKEN"]


def main() -> None:
    program = unittest.main(exit=False, verbosity=1)
    r = program.result
    bad = len(r.failures) + len(r.errors)
    print(f"{r.testsRun - bad - len(r.skipped)} passed, {bad} failed")
    sys.exit(bad > 0)
