# SPDX-License-Identifier: Apache-2.0
"""Damaged models, plugins that are none, outputs that cannot be written, fits that go wrong."""
import shutil
from pathlib import Path

import anndata
import numpy as np

import program
from program import DATA_PROBLEM, NOT_DONE, USAGE, VAMP, set_all, settings


class BadModels(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cells = program.some_cells()
        cls.cells.write_h5ad(cls.folder / "good.h5ad")
        (cls.folder / "notes.txt").write_text("shopping list\n")
        cls().train("good.h5ad", "model", *set_all(VAMP))
        cls().train("good.h5ad", "autoencoder", "--prior", "none")

    def embed(self, code, words, model, data="good.h5ad"):
        return self.refused(code, words, "embed", model, data, "-o", "embedded.h5ad")

    def damaged(self, name, change):
        """A copy of the model in which change(bytes) -> bytes was done to one file."""
        shutil.rmtree(self.folder / "damaged", ignore_errors=True)
        shutil.copytree(self.folder / "model", self.folder / "damaged")
        file = self.folder / "damaged" / name
        file.write_bytes(change(file.read_bytes()))
        return "damaged"

    # Models

    def test_missing_model(self):
        self.embed(DATA_PROBLEM, ["modle", "model.toml"], "modle")
        self.embed(DATA_PROBLEM, ["good.h5ad", "folder"], "good.h5ad")

    def test_folder_that_is_no_model(self):
        (self.folder / "empty").mkdir()
        self.embed(DATA_PROBLEM, ["empty", "model.toml", "missing"], "empty")

    def test_damaged_weights(self):
        def flipped(at):
            return lambda weights: weights[:at] + bytes([weights[at] ^ 1]) + weights[at + 1:]
        size = (self.folder / "model" / "weights.safetensors").stat().st_size
        changes = {"last byte": flipped(size - 1), "middle": flipped(size // 2), "length of the header": flipped(1),
                   "header": flipped(20), "cut": lambda weights: weights[:-100],
                   "almost nothing": lambda weights: weights[:5], "empty": lambda weights: b"",
                   "text": lambda weights: b"hello " * 100}
        for name, change in changes.items():
            with self.subTest(name):
                self.embed(DATA_PROBLEM, ["weights.safetensors", "damaged"], self.damaged("weights.safetensors", change))

    def test_weights_of_another_model(self):
        other = (self.folder / "autoencoder" / "weights.safetensors").read_bytes()
        model = self.damaged("weights.safetensors", lambda _: other)
        self.embed(DATA_PROBLEM, ["weights.safetensors", "missing", "not of one model"], model)

    def test_damaged_description_of_a_model(self):
        def replaced(old, new):
            def change(text):
                assert old in text
                return text.replace(old, new)
            return change
        def refused_with(words, change):
            self.embed(DATA_PROBLEM, words, self.damaged("model.toml", change))
        refused_with(["model.toml"], lambda text: text[:600])
        refused_with(["model.toml", "TOML"], replaced(b"[model]", b"[model"))
        refused_with(["model.toml", "latent"], replaced(b"latent = 8", b"latent = -8"))
        refused_with(["shape", "not of one model"], replaced(b"latent = 8", b"latent = 9"))
        refused_with(["model.toml"], lambda text: b"")

    def test_model_of_a_component_that_is_not_there(self):
        model = self.damaged("model.toml", lambda text: text.replace(b'"vamp"', b'"lattice"'))
        self.embed(DATA_PROBLEM, ["model.toml", "lattice", "vamp"], model)

    def test_damaged_list_of_genes(self):
        fewer = lambda text: b"\n".join(text.split(b"\n")[:50]) + b"\n"
        self.embed(DATA_PROBLEM, ["genes.tsv", "200"], self.damaged("genes.tsv", fewer))
        self.embed(DATA_PROBLEM, ["genes.tsv"], self.damaged("genes.tsv", lambda text: b""))
        twice = lambda text: text + text.split(b"\n")[1] + b"\n"
        self.embed(DATA_PROBLEM, ["genes.tsv", "second time"], self.damaged("genes.tsv", twice))

    def test_missing_file_of_a_model(self):
        for name in ("model.toml", "weights.safetensors", "genes.tsv"):
            model = self.damaged(name, lambda text: text)
            (self.folder / model / name).unlink()
            self.embed(DATA_PROBLEM, [name, "missing"], model)

    def test_data_without_the_genes_of_a_model(self):
        other = self.cells.copy()
        other.var_names = [f"gene-{i}" for i in range(other.n_vars)]
        other.var = other.var.drop(columns=list(other.var.columns))
        data = self.save(other, "other.h5ad")
        text = self.embed(DATA_PROBLEM, ["other.h5ad", "gene-0", "200 genes", "model"], "model", data)
        self.assertNotIn("genes.space", text)

    def test_data_with_half_the_genes_of_a_model(self):
        data = self.save(self.cells[:, ::2].copy(), "half.h5ad")
        result = self.succeeds("embed", "model", data, "-o", "half-embedded.h5ad")
        self.assertIn("100 of the 200", result.err)

    def test_unknown_label_and_batch(self):
        for option in ("--label", "--batch"):
            self.refused(DATA_PROBLEM, ["good.h5ad", "celltype", "cell_type"], "evaluate", "model", "good.h5ad", option,
                         "celltype")

    def test_label_of_real_numbers(self):
        changed = self.cells.copy()
        changed.obs["depth"] = [i / 7 for i in range(changed.n_obs)]
        data = self.save(changed, "depth.h5ad")
        self.refused(DATA_PROBLEM, ["depth", "real numbers"], "evaluate", "model", data, "--label", "depth")

    # Samples

    def test_number_of_sampled_cells(self):
        for number in ("0", "-5"):
            self.refused(USAGE, ["-n", number], "sample", "model", "-n", number, "-o", "sampled.h5ad")
        self.refused(USAGE, ["-n", "many"], "sample", "model", "-n", "many", "-o", "sampled.h5ad")

    def test_library_of_sampled_cells(self):
        for library in ("0", "-1", "nan", "inf"):
            self.refused(USAGE, ["--library"], "sample", "model", "-n", "3", "-o", "sampled.h5ad", "--library", library)

    def test_samples_of_an_autoencoder(self):
        self.refused(USAGE, ["autoencoder", "prior"], "sample", "autoencoder", "-n", "3", "-o", "sampled.h5ad")

    # Plugins

    def test_file_that_is_no_plugin(self):
        self.refused(USAGE, ["notes.txt", "plugin"], "--plugin", "notes.txt", "list")
        self.refused(USAGE, ["nowhere.so", "no such file"], "--plugin", "nowhere.so", "list")
        library = next(Path(self.program).resolve().parents[1].rglob("libscprior_sdk.so"), None)
        if library:
            self.refused(USAGE, ["libscprior_sdk", "no scprior plugin"], "--plugin", library, "list")

    def test_junk_in_the_folder_of_plugins_is_passed_over_and_reported(self):
        junk = self.folder / "plugins"
        junk.mkdir()
        (junk / "junk.so").write_text("not a library\n")
        (junk / "readme.txt").write_text("not a library either\n")
        result = self.succeeds("plugins", SCPRIOR_PLUGIN_PATH=str(junk))
        self.assertRegex(result.out, r"refused +\S+junk\.so\n +\S.+")
        self.assertNotIn("readme.txt", result.out)
        self.assertIn("vamp", self.succeeds("list", SCPRIOR_PLUGIN_PATH=str(junk)).out)
        text = self.refused(USAGE, ["junk.so"], "describe", "prior", "junk", SCPRIOR_PLUGIN_PATH=str(junk))
        self.assertIn("vamp", text)

    # Outputs

    def test_output_that_cannot_be_written(self):
        for place, *command in (["notes.txt/model", "train", "good.h5ad", *settings()],
                                ["notes.txt/cells.h5ad", "embed", "model", "good.h5ad"],
                                ["nowhere/cells.h5ad", "embed", "model", "good.h5ad"],
                                ["notes.txt/cells.h5ad", "sample", "model", "-n", "3"]):
            text = self.refused(DATA_PROBLEM, [place, "folder"], *command, "-o", place)
            self.assertEqual(text.count("\n"), 1)

    def test_output_over_a_file_or_folder(self):
        self.refused(DATA_PROBLEM, ["notes.txt", "folder"], "train", "good.h5ad", "-o", "notes.txt", *settings())
        self.refused(DATA_PROBLEM, ["autoencoder", "folder"], "embed", "model", "good.h5ad", "-o", "autoencoder")

    def test_output_over_the_data(self):
        before = (self.folder / "good.h5ad").read_bytes()
        for same in ("good.h5ad", self.folder / "." / "good.h5ad"):
            self.refused(DATA_PROBLEM, ["good.h5ad", "lost", "another"], "embed", "model", "good.h5ad", "-o", same)
        self.refused(DATA_PROBLEM, ["good.h5ad", "lost"], "sample", "model", "-n", "3", "--library-from", "good.h5ad",
                     "-o", "good.h5ad")
        self.assertEqual((self.folder / "good.h5ad").read_bytes(), before)

    # Fits

    def test_network_that_does_not_fit_into_memory(self):
        self.refused(NOT_DONE, ["not enough memory"], "train", "good.h5ad", "-o", "huge",
                     *set_all(["genes.space=dataset", "encoder.hidden=[4000000, 4000000]"]))

    def diverges(self, words, *more):
        """The fit ends with exit code 1, and its model holds weights from before."""
        result = self.scprior("train", "good.h5ad", "-o", "diverged", "--threads", 1,
                              *settings("train.learning_rate=1e30", *VAMP, *more))
        self.assertEqual(result.code, NOT_DONE, result)
        self.assertEqual(result.err.count("scprior: "), 1)
        for word in ("not finite", "learning_rate", "diverged", *words):
            self.assertIn(word, result.err)
        for leak in program.LEAKS:
            self.assertNotIn(leak, result.err)
        self.succeeds("embed", "diverged", "good.h5ad", "-o", "diverged.h5ad")
        embedding = anndata.read_h5ad(self.folder / "diverged.h5ad").obsm["X_scprior"]
        self.assertTrue(np.isfinite(embedding).all())
        self.assertGreater(embedding.std(), 0)

    def test_loss_that_is_not_finite(self):
        self.diverges(["step 2 of epoch 1", "those of the start"])

    def test_validation_loss_that_is_not_finite(self):
        self.diverges(["validation loss", "epoch 1"], "train.batch_size=1000")


if __name__ == "__main__":
    program.main()
