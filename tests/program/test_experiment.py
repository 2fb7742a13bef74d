# SPDX-License-Identifier: Apache-2.0
"""`scprior run`: what it writes, what it skips, and what happens when a fit or a data set fails."""
import csv
import json
import os
import shutil

import anndata
import numpy as np

import program
from program import DATA_PROBLEM, NOT_DONE

EXPERIMENT = """schema = 1
title = "Test"
seeds = [0, 1]
threads = 1
[genes]
space = "dataset"
[train]
max_epochs = 2
[[data]]
name = "small"
path = "cells.h5ad"
label = "cell_type"
[model_defaults]
latent = 4
encoder = { type = "mlp", hidden = [16] }
decoder = { type = "mlp", hidden = [16] }
[[model]]
name = "VAE"
[[model]]
name = "VAMP"
prior = { type = "vamp", components = 20 }
"""
FITS = [f"fits/small/{model}/seed-{seed}" for model in ("VAE", "VAMP") for seed in (0, 1)]
FIT_FILES = {"model.toml", "weights.safetensors", "genes.tsv", "history.csv", "embedding.h5ad", "fit.json"}
FILES = {"results.csv", "summary.csv", "results.json", "resolved.toml", "report.html", "fits"}


class Experiment(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cells = program.some_cells(150)
        cls.cells.write_h5ad(cls.folder / "cells.h5ad")
        (cls.folder / "small.toml").write_text(EXPERIMENT)
        cls.first = cls().succeeds("run", "small.toml")
        cls.results = cls.folder / "small.results"

    def copied(self, name):
        """The experiment and its results under another name."""
        shutil.copy(self.folder / "small.toml", self.folder / f"{name}.toml")
        shutil.copytree(self.results, self.folder / f"{name}.results")
        return self.folder / f"{name}.results"

    def experiment(self, name, old="", new="", text=EXPERIMENT):
        self.assertIn(old, text)
        return self.write(f"{name}.toml", text.replace(old, new))

    def numbers(self, results):
        """The rows of the results that do not depend on the clock and the machine."""
        with open(results / "results.csv") as file:
            return [row for row in csv.DictReader(file) if row["metric"] != "training"]

    # What is written

    def test_files(self):
        self.assertEqual({path.name for path in self.results.iterdir()}, FILES)
        for fit in FITS:
            self.assertEqual({path.name for path in (self.results / fit).iterdir()}, FIT_FILES)

    def test_what_it_prints(self):
        for words in ("VAE", "VAMP", "Active units", "report: "):
            self.assertIn(words.lower(), self.first.out.lower())
        self.assertNotIn("\033", self.first.out + self.first.err)
        for number in range(1, 5):
            self.assertRegex(self.first.err, rf"(?m)^\[{number}/4\] small / .+ 2 epochs")

    def test_history_and_record(self):
        for fit in FITS:
            with open(self.results / fit / "history.csv") as file:
                rows = list(csv.DictReader(file))
            self.assertEqual([row["epoch"] for row in rows], ["1", "2"])
            self.assertTrue(all(np.isfinite(float(value)) for row in rows for value in row.values()))
            record = json.loads((self.results / fit / "fit.json").read_text())
            self.assertEqual(record["epochs"], 2)

    def test_embedding(self):
        embedded = anndata.read_h5ad(self.results / FITS[0] / "embedding.h5ad")
        self.assertEqual(embedded.obsm["X_scprior"].shape, (150, 4))
        self.assertEqual(list(embedded.obs_names), list(self.cells.obs_names))

    def test_models_can_be_used(self):
        self.succeeds("embed", self.results / FITS[2], "cells.h5ad", "-o", "again.h5ad", "--threads", 1)
        again, stored = (anndata.read_h5ad(file).obsm["X_scprior"]
                         for file in (self.folder / "again.h5ad", self.results / FITS[2] / "embedding.h5ad"))
        self.assertEqual(again.tobytes(), stored.tobytes())

    def test_tables(self):
        with open(self.results / "results.csv") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({row["model"] for row in rows}, {"VAE", "VAMP"})
        self.assertEqual({row["seed"] for row in rows}, {"0", "1"})
        with open(self.results / "summary.csv") as file:
            self.assertEqual({row["model"] for row in csv.DictReader(file)}, {"VAE", "VAMP"})
        json.loads((self.results / "results.json").read_text())

    def test_report_is_one_file_that_opens_offline(self):
        report = (self.results / "report.html").read_text()
        self.assertIn("<title>", report)
        for needed in ("VAMP", "cell_type", "alpha"):
            self.assertIn(needed, report)
        for loaded in ('src="http', "src='http", '<link rel="stylesheet" href', "@import"):
            self.assertNotIn(loaded, report)

    # Going on

    def test_a_second_run_skips_what_is_complete(self):
        results = self.copied("second")
        before = {file: file.stat().st_mtime_ns for file in results.rglob("fits/**/*")}
        result = self.succeeds("run", "second.toml")
        self.assertEqual(result.err.count("complete already, skipped"), 4)
        self.assertEqual({file: file.stat().st_mtime_ns for file in results.rglob("fits/**/*")}, before)
        self.assertEqual(self.numbers(results), self.numbers(self.results))
        self.assertEqual(result.out.replace("second.", "small."), self.first.out)

    def test_force_repeats_with_equal_results(self):
        results = self.copied("force")
        result = self.succeeds("run", "force.toml", "--force")
        self.assertNotIn("skipped", result.err)
        self.assertEqual(self.numbers(results), self.numbers(self.results))
        for fit in FITS:
            weights = [(folder / fit / "weights.safetensors").read_bytes() for folder in (results, self.results)]
            self.assertEqual(*weights)

    def test_a_fit_without_record_is_done_again_alone(self):
        results = self.copied("missing")
        (results / FITS[1] / "fit.json").unlink()
        (results / FITS[2] / "fit.json").write_text('{"schema": 1, "half')
        result = self.succeeds("run", "missing.toml")
        self.assertEqual(result.err.count("complete already, skipped"), 2)
        self.assertRegex(result.err, r"(?m)^\[2/4\] small / VAE / seed 1 .*2 epochs")
        self.assertRegex(result.err, r"(?m)^\[3/4\] small / VAMP / seed 0 .*2 epochs")
        self.assertEqual(self.numbers(results), self.numbers(self.results))

    def test_a_changed_setting_repeats_the_fits_it_concerns(self):
        self.copied("changed")
        self.experiment("changed", "components = 20", "components = 21")
        result = self.succeeds("run", "changed.toml")
        self.assertEqual(result.err.count("complete already, skipped"), 2)

    def test_the_resolved_configuration_can_be_run(self):
        shutil.copy(self.results / "resolved.toml", self.folder / "resolved.toml")
        self.succeeds("check", "resolved.toml")
        result = self.succeeds("run", "resolved.toml")
        self.assertEqual(result.err.count("complete already, skipped"), 4, "it names the experiment's output folder")

    def test_from_another_folder(self):
        result = self.succeeds("run", os.path.relpath(self.folder / "small.toml", self.folder), "--threads", 2)
        self.assertEqual(result.err.count("complete already, skipped"), 4)

    # Failures

    def test_a_fit_that_fails_does_not_stop_the_others(self):
        bad = '[[model]]\nname = "BAD"\ntrain = { learning_rate = 1e30 }\n'
        self.experiment("fails", '[[model]]\nname = "VAMP"', bad + '[[model]]\nname = "VAMP"')
        result = self.scprior("run", "fails.toml")
        self.assertEqual(result.code, NOT_DONE, result)
        results = self.folder / "fails.results"
        for fit in FITS:
            self.assertTrue((results / fit / "fit.json").exists(), fit)
        failures = [line for line in result.err.splitlines() if line.startswith("scprior: ")]
        self.assertEqual(len(failures), 2, result)
        for failure, seed in zip(failures, (0, 1)):
            for words in ("small / BAD", f"seed {seed}", "not finite", "learning_rate"):
                self.assertIn(words, failure)
        self.assertTrue((results / "report.html").exists())
        bad = results / "fits/small/BAD/seed-0"
        self.assertFalse((bad / "fit.json").exists())
        self.succeeds("embed", bad, "cells.h5ad", "-o", "bad.h5ad")
        again = self.scprior("run", "fails.toml")
        self.assertEqual(again.code, NOT_DONE)
        self.assertEqual(again.err.count("complete already, skipped"), 4)

    def test_more_pseudo_inputs_than_cells(self):
        self.experiment("many", "components = 20", "components = 500")
        result = self.scprior("run", "many.toml")
        self.assertEqual(result.code, NOT_DONE)
        self.assertIn("prior.components", result.err)
        self.assertTrue((self.folder / "many.results" / FITS[0] / "fit.json").exists())

    def test_data_that_cannot_be_used_do_not_stop_the_others(self):
        broken = self.cells.copy()
        broken.X.data = np.log1p(broken.X.data)
        self.save(broken, "logarithms.h5ad")
        self.experiment("broken", "[[data]]", '[[data]]\nname = "broken"\npath = "logarithms.h5ad"\n[[data]]')
        result = self.scprior("run", "broken.toml")
        self.assertEqual(result.code, DATA_PROBLEM, result)
        self.assertRegex(result.err, r"(?m)^scprior: .*broken.*raw counts")
        self.assertRegex(result.err, r"(?m)^\[8/8\] small / VAMP / seed 1 .*2 epochs")
        for fit in FITS:
            self.assertTrue((self.folder / "broken.results" / fit / "fit.json").exists(), fit)

    def test_columns_are_looked_for_before_anything_is_trained(self):
        others = ('[[data]]\nname = "other"\npath = "cells.h5ad"\nlabel = "celltype"\n'
                  '[[data]]\nname = "third"\npath = "cells.h5ad"\nbatch = "lab"\n')
        file = self.experiment("columns", "[model_defaults]", others + "[model_defaults]")
        for command in ("check", "run"):
            self.refused(DATA_PROBLEM, ["celltype", '"lab"'], command, file)

    def test_output_folder_that_cannot_be_made(self):
        self.write("place", "a file\n")
        file = self.experiment("place", 'title = "Test"', 'output = "place/results"')
        self.refused(DATA_PROBLEM, ["place", "folder"], "run", file)


if __name__ == "__main__":
    program.main()
