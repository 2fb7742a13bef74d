# SPDX-License-Identifier: Apache-2.0
"""The commands that look and do not work: help, list, describe, check, info, plugins."""
import re

import anndata
import numpy as np

import program

COMMANDS = {
    "run": ["FILE", "--force", "--threads"],
    "train": ["DATA", "--output", "--preset", "--prior", "--flow", "--label", "--seed", "--threads", "--device",
              "--set"],
    "embed": ["MODEL", "DATA", "--output", "--set", "--threads"],
    "sample": ["MODEL", "-n", "--output", "--library", "--library-from", "--seed", "--threads"],
    "evaluate": ["MODEL", "DATA", "--label", "--batch", "--test-cells", "--json", "--set", "--threads"],
    "list": ["KIND"],
    "describe": ["KIND", "NAME", "--toml", "--markdown"],
    "check": ["FILE"],
    "info": ["DATA", "--set"],
    "plugins": [],
    "new": ["KIND", "NAME", "--output", "--tier"],
}
COMPONENTS = {
    "loader": ["h5ad"],
    "encoder": ["mlp"],
    "flow": ["identity", "iaf"],
    "prior": ["standard_normal", "vamp"],
    "decoder": ["linear", "mlp"],
    "likelihood": ["nb"],
    "metric": ["active_units", "latent_covariance", "principal_components", "reconstruction_loss", "silhouette"],
}


class Looking(program.ProgramTest):
    def test_version(self):
        self.assertRegex(self.succeeds("--version").out, r"^scprior \d+\.\d+\.\d+\nLibTorch \d+\.\d+")

    def test_help_names_every_command_and_argument(self):
        everything = self.succeeds("--help").out
        for command, arguments in COMMANDS.items():
            self.assertRegex(everything, rf"(?m)^  {command} +\S")
            text = self.succeeds(command, "--help").out
            self.assertIn(f"scprior {command}", text)
            for argument in arguments:
                self.assertRegex(text, rf"(?m)^  (-o,)?{argument}\b.* \S", f"{command} {argument}")
            self.assertIn("Exit codes", text)
        listed = re.findall(r"(?m)^  ([a-z]+) {2,}\S", everything[everything.index("Subcommands"):])
        self.assertEqual(listed, list(COMMANDS))

    def test_help_of_everything(self):
        text = self.succeeds("--help-all").out
        for arguments in COMMANDS.values():
            for argument in arguments:
                self.assertIn(argument, text)

    def test_list(self):
        text = self.succeeds("list").out
        for kind, names in COMPONENTS.items():
            for name in names:
                self.assertRegex(text, rf"(?m)^  {name} +\S")
                self.assertRegex(self.succeeds("list", kind).out, rf"(?m)^  {name} +\S")
        self.assertNotIn("vamp", self.succeeds("list", "flow").out)
        self.assertEqual(self.succeeds("list", "priors").out, self.succeeds("list", "prior").out)

    def test_describe_every_component(self):
        for kind, names in COMPONENTS.items():
            for name in names:
                text = self.succeeds("describe", kind, name).out
                self.assertTrue(text.startswith(f"{kind} {name}: "), text)
                self.assertRegex(text, r"(?m)^(options|no options)$")
        vamp = self.succeeds("describe", "prior", "vamp").out
        self.assertRegex(vamp, r"(?m)^  components = 500\n +\S")
        self.assertIn("Tomczak", vamp)

    def test_describe_sections(self):
        for section, option in (("train", "max_epochs"), ("split", "test"), ("genes", "space"), ("data", "label"),
                                ("model", "latent")):
            self.assertRegex(self.succeeds("describe", section).out, rf"(?m)^  {option} = ")

    def test_plugins(self):
        text = self.succeeds("plugins").out
        for kind, names in COMPONENTS.items():
            for name in names:
                self.assertRegex(text, rf"(?m)^  loaded +{kind}_{name} \d\S+  C\+\+  {kind}/{name}$")

    def test_info_of_counts(self):
        cells = program.some_cells(60)
        text = self.succeeds("info", self.save(cells, "counts.h5ad")).out
        for words in ("raw counts", "cell_type", "categories", "gene_id", "60", "200"):
            self.assertIn(words, text)

    def test_info_of_normalised_data_names_the_layer_of_counts(self):
        cells = program.some_cells(60)
        cells.layers["counts"] = cells.X.copy()
        cells.X.data = np.log1p(cells.X.data)
        text = self.succeeds("info", self.save(cells, "normalised.h5ad")).out
        self.assertIn("loader.layer=counts", text)
        self.assertIn("log", text)
        text = self.succeeds("info", "normalised.h5ad", "--set", "loader.layer=counts").out
        self.assertIn("raw counts", text)

    def test_info_of_a_file_without_columns(self):
        bare = anndata.AnnData(np.ones((3, 2), "f4"))
        self.assertIn("3", self.succeeds("info", self.save(bare, "bare.h5ad")).out)

    def test_check(self):
        program.some_cells(60).write_h5ad(self.folder / "cells.h5ad")
        file = self.write("good.toml", """schema = 1
seeds = [0, 1]
[genes]
space = "dataset"
[[data]]
path = "cells.h5ad"
label = "cell_type"
[[model]]
[[model]]
prior = "vamp"
""")
        text = self.succeeds("check", file).out
        for words in ("valid", "1 data set", "2 models", "2 seeds", "4 fits", "good.results"):
            self.assertIn(words, text)
        self.assertFalse((self.folder / "good.results").exists())


if __name__ == "__main__":
    program.main()
