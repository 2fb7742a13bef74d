# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C: ends soon, says what happened, and keeps what can be used."""
import os
import re
import signal
import subprocess
import time

import anndata

import program
from program import NOT_DONE, TINY, set_all

LONG = [*TINY, "train.max_epochs=100000"]
LONG.remove("train.max_epochs=2")
PATIENCE = 60  # seconds until a test gives up waiting; the program needs a fraction of one
EXPERIMENT = """schema = 1
threads = 1
seeds = [0]
metrics = ["active_units"]
[genes]
space = "dataset"
[train]
max_epochs = 3
[[data]]
name = "small"
path = "cells.h5ad"
[model_defaults]
latent = 4
encoder = { type = "mlp", hidden = [16] }
decoder = { type = "mlp", hidden = [16] }
[[model]]
name = "short"
[[model]]
name = "long"
train = { max_epochs = 100000, stop_patience = 100000 }
"""


class Interrupt(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program.some_cells(150).write_h5ad(cls.folder / "cells.h5ad")

    def interrupted(self, mark, *arguments, signals=(signal.SIGINT,)):
        """Runs until stderr has a line that matches `mark`, then interrupts: the result, and seconds to the end."""
        environment = {**self.environment(), "LC_ALL": "C.UTF-8"}
        with subprocess.Popen([self.program, *arguments], cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, bufsize=0) as process:
            os.set_blocking(process.stderr.fileno(), False)
            err, begin = b"", time.monotonic()
            while not re.search(mark, err.decode(errors="replace"), flags=re.MULTILINE):
                self.assertIsNone(process.poll(), err.decode())
                self.assertLess(time.monotonic() - begin, PATIENCE, err.decode())
                err += process.stderr.read() or b""
                time.sleep(0.01)
            for number in signals:
                process.send_signal(number)
            sent = time.monotonic()
            os.set_blocking(process.stderr.fileno(), True)
            out, rest = process.communicate(timeout=PATIENCE)
            return program.Result(process.returncode, out.decode(), (err + rest).decode()), time.monotonic() - sent

    def ends_well(self, result, seconds):
        self.assertEqual(result.code, NOT_DONE, result)
        self.assertLess(seconds, 20, "a few steps of training take milliseconds")
        for leak in program.LEAKS:
            self.assertNotIn(leak, result.err)

    def test_train_keeps_the_best_model_so_far(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                command = ["train", "cells.h5ad", "-o", f"model-{number}", "--threads", "1", *set_all(LONG)]
                result, seconds = self.interrupted(r"epoch \d+/100000", *command, signals=(number,))
                self.ends_well(result, seconds)
                self.assertRegex(result.out, r"(?m)^\d+ epochs .*(stopped|cancelled)")
                self.assertRegex(result.out, r"(?m)^best epoch \d+")
                self.assertRegex(result.err, r"(?m)^scprior: stopped on request; the model is that of epoch \d+")
                self.succeeds("embed", f"model-{number}", "cells.h5ad", "-o", f"embedded-{number}.h5ad")
                embedded = anndata.read_h5ad(self.folder / f"embedded-{number}.h5ad")
                self.assertEqual(embedded.obsm["X_scprior"].shape, (150, 8))

    def test_run_goes_on_where_it_stopped(self):
        file = self.write("experiment.toml", EXPERIMENT)
        result, seconds = self.interrupted(r"^\[2/2\] small / long / seed 0 .*epoch \d+/100000", "run", str(file))
        self.ends_well(result, seconds)
        self.assertRegex(result.err, r"(?m)^scprior: stopped .*the same command goes on")
        fits = self.folder / "experiment.results" / "fits" / "small"
        self.assertTrue((fits / "short" / "seed-0" / "fit.json").exists())
        self.assertFalse((fits / "long" / "seed-0" / "fit.json").exists())
        self.succeeds("embed", fits / "long" / "seed-0", "cells.h5ad", "-o", "long.h5ad")
        self.assertIn("short", result.out, "the tables of what is complete")

        self.write("experiment.toml", EXPERIMENT.replace("100000", "2"))
        result = self.succeeds("run", file)
        self.assertEqual(result.err.count("complete already, skipped"), 1)
        self.assertTrue((fits / "long" / "seed-0" / "fit.json").exists())

    def test_killed_run_leaves_nothing_half_written_that_counts_as_complete(self):
        file = self.write("killed.toml", EXPERIMENT)
        result, _ = self.interrupted(r"^\[2/2\] small / long / seed 0 .*epoch \d+/100000", "run", str(file),
                                     signals=(signal.SIGKILL,))
        self.assertEqual(result.code, -signal.SIGKILL)
        self.write("killed.toml", EXPERIMENT.replace("100000", "2"))
        result = self.succeeds("run", file)
        self.assertEqual(result.err.count("complete already, skipped"), 1)


if __name__ == "__main__":
    program.main()
