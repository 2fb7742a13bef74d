# SPDX-License-Identifier: Apache-2.0
"""The program `scprior` as a user runs it, and small data for it. Shared by the tests of this folder."""
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import anndata
import numpy as np

warnings.simplefilter("ignore")

DATA = Path(__file__).resolve().parents[2] / "examples" / "data" / "pancreas_baron_h1.h5ad"
USAGE, DATA_PROBLEM, NOT_DONE = 2, 3, 1

# A model that trains in a fraction of a second on the small data.
TINY = ["genes.space=dataset", "train.max_epochs=2", "encoder.hidden=[32, 16]", "decoder.hidden=[16, 32]", "latent=8"]
VAMP = ["prior=vamp", "prior.components=20"]

# Traces of the inside that no user should see.
LEAKS = ["Traceback", "Exception raised from", "frame #", "c10::", "std::", "terminate called", "HDF5-DIAG", "H5D",
         "internal error", "Segmentation", "Aborted", "basic_string", "[json.exception"]


def set_all(settings_):
    return [part for setting in settings_ for part in ("--set", setting)]


def settings(*more):
    """--set of a tiny model, and of `more`."""
    return set_all([*TINY, *more])


@dataclasses.dataclass
class Result:
    code: int
    out: str
    err: str

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own, in which the program runs."""

    program = None  # the path of scprior
    show = False  # prints every text of a refusal
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="scprior-test-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)

    def environment(self, **more):
        environment = {k: v for k, v in os.environ.items() if k != "SCPRIOR_PLUGIN_PATH"}
        # A build with AddressSanitizer is to answer a request for too much memory as any other does.
        sanitizer = environment.get("ASAN_OPTIONS", "") + ":allocator_may_return_null=1"
        return {**environment, "ASAN_OPTIONS": sanitizer, **more}

    def scprior(self, *arguments, timeout=120, **environment):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=self.folder, capture_output=True,
                              env=self.environment(**environment), stdin=subprocess.DEVNULL, timeout=timeout)
        return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def succeeds(self, *arguments, **options):
        result = self.scprior(*arguments, **options)
        self.assertEqual(result.code, 0, f"{arguments}: {result}")
        for leak in LEAKS:
            self.assertNotIn(leak, result.err, result)
        return result

    def refused(self, code, words, *arguments, leaves=(), **options):
        """The program refuses in one text that has all the words, and leaves none of the outputs behind."""
        before = {path for path in self.folder.rglob("*")}
        result = self.scprior(*arguments, **options)
        if self.show:
            command = " ".join(map(str, arguments))
            print(f"\n$ scprior {command}\n{result.err.rstrip()}\n[{result.code}]", file=sys.stderr)
        self.assertEqual(result.code, code, f"{arguments}: {result}")
        starts = re.findall(r"^scprior: ", result.err, flags=re.MULTILINE)
        self.assertEqual(len(starts), 1, f"one text is wanted: {result}")
        text = result.err[result.err.index("scprior: "):]
        for word in words:
            self.assertIn(word, text)
        for leak in LEAKS:
            self.assertNotIn(leak, result.err + result.out)
        left = {path for path in self.folder.rglob("*")} - before
        self.assertEqual({str(path.relative_to(self.folder)) for path in left}, set(leaves), "files left behind")
        return text

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def save(self, cells, name):
        cells.write_h5ad(self.folder / name)
        return self.folder / name

    def train(self, data, model, *arguments):
        return self.succeeds("train", data, "-o", model, "--threads", 1, *settings(), *arguments)


def some_cells(n_cells=300, n_genes=200):
    """Cells of the pancreas and their strongest genes; n_genes None = all genes."""
    cells = anndata.read_h5ad(DATA)
    rows = np.sort(np.random.default_rng(0).choice(cells.n_obs, n_cells, replace=False))
    cells = cells[rows].copy()
    if n_genes:
        strength = np.asarray(cells.X.sum(axis=0)).ravel()
        cells = cells[:, np.sort(np.argsort(-strength)[:n_genes])].copy()
    return cells


def main():
    """usage: test_NAME.py PROGRAM [--show] [options of unittest]"""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PROGRAM [--show] [options of unittest]")
    ProgramTest.program = str(Path(sys.argv.pop(1)).resolve())
    if "--show" in sys.argv:
        sys.argv.remove("--show")
        ProgramTest.show = True
    unittest.main(module="__main__")
