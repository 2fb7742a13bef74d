# SPDX-License-Identifier: Apache-2.0
"""From counts to a model, and what can be done with it."""
import json

import anndata
import numpy as np
import scipy.sparse as sp

import program
from program import VAMP, set_all, settings


class Models(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cells = program.some_cells()
        cls.cells.write_h5ad(cls.folder / "cells.h5ad")
        cls().fit("model")
        cls().succeeds("train", "cells.h5ad", "-o", "trained", "--threads", 1, *set_all([
            "genes.space=dataset", "latent=8", "encoder.hidden=[32]", "decoder.hidden=[32]", "train.learning_rate=0.01",
            "train.max_epochs=40"]))

    def fit(self, model, *more, seed=0, threads=1):
        return self.succeeds("train", "cells.h5ad", "-o", model, "--seed", seed, "--threads", threads, "--label",
                             "cell_type", *settings(*VAMP, *more))

    def bytes_of(self, *names):
        return [(self.folder / name).read_bytes() for name in names]

    def read(self, name):
        return anndata.read_h5ad(self.folder / name)

    # train

    def test_training_writes_a_model_folder_and_says_what_it_did(self):
        result = self.fit("first")
        self.assertEqual(sorted(path.name for path in (self.folder / "first").iterdir()),
                         ["genes.tsv", "model.toml", "weights.safetensors"])
        self.assertRegex(result.out, r"(?m)^2 epochs in \d:\d\d \(\d+ cells/s\): all epochs run$")
        self.assertRegex(result.out, r"(?m)^best epoch [12]: validation loss \d+")
        self.assertRegex(result.out, r"(?m)^model: first$")
        self.assertIn("cells.h5ad: 300 cells", result.err)
        genes = (self.folder / "first" / "genes.tsv").read_text().splitlines()
        self.assertEqual([line.split("\t")[0] for line in genes[1:]], list(self.cells.var_names))

    def test_a_fit_repeated_is_equal_to_the_last_bit(self):
        self.fit("one")
        self.fit("two")
        for name in ("weights.safetensors", "model.toml", "genes.tsv"):
            self.assertEqual(*self.bytes_of(f"one/{name}", f"two/{name}"))
        self.fit("other", seed=1)
        self.assertNotEqual(*self.bytes_of("one/weights.safetensors", "other/weights.safetensors"))

    def test_two_threads_repeat_themselves(self):
        self.fit("two-threads", threads=2)
        self.fit("two-threads-again", threads=2)
        self.assertEqual(*self.bytes_of("two-threads/weights.safetensors", "two-threads-again/weights.safetensors"))

    def test_training_over_a_model_replaces_it(self):
        self.fit("replaced", "train.samples=2")
        self.fit("replaced")
        self.assertEqual(*self.bytes_of("replaced/weights.safetensors", "model/weights.safetensors"))

    def test_training_lowers_the_loss(self):
        before = json.loads(self.succeeds("evaluate", "model", "cells.h5ad", "--json").out)
        after = json.loads(self.succeeds("evaluate", "trained", "cells.h5ad", "--json").out)
        key = next(name for name in before if name.startswith("reconstruction_loss"))
        self.assertLess(after[key], before[key])

    # embed

    def test_embedding_is_read_by_anndata(self):
        self.succeeds("embed", "model", "cells.h5ad", "-o", "embedded.h5ad")
        embedded = self.read("embedded.h5ad")
        self.assertEqual(embedded.obsm["X_scprior"].shape, (300, 8))
        self.assertTrue(np.isfinite(embedded.obsm["X_scprior"]).all())
        self.assertGreater(embedded.obsm["X_scprior"].std(axis=0).min(), 0)
        self.assertEqual(list(embedded.obs_names), list(self.cells.obs_names))
        for column in self.cells.obs:
            self.assertEqual(list(embedded.obs[column]), list(self.cells.obs[column]))
            self.assertEqual(embedded.obs[column].dtype, self.cells.obs[column].dtype)

    def test_embedding_is_a_function_of_model_and_cell(self):
        first = self.cells[::-1][:50].copy()
        self.save(first, "reversed.h5ad")
        for data, output in (("cells.h5ad", "a.h5ad"), ("cells.h5ad", "b.h5ad"), ("reversed.h5ad", "c.h5ad")):
            self.succeeds("embed", "model", data, "-o", output, "--threads", 1)
        a, b, c = (self.read(name).obsm["X_scprior"] for name in ("a.h5ad", "b.h5ad", "c.h5ad"))
        self.assertEqual(a.tobytes(), b.tobytes())
        np.testing.assert_allclose(c, a[::-1][:50], atol=1e-6)

    def test_embedding_with_a_flow(self):
        self.fit("flow", "flow=iaf")
        self.succeeds("embed", "flow", "cells.h5ad", "-o", "flow-a.h5ad")
        self.succeeds("embed", "flow", "cells.h5ad", "-o", "flow-b.h5ad")
        a, b = (self.read(name).obsm["X_scprior"] for name in ("flow-a.h5ad", "flow-b.h5ad"))
        self.assertEqual(a.tobytes(), b.tobytes())
        self.assertEqual(a.shape, (300, 8))

    def test_data_with_shuffled_and_additional_genes(self):
        order = np.random.default_rng(0).permutation(self.cells.n_vars)
        shuffled = self.cells[:, order].copy()
        more = shuffled[:, :7].copy()
        more.var_names = [f"other-{i}" for i in range(7)]
        for cells in (shuffled, more):
            cells.var = cells.var[[]]
        self.save(anndata.concat([shuffled, more], axis=1, merge="first"), "shuffled.h5ad")
        result = self.succeeds("embed", "model", "shuffled.h5ad", "-o", "shuffled-embedded.h5ad")
        self.assertIn("7 of the file's 207", result.err)
        self.succeeds("embed", "model", "cells.h5ad", "-o", "plain-embedded.h5ad")
        got, wanted = (self.read(name).obsm["X_scprior"] for name in ("shuffled-embedded.h5ad", "plain-embedded.h5ad"))
        np.testing.assert_allclose(got, wanted, atol=1e-6)

    # sample

    def test_samples_are_counts_of_the_models_genes(self):
        result = self.succeeds("sample", "trained", "-n", 600, "-o", "sampled.h5ad", "--library", "5000")
        self.assertIn("600 cells × 200 genes", result.out)
        sampled = self.read("sampled.h5ad")
        self.assertEqual(sampled.shape, (600, 200))
        self.assertTrue(sp.isspmatrix_csr(sampled.X) or isinstance(sampled.X, sp.csr_array))
        self.assertEqual(sampled.X.dtype.kind, "i")
        self.assertGreater(sampled.X.data.min(), 0)
        self.assertEqual(list(sampled.var_names), list(self.cells.var_names))
        sums = np.asarray(sampled.X.sum(axis=1)).ravel()
        self.assertLess(abs(np.log(np.median(sums) / 5000)), 0.5)
        self.assertEqual(sampled.obs_names.is_unique, True)

    def test_samples_depend_on_the_seed_alone(self):
        for name, seed in (("s0", 0), ("s0-again", 0), ("s1", 1)):
            self.succeeds("sample", "model", "-n", 20, "-o", f"{name}.h5ad", "--seed", seed, "--threads", 1)
        same, again, other = (self.read(f"{name}.h5ad").X.toarray() for name in ("s0", "s0-again", "s1"))
        np.testing.assert_array_equal(same, again)
        self.assertFalse(np.array_equal(same, other))

    def test_samples_with_the_library_sizes_of_data(self):
        self.succeeds("sample", "trained", "-n", 200, "-o", "as-data.h5ad", "--library-from", "cells.h5ad")
        sums = np.asarray(self.read("as-data.h5ad").X.sum(axis=1)).ravel()
        wanted = np.asarray(self.cells.X.sum(axis=1)).ravel()
        self.assertLess(abs(np.log(np.median(sums) / np.median(wanted))), 0.5)
        self.assertGreater(sums.std(), 0.3 * wanted.std())

    def test_samples_can_be_trained_on(self):
        self.succeeds("sample", "model", "-n", 60, "-o", "again.h5ad")
        self.succeeds("train", "again.h5ad", "-o", "model-of-samples", *settings())

    # evaluate

    def test_metrics_as_text_and_json_agree(self):
        text = self.succeeds("evaluate", "model", "cells.h5ad", "--label", "cell_type").out
        values = json.loads(self.succeeds("evaluate", "model", "cells.h5ad", "--label", "cell_type", "--json").out)
        self.assertEqual(values["cells"], 300)
        self.assertEqual(values["scored_cells"], 300)
        for metric in ("active_units", "principal_components", "silhouette", "reconstruction_loss",
                       "latent_covariance"):
            self.assertTrue(any(name.startswith(metric) for name in values), metric)
        printed = {line.split()[0]: float(line.split()[1]) for line in text.splitlines()}
        for name, value in values.items():
            if name not in ("cells", "scored_cells"):
                self.assertAlmostEqual(printed[name], value, delta=1e-5 * max(1, abs(value)), msg=name)

    def test_test_cells_are_those_held_out(self):
        values = json.loads(self.succeeds("evaluate", "model", "cells.h5ad", "--test-cells", "--json").out)
        self.assertEqual(values["scored_cells"], 30)

    def test_silhouette_needs_a_label(self):
        values = json.loads(self.succeeds("evaluate", "model", "cells.h5ad", "--json").out)
        silhouettes = [value for name, value in values.items() if name.startswith("silhouette")]
        self.assertTrue(all(value is None for value in silhouettes), values)

    def test_autoencoder(self):
        self.succeeds(
            "train", "cells.h5ad", "-o", "autoencoder", "--prior", "none", *settings())
        self.succeeds("embed", "autoencoder", "cells.h5ad", "-o", "autoencoder.h5ad")
        self.succeeds("evaluate", "autoencoder", "cells.h5ad", "--label", "cell_type")


if __name__ == "__main__":
    program.main()
