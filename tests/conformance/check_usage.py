#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scprior-conform says when it is called wrongly, and what it tells beside the verdicts.

    check_usage.py --conform PROGRAM --plugins FOLDER
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

ALL_LAWS_HOLD, LAW_BROKEN, WRONG_USAGE = 0, 1, 2
SET = "[[prior.option_not_read]]\n"
WAIVE = '[[waive]]\nreason = "a test"\n'
LAW = 'law = "options: each that is declared is read when the component is made"\n'
# (what is tested, text of the file of options, exit code, what is printed)
CASES = [
    ("an option that is not known", SET + "componets = 3\n", WRONG_USAGE,
     'prior/option_not_read, set 1: componets is not an option; did you mean "components"?'),
    ("an option out of its range", SET + "components = 0\n", WRONG_USAGE, "must be at least 1"),
    ("a component that is not offered", "[[prior.option_not_rad]]\ncomponents = 3\n", WRONG_USAGE,
     'did you mean "prior/option_not_read"?'),
    ("a law that is not known", WAIVE + 'law = "options: each that is declared is red when the component is made"\n',
     WRONG_USAGE, 'did you mean "options: each that is declared is read when the component is made"?'),
    ("a law of another kind", WAIVE + 'law = "flow: every parameter takes part"\n', WRONG_USAGE, "there is no law"),
    ("a waiver of a component that is not offered", WAIVE + LAW + 'component = "prior/option_not_rad"\n', WRONG_USAGE,
     'did you mean "prior/option_not_read"?'),
    ("a waiver of a set that is not there", SET + "components = 3\n" + WAIVE + LAW + "set = 2\n", WRONG_USAGE,
     "set = 2, but this file has 1"),
    ("a waiver of everything", SET + "components = 4\n" + WAIVE + LAW, ALL_LAWS_HOLD, "0 broken"),
    ("a waiver of one set", SET + "components = 4\n" + WAIVE + LAW + "set = 1\n", LAW_BROKEN, "1 broken"),
    ("no file", "", LAW_BROKEN, "trained: log_var [4]"),
    ("skipped laws at the end", SET + "components = 4\n", LAW_BROKEN,
     "skipped, hence not judged:\n  prior: training cells are declared"),
]


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def problems_of_case(arguments, case):
    what, options, wanted_code, wanted_text = case
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "conform.toml"
        file.write_text(options)
        code, output = run(arguments.conform, f"{arguments.plugins}/broken_manners.so", "prior/option_not_read",
                           "--options", file)
    if code != wanted_code or (wanted_text and wanted_text not in output):
        yield f"{what}: exit {code}, wanted {wanted_code} and {wanted_text!r}; got\n{output}"


def problems_of_list(arguments):
    code, output = run(arguments.conform, "--list")
    for kind in ("loader", "encoder", "decoder", "flow", "prior", "likelihood", "metric"):
        if f"\n  {kind}: " not in output:
            yield f"--list shows no law of a {kind}"
    if code != ALL_LAWS_HOLD:
        yield f"--list ends with {code}"
    code, output = run(arguments.conform)
    if code != WRONG_USAGE or "wanted a plugin" not in output:
        yield f"without a plugin: exit {code}, {output}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--conform", required=True)
    parser.add_argument("--plugins", required=True)
    arguments = parser.parse_args()
    problems = [problem for case in CASES for problem in problems_of_case(arguments, case)]
    problems += problems_of_list(arguments)
    print("\n".join(problems) or f"{len(CASES) + 2} right")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
