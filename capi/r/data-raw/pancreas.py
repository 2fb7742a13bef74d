# SPDX-License-Identifier: Apache-2.0
"""Writes inst/extdata/pancreas_small.h5ad: some cells and genes of examples/data/pancreas_baron_h1.h5ad.

The same as text, for pancreas.R, goes to the standard output. usage, in capi/r, with anndata:
    python data-raw/pancreas.py | Rscript data-raw/pancreas.R
"""
import pathlib

import anndata
import numpy

N_CELLS, N_GENES = 240, 300
here = pathlib.Path(__file__).resolve().parent
data = anndata.read_h5ad(here / "../../../examples/data/pancreas_baron_h1.h5ad")

# Cells: as many of each of the six largest types. Genes: the protein-coding ones whose log counts vary most.
types = data.obs["cell_type"].value_counts().index[:6]
draw = numpy.random.default_rng(1)
cells = numpy.sort(numpy.concatenate([
    draw.choice(numpy.flatnonzero(data.obs["cell_type"] == name), N_CELLS // len(types), replace=False)
    for name in types]))
variance = numpy.log1p(data.X.toarray()[cells]).var(axis=0) * data.var["protein_coding_e97"].to_numpy()
genes = numpy.sort(numpy.argsort(-variance, kind="stable")[:N_GENES])

small = data[cells, genes].copy()
small.obs["cell_type"] = small.obs["cell_type"].astype(str).astype("category")
small.obs["batch"] = small.obs["batch"].astype(str).astype("category")
small.write_h5ad(here / "../inst/extdata/pancreas_small.h5ad", compression="gzip", compression_opts=9)
counts = small.X.tocsr()
counts.sort_indices()
for name, values in [("indptr", counts.indptr), ("indices", counts.indices), ("data", counts.data.astype(int)),
                     ("genes", small.var_names), ("cells", small.obs_names), ("cell_type", small.obs["cell_type"]),
                     ("batch", small.obs["batch"])]:
    print(name, *values, sep="\t")
