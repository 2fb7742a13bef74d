#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs scprior-conform on components with planted mistakes and compares the laws that fail with planted_bugs.tsv.

    check_planted_bugs.py --conform PROGRAM --plugins FOLDER [--rng-seed N] [PLUGIN KIND/NAME]

With a plugin and a component: exit 0 only if the law fails that the table names, and none beside it but those that the
table allows. Without: all of them, and a table of what caught what.
"""
import argparse
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ALL_LAWS_HOLD, LAW_BROKEN = 0, 1


def rows():
    """(plugin, component, law, [laws that may fail too]); law "" = a correct component."""
    for line in (HERE / "planted_bugs.tsv").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        plugin, component, law, *also = line.split("\t")
        yield plugin, component, "" if law == "none" else law, also


def verdicts(arguments, plugin, component):
    """(exit code, laws that failed, output)."""
    command = [arguments.conform, f"{arguments.plugins}/{plugin}.so", component, "--rng-seed", str(arguments.rng_seed),
               "--data", str(HERE / "data.toycounts")]
    run = subprocess.run(command, capture_output=True, text=True)
    failed = [law_of(line[8:]) for line in run.stdout.splitlines() if line.startswith("FAILED  ")]
    return run.returncode, failed, run.stdout + run.stderr


def law_of(text):
    """"prior: a law: what is wrong" -> "prior: a law"."""
    if text.startswith("process: "):
        return "process: " + re.split(r": |$", text[9:])[0].split(" ", 1)[1]
    return ": ".join(text.split(": ")[:2])


def problem(code, failed, law, also):
    if not law:
        return "" if code == ALL_LAWS_HOLD and not failed else f"a correct component is blamed (exit {code})"
    if code != LAW_BROKEN:
        return f"exit code {code}, wanted {LAW_BROKEN}"
    if law not in failed:
        return f"not caught by: {law}"
    unexpected = [other for other in failed if other != law and other not in also and "*" not in also]
    return f"laws that should hold failed: {unexpected}" if unexpected else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--conform", required=True)
    parser.add_argument("--plugins", required=True)
    parser.add_argument("--rng-seed", type=int, default=1)
    parser.add_argument("one", nargs="*", metavar="PLUGIN KIND/NAME")
    arguments = parser.parse_args()
    n_wrong = 0
    for plugin, component, law, also in rows():
        if arguments.one and arguments.one != [plugin, component]:
            continue
        code, failed, output = verdicts(arguments, plugin, component)
        wrong = problem(code, failed, law, also)
        n_wrong += bool(wrong)
        caught_by = "; ".join(failed) or "all laws hold"
        print(f"{'WRONG' if wrong else 'right'}  {plugin} {component} -> {caught_by}", flush=True)
        if wrong:
            print(f"       {wrong}\n{output if arguments.one else ''}", flush=True)
    print(f"seed {arguments.rng_seed}: {n_wrong} wrong")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
