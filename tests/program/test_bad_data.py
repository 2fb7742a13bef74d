# SPDX-License-Identifier: Apache-2.0
"""Data that cannot be used: one text that says what is wrong with the file and what to do, exit code 3."""
import numpy as np
import scipy.sparse as sp

import program
from program import DATA_PROBLEM, USAGE, settings


class BadData(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cells = program.some_cells()
        cls.good = cls.folder / "good.h5ad"
        cls.cells.write_h5ad(cls.good)

    def refuses(self, words, data, *arguments, code=DATA_PROBLEM):
        return self.refused(code, words, "train", data, "-o", "model", *settings(), *arguments)

    def with_matrix(self, name, matrix, **layers):
        changed = self.cells.copy()
        changed.X = matrix
        for layer, values in layers.items():
            changed.layers[layer] = values
        return self.save(changed, name)

    def logarithms(self):
        matrix = self.cells.X.copy()
        matrix.data = np.log1p(matrix.data)
        return matrix

    # Files

    def test_missing_file(self):
        self.refuses(["nowhere.h5ad", "no such file"], "nowhere.h5ad")

    def test_misspelt_name_of_a_file_there_is(self):
        self.refuses(["god.h5ad", "no such file", "good.h5ad"], "god.h5ad")

    def test_empty_file(self):
        self.refuses(["empty.h5ad", "empty"], self.write("empty.h5ad", ""))

    def test_text_file_with_the_name_of_an_h5ad_file(self):
        self.refuses(["text.h5ad", "HDF5"], self.write("text.h5ad", "cell,gene,count\nA,B,3\n" * 50))

    def test_file_of_another_kind(self):
        self.refuses(["counts.xyz", "h5ad"], self.write("counts.xyz", "cell,gene,count\nA,B,3\n"))

    def test_truncated_files(self):
        whole = self.good.read_bytes()
        for size in [1, 8, 100, 1000, len(whole) // 4, len(whole) // 2, len(whole) - 100, len(whole) - 1]:
            with self.subTest(bytes=size):
                cut = self.folder / "cut.h5ad"
                cut.write_bytes(whole[:size])
                self.refuses(["cut.h5ad"], cut)

    def test_folder_as_data(self):
        (self.folder / "folder.h5ad").mkdir()
        self.refuses(["folder.h5ad", "folder"], "folder.h5ad")

    def test_folder_that_no_loader_knows(self):
        (self.folder / "somewhere").mkdir()
        self.refuses(["somewhere", "folder", "h5ad"], "somewhere")

    # Values

    def test_normalised_data(self):
        data = self.with_matrix("normalised.h5ad", self.logarithms())
        self.refuses(["normalised.h5ad", "raw counts", "whole number"], data)

    def test_normalised_data_beside_a_layer_of_counts(self):
        data = self.with_matrix("layered.h5ad", self.logarithms(), counts=self.cells.X)
        self.refuses(["layered.h5ad", "loader.layer=counts"], data)
        self.succeeds("train", data, "-o", "model-of-layer", *settings("loader.layer=counts"))

    def test_normalised_data_beside_raw(self):
        changed = self.cells.copy()
        changed.raw = self.cells.copy()
        changed.X = self.logarithms()
        data = self.save(changed, "raw.h5ad")
        self.refuses(["raw.h5ad", "loader.raw=true"], data)
        self.succeeds("train", data, "-o", "model-of-raw", *settings("loader.raw=true"))

    def test_scaled_data_with_negative_values(self):
        dense = self.cells.X.toarray()
        data = self.with_matrix("scaled.h5ad", (dense - dense.mean(0)) / (dense.std(0) + 1))
        self.refuses(["scaled.h5ad", "negative", "raw counts"], data)

    def test_missing_counts(self):
        holes = self.cells.X.copy()
        holes.data[7] = np.nan
        self.refuses(["holes.h5ad", "NaN"], self.with_matrix("holes.h5ad", holes))

    def test_all_cells_empty(self):
        self.refuses(["zeros.h5ad", "zeros", "raw counts"],
                     self.with_matrix("zeros.h5ad", sp.csr_matrix(self.cells.shape, dtype="f4")))

    # Genes

    def test_no_gene_of_the_gene_space(self):
        mouse = self.cells.copy()
        mouse.var_names = [name.capitalize() for name in mouse.var_names]
        mouse.var = mouse.var.drop(columns=list(mouse.var.columns))
        data = self.save(mouse, "mouse.h5ad")
        self.refused(DATA_PROBLEM, ["mouse.h5ad", "200 genes", "genes.space"], "train", data, "-o", "model")

    def test_misspelt_gene_space(self):
        self.refused(USAGE, ["genes.space", "GRCh38.97.protein_coding"], "train", "good.h5ad", "-o", "model", "--set",
                     "genes.space=GRCh38.97")

    # Columns of cells

    def test_unknown_label(self):
        self.refuses(["celltype", "cell_type", "batch"], "good.h5ad", "--label", "celltype")

    def test_label_of_real_numbers(self):
        changed = self.cells.copy()
        changed.obs["score"] = np.linspace(0, 1, changed.n_obs)
        data = self.save(changed, "score.h5ad")
        self.refuses(["score", "real numbers"], data, "--label", "score")

    # Numbers of cells

    def test_one_cell(self):
        self.refuses(["1 cell"], self.save(self.cells[:1].copy(), "one.h5ad"))

    def test_a_few_cells(self):
        self.refuses(["4 cells", "split.test"], self.save(self.cells[:4].copy(), "four.h5ad"))
        data = self.save(self.cells[:5].copy(), "five.h5ad")
        self.succeeds("train", data, "-o", "model-of-five", *settings())

    def test_more_pseudo_inputs_than_cells(self):
        self.refuses(["prior.components", "1000", "240"], "good.h5ad", "--prior", "vamp", "--set",
                     "prior.components=1000", code=USAGE)

    # Unusual data that can be used

    def test_some_empty_cells_can_be_used(self):
        some = self.cells.X.tolil()
        some[::10] = 0
        data = self.with_matrix("some-empty.h5ad", some.tocsr())
        result = self.succeeds("train", data, "-o", "model-some-empty", *settings())
        self.assertIn("30 cells", result.err)

    def test_duplicate_names_of_cells_can_be_used(self):
        twice = self.cells.copy()
        twice.obs_names = ["same"] * twice.n_obs
        data = self.save(twice, "twice.h5ad")
        self.succeeds("train", data, "-o", "model-twice", *settings())
        self.succeeds("embed", "model-twice", data, "-o", "twice-embedded.h5ad")

    def test_labels_in_any_script_can_be_used(self):
        changed = self.cells.copy()
        changed.obs["型 🧬"] = ["β-Zelle", "клетка \"A\"", "細胞"] * (changed.n_obs // 3)
        data = self.save(changed, "ünïcode 細胞.h5ad")
        self.succeeds("train", data, "-o", "modèle", "--label", "型 🧬", *settings())
        result = self.succeeds("evaluate", "modèle", data, "--label", "型 🧬", "--json")
        self.assertIn("silhouette", result.out)


if __name__ == "__main__":
    program.main()
