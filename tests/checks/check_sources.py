# SPDX-License-Identifier: Apache-2.0
"""What every source file of the repository keeps to: a licence line, no leftovers, no paths of one machine, a readable length.

usage: check_sources.py [ROOT]
"""
import pathlib
import re
import sys

CODE = {".c", ".cc", ".cpp", ".h", ".hpp", ".cmake", ".py", ".sh", ".R", ".r", ".jl", ".js", ".css"}
TEXT = CODE | {".md", ".toml", ".txt", ".in", ".json", ".map", ".html"}
SKIPPED_FOLDERS = {".git", "build", "results", "__pycache__", "node_modules"}
MAX_LINES = 400
MAX_COLUMNS = 120

SPDX = "SPDX-License-Identifier: Apache-2.0"
# A letter in brackets, so that this file passes its own check.
LEFTOVER = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b")
MACHINE_PATH = re.compile(r"""(?:^|[\s"'`(=:\[,])/(?:wor[k]|hom[e]|User[s]|roo[t])/\w""")


def is_ours(path):
    """Neither the work of others nor something made."""
    vendored = ".min." in path.name or "third_party" in path.parts or path.name.endswith("LICENSE.txt")
    made = any(part in SKIPPED_FOLDERS or part.endswith(("-results", ".results")) for part in path.parts)
    return not vendored and not made


def is_code(path):
    return path.suffix in CODE or path.name == "CMakeLists.txt"


def files(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and is_ours(relative) and (is_code(path) or path.suffix in TEXT or path.suffix == ""):
            yield relative


def problems_of(path, text):
    lines = text.splitlines()
    found = []
    if is_code(path) and not any(SPDX in line for line in lines[:2]):
        found.append((1, f"no line '{SPDX}' at the top"))
    if is_code(path) and len(lines) > MAX_LINES:
        found.append((len(lines), f"{len(lines)} lines: at most {MAX_LINES}, one concept a file"))
    for number, line in enumerate(lines, 1):
        if LEFTOVER.search(line):
            found.append((number, f"leftover: {LEFTOVER.search(line)[0]}"))
        if MACHINE_PATH.search(line):
            found.append((number, f"path of one machine: {MACHINE_PATH.search(line)[0].strip()}..."))
        if is_code(path) and line != line.rstrip():
            found.append((number, "blanks at the end of the line"))
        if path.suffix in {".cpp", ".hpp", ".h"} and len(line) > MAX_COLUMNS:
            found.append((number, f"{len(line)} columns: at most {MAX_COLUMNS}"))
    return [f"{path}:{number}: {what}" for number, what in found]


def problems(root):
    found = []
    for path in files(root):
        try:
            found += problems_of(path, (root / path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            if is_code(path):
                found.append(f"{path}:1: not UTF-8")
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    found = problems(root)
    n_files = sum(1 for _ in files(root))
    print("\n".join(found + [f"{n_files} files, {len(found)} problems"]))
    return 1 if found or n_files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
