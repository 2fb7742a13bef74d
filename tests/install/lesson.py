#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what "Your first prior" of sdk/README.md tells, with an installed scprior: writes its files, runs its commands.

lesson.py CMAKE PREFIX SCRATCH CELLS    exit code 0: every command worked, and the results have a row for the new prior
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def script_of(page: str) -> str:
    """The lesson's fenced blocks as one shell script: a block with a file name becomes that file, sh is run."""
    lesson = page.split("## Your first prior", 1)[1].split("\n## ", 1)[0]
    script = ["set -eux"]
    for language, name, text in BLOCK.findall(lesson):
        if name:
            script.append(f"cat > {name} <<'END_OF_FILE'\n{text}END_OF_FILE")
        elif language == "sh":
            script.append(text)
    if len(script) < 8:
        sys.exit("the lesson has fewer blocks than it should: were its fences changed?")
    return "\n".join(script)


def main() -> None:
    cmake, installed, scratch, cells = (pathlib.Path(argument) for argument in sys.argv[1:])
    page = (pathlib.Path(__file__).parents[2] / "sdk/README.md").read_text()
    script = script_of(page).replace("max_epochs = 20", "max_epochs = 1")  # one is enough to see that it works
    script = script.replace("scprior check", f"cp {cells} cells.h5ad\nscprior check", 1)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    prefix = scratch / ".local"
    prefix.symlink_to(installed)
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("LIBTORCH_ROOT", "Torch_DIR", "CMAKE_PREFIX_PATH", "SCPRIOR_PLUGIN_PATH")}
    environment.update(HOME=str(scratch), PATH=f"{prefix}/bin:{cmake.parent}:{environment['PATH']}")
    done = subprocess.run(["bash", "-c", script], cwd=scratch, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    if done.returncode != 0:
        sys.exit(f"the lesson of sdk/README.md fails with exit code {done.returncode}")
    tables = list(scratch.glob("prior_laplace/*/results.csv"))
    if len(tables) != 1 or not all(model in tables[0].read_text() for model in ("Laplace", "VAMP")):
        sys.exit(f"the experiment's table lacks a row for Laplace or VAMP: {tables}")


if __name__ == "__main__":
    main()
