# SPDX-License-Identifier: Apache-2.0
"""The arrows between the layers, read from the #include lines.

    plugins -> sdk -> LibTorch      capi -> core -> sdk      nothing -> capi, plugins

usage: check_dependencies.py [ROOT]
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = {".c", ".cc", ".cpp", ".h", ".hpp"}
LIBTORCH = ("ATen/", "c10/", "torch/")
# Whole-library headers that cost every file that sees them tens of seconds.
TOO_HEAVY = {"torch/torch.h", "torch/extension.h", "torch/all.h"}
# What a header of the SDK, seen by every plugin, may include of LibTorch. Sources may include more.
SDK_HEADER_LIBTORCH = re.compile(r"ATen/core/|c10/|torch/version\.h|torch/headeronly/")
# Libraries that only core may use.
CORE_ONLY = ("boost/", "toml++/", "fmt/", "CLI/", "spdlog/")


def layer_of(path):
    """sdk, core, capi, plugins/<name>, tests, examples: where a file of the repository belongs."""
    parts = path.parts
    if parts[0] == "plugins":
        return "plugins/" + parts[1]
    if parts[:2] == ("core", "app"):
        return "core"
    return parts[0]


def layer_of_include(name, path, root):
    """The layer that an include leads to; None outside the repository."""
    if name.startswith("scprior/core/"):
        return "core"
    if name == "scprior.h":
        return "capi"
    if name.startswith("scprior/"):
        return "sdk"
    beside = (root / path.parent / name).resolve()
    if beside.is_file() and root in beside.parents:
        return layer_of(beside.relative_to(root))
    for folder in sorted((root / "plugins").glob("*")):
        if name.startswith(folder.name + "/"):
            return "plugins/" + folder.name
    return None


def is_test(path):
    return path.parts[0] in ("tests", "examples") or path.name.startswith("test_")


def problem_with(path, name, bracket, root):
    """Why this include is forbidden, or None."""
    here, there = layer_of(path), layer_of_include(name, path, root)
    if name in TOO_HEAVY:
        return "costs 20 s a file: include the ATen headers that are needed"
    if here.startswith("plugins") and there == "core":
        return "a plugin sees only the SDK"
    if here.startswith("plugins") and there and there.startswith("plugins") and there != here:
        return "plugins do not know each other"
    if here in ("sdk", "core", "capi") and there and there.startswith("plugins") and not is_test(path):
        return "nothing includes a plugin"
    if there == "capi" and here != "capi" and not is_test(path):
        return "nothing includes the C interface"
    if here == "sdk" and there == "core":
        return "the SDK does not know core"
    if here == "capi" and name.startswith(LIBTORCH) and "include" in path.parts:
        return "the C interface shows no LibTorch"
    if there is not None or is_test(path):
        return None
    if here == "sdk" and not {"testing", "conformance"} & set(path.parts):
        return problem_in_sdk(path, name)
    if here.startswith("plugins") and name.startswith(CORE_ONLY):
        return "core alone uses this library"
    return None


def problem_in_sdk(path, name):
    third_party = "/" in name and not name.startswith(("sys/", "bits/") + LIBTORCH)
    if third_party:
        return "the SDK uses LibTorch and the standard library only"
    if "include" in path.parts and name.startswith(LIBTORCH) and not SDK_HEADER_LIBTORCH.match(name):
        return "a header of the SDK includes <ATen/core/...> at most"
    return None


def sources(root):
    for layer in ("sdk", "core", "plugins", "capi", "tests", "examples"):
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in SOURCES and path.is_file():
                yield path.relative_to(root)


def problems(root):
    found = []
    for path in sources(root):
        for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            reason = match and problem_with(path, match[2], match[1], root)
            if reason:
                found.append(f"{path}:{number}: includes {match[1]}{match[2]}: {reason}")
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    found = problems(root)
    n_files = sum(1 for _ in sources(root))
    print("\n".join(found + [f"{n_files} files, {len(found)} forbidden includes"]))
    return 1 if found or n_files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
