# SPDX-License-Identifier: Apache-2.0
"""Compares the h5ad loader and writer with anndata.

    check_h5ad.py DUMP_PROGRAM WRITE_PROGRAM FOLDER

Every .h5ad file of FOLDER and of the folder that SCPRIOR_TEST_DATA names, and one made-up data set, is read as it is,
and rewritten by anndata in every storage. The loader's answers (sums of rows and columns, weighted sums that notice
exchanged columns, tables) are compared with what anndata holds. Then anndata reads what the writer wrote.
"""
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import scipy.sparse as sp

warnings.simplefilter("ignore")
FEW_CELLS = 250
MOST_DENSE_VALUES = 30_000_000
STORAGES = {"csr": sp.csr_matrix, "csc": sp.csc_matrix, "dense": lambda X: np.asarray(sp.csr_matrix(X).todense())}
PACKINGS = ["gzip", "lzf", None]
TYPES = ["float64", "float32", "int32", "uint16"]


class Dump:
    """The program that loads files and prints sums."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, path, **options):
        self.process.stdin.write(json.dumps({"path": str(path), "options": options}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the program ended while it read {path} {options}"
        return json.loads(answer)


def texts(values):
    return ["" if pd.isna(value) else str(value) for value in values]


def check_column(column, series):
    name, values = column["name"], column["values"]
    if isinstance(series.dtype, pd.CategoricalDtype):
        assert values["names"] == [str(c) for c in series.cat.categories], name
        assert values["codes"] == series.cat.codes.tolist(), name
    elif column["type"] == "categories":  # texts or truth values, some missing
        assert series.isna().any(), name
        seen = ["" if code < 0 else values["names"][code] for code in values["codes"]]
        assert seen == texts(series), name
    elif pd.api.types.is_bool_dtype(series.dtype):
        assert column["type"] == "boolean" and values == series.tolist(), name
    elif pd.api.types.is_numeric_dtype(series.dtype):
        whole = pd.api.types.is_integer_dtype(series.dtype) and not series.isna().any() and series.dtype != np.uint64
        assert column["type"] == ("whole" if whole else "real"), (name, column["type"])
        got = np.array([np.nan if v is None else v for v in values], dtype="i8" if whole else "f8")
        np.testing.assert_array_equal(got, series.to_numpy(dtype=got.dtype, na_value=np.nan) if not whole else series)
    else:
        assert column["type"] == "text" and values == texts(series), name


def check(answer, matrix, obs, var, shown):
    assert "error" not in answer, answer
    assert answer["notes"] == [], answer["notes"]
    assert answer["matrix"] == shown, answer["matrix"]
    assert answer["cell_names"] == list(obs.index)
    assert answer["gene_names"] == list(var.index)
    counts = sp.csr_matrix(matrix).astype(np.float64)
    counts.sum_duplicates()
    counts.eliminate_zeros()
    weights = np.arange(counts.shape[1]) % 1009 + 1.0
    np.testing.assert_array_equal(answer["row_sums"], np.asarray(counts.sum(1)).ravel())
    np.testing.assert_array_equal(answer["column_sums"], np.asarray(counts.sum(0)).ravel())
    np.testing.assert_array_equal(answer["weighted_row_sums"], counts @ weights)
    np.testing.assert_array_equal(answer["row_entries"], np.diff(counts.indptr))
    assert answer["any_order"], "rows in another order differ"
    assert [column["name"] for column in answer["obs"]] == list(obs.columns)
    for column in answer["obs"]:
        check_column(column, obs[column["name"]])
    for column in answer["var"]:
        assert column["values"] == texts(var[column["name"]]), column["name"]


def check_loader(dump, data, path, **keywords):
    data.write_h5ad(path, **keywords)
    check(dump(path), data.X, data.obs, data.var, "X")
    for name, layer in data.layers.items():
        if name is None:  # newer anndata lists X among the layers, under None
            continue
        check(dump(path, layer=name), layer, data.obs, data.var, f"layers/{name}")
    if data.raw is not None:
        check(dump(path, raw=True), data.raw.X, data.obs, data.raw.var, "raw/X")


def check_rewritten(dump, data, folder):
    """In every storage for few cells, in some for all."""
    path = folder / "rewritten.h5ad"
    largest = data.X.max()
    few = data[np.sort(np.random.default_rng(1).permutation(data.n_obs)[:FEW_CELLS])].copy()
    n = 0
    for storage, packing, dtype in itertools.product(STORAGES, PACKINGS, TYPES):
        if largest > np.iinfo(np.uint16).max and dtype == "uint16":
            continue
        X = STORAGES[storage](few.X.astype(dtype))
        made = anndata.AnnData(X=X, obs=few.obs, var=few.var)
        twice = sp.csr_matrix(few.X * 2).astype("int64" if dtype == "uint16" else dtype)
        made.layers["twice"] = STORAGES[storage](twice)
        made.raw = anndata.AnnData(X=STORAGES[storage](few.X.astype("float32")), obs=few.obs[[]], var=few.var)
        made = made[:, : made.n_vars // 2 + 1].copy()  # raw keeps all genes
        check_loader(dump, made, path, compression=packing)
        n += 1
    for storage, packing, dtype in (("csr", "gzip", "float64"), ("csc", "gzip", "int32"), ("dense", "lzf", "float32")):
        if storage == "dense" and data.n_obs * data.n_vars > MOST_DENSE_VALUES:
            continue
        made = anndata.AnnData(X=STORAGES[storage](data.X.astype(dtype)), obs=data.obs, var=data.var)
        check_loader(dump, made, path, compression=packing)
        n += 1
    return n


def made_up():
    """Everything at once: kinds of columns, empty cells and genes, names that are not ASCII."""
    rng = np.random.default_rng(7)
    X = sp.csr_matrix(rng.poisson(0.7, (83, 41)).astype(np.float32))
    X[5] = 0
    X.eliminate_zeros()
    obs = pd.DataFrame(index=[f"Zelle {i} ü" for i in range(83)])
    obs["kind"] = pd.Categorical([["β", "α", None][i % 3] for i in range(83)], categories=["β", "never", "α"])
    obs["ordered"] = pd.Categorical([i % 5 for i in range(83)], ordered=True)
    obs["share"] = pd.Categorical([i % 4 / 4 for i in range(83)])
    obs["truth"] = pd.Categorical([i % 2 == 0 for i in range(83)])
    obs["text"] = [f"text {i}" for i in range(83)]
    obs["narrow"] = np.arange(83, dtype=np.uint8)
    obs["wide"] = np.arange(83, dtype=np.int64) * 10**15
    obs["real"] = np.where(np.arange(83) % 7 == 0, np.nan, np.arange(83) / 3).astype(np.float32)
    obs["flag"] = np.arange(83) % 2 == 0
    obs["gaps"] = pd.array([None if i % 9 == 0 else i for i in range(83)], dtype="Int16")
    obs["no gaps"] = pd.array(range(83), dtype="UInt32")
    obs["flags with gaps"] = pd.array([None if i % 9 == 0 else i % 2 == 0 for i in range(83)], dtype="boolean")
    obs["many"] = pd.Categorical([f"c{i * 11 % 300}" for i in range(83)], categories=[f"c{i}" for i in range(300)])
    var = pd.DataFrame({"symbol": [f"S{j}" for j in range(41)], "length": np.arange(41),
                        "biotype": pd.Categorical([["a", None][j % 2] for j in range(41)])},
                       index=pd.Index([f"G{j}" for j in range(41)], name="gene id"))
    return anndata.AnnData(X=X, obs=obs, var=var)


def check_missing_texts(dump, folder):
    """pandas' text columns with missing values, which anndata writes since 0.11 when told to."""
    data = made_up()
    names = pd.array([None if i % 4 == 0 else f"n{i % 11}" for i in range(83)], dtype="string")
    data.obs = pd.DataFrame({"name": names}, index=data.obs.index)
    with anndata.settings.override(allow_write_nullable_strings=True):
        data.strings_to_categoricals = lambda *_: None
        data.write_h5ad(folder / "missing.h5ad")
    check(dump(folder / "missing.h5ad"), data.X, data.obs, data.var, "X")


def assert_same_table(got, wanted):
    assert list(got.index) == list(wanted.index)
    assert list(got.columns) == list(wanted.columns)
    for name in wanted.columns:
        g, w = got[name], wanted[name]
        if isinstance(w.dtype, pd.CategoricalDtype):
            assert list(g.cat.categories) == [str(c) for c in w.cat.categories], name
            np.testing.assert_array_equal(g.cat.codes, w.cat.codes)
        elif pd.api.types.is_numeric_dtype(w.dtype) and pd.api.types.is_numeric_dtype(g.dtype):
            assert pd.api.types.is_bool_dtype(g.dtype) == pd.api.types.is_bool_dtype(w.dtype), name
            numbers = [column.to_numpy("f8", na_value=np.nan) for column in (g, w)]
            np.testing.assert_array_equal(*numbers)
        else:
            assert texts(g) == texts(w), name


def check_copied(write, path, folder):
    """Loader, writer, anndata: the same as anndata alone."""
    wanted = anndata.read_h5ad(path)
    copy = folder / "copy.h5ad"
    subprocess.run([write, "copy", path, copy], check=True)
    got = anndata.read_h5ad(copy)
    assert got.X.dtype == np.float32 and sp.issparse(got.X)
    assert abs(got.X - sp.csr_matrix(wanted.X)).nnz == 0
    assert_same_table(got.obs, wanted.obs)
    assert list(got.var.index) == list(wanted.var.index)
    for name in got.var.columns:
        assert list(got.var[name]) == texts(wanted.var[name]), name


def check_made(write, folder):
    subprocess.run([write, "made", folder], check=True)
    cell, gene = np.meshgrid(np.arange(30), np.arange(11), indexing="ij")
    counts = np.where(((cell + 2 * gene) % 5 == 0) & (cell != 7), cell * gene % 13 + 1, 0)
    i = np.arange(30)
    obs = pd.DataFrame({
        "kind": pd.Categorical.from_codes(i % 3 - 1, ["β cell", "α cell", "never"]),
        "many": pd.Categorical.from_codes(i * 6, [f"m{k}" for k in range(200)]),
        "real": np.where(i % 4 == 0, np.nan, i / 8),
        "whole": i * 1000000007 - 5,
        "flag": i % 2 == 0,
        "text": [f"t ü {k}" for k in i],
    }, index=[f"cell{k}" for k in i])
    expected = {"no_matrix": (None, None), "whole": (counts, "int32"), "sparse": (counts / 2, "float32"),
                "zeros": (counts * 0, "float32")}
    for name, (matrix, dtype) in expected.items():
        got = anndata.read_h5ad(folder / f"{name}.h5ad")
        assert got.shape == (30, 0 if matrix is None else 11), name
        if matrix is None:
            assert got.X is None
        else:
            assert got.X.dtype == dtype, (name, got.X.dtype)
            np.testing.assert_array_equal(got.X.toarray() if sp.issparse(got.X) else got.X, matrix)
            assert list(got.var["symbol"]) == [f"S{k}" for k in range(11)]
        assert_same_table(got.obs, obs)
        assert got.uns == {"scprior": "made up", "empty": ""}, got.uns
        embedding = got.obsm["X_scprior"]
        assert embedding.dtype == np.float32
        np.testing.assert_array_equal(embedding, (np.arange(120, dtype=np.float32) / 3).reshape(30, 4))
        np.testing.assert_array_equal(got.obsm["X_double"], np.arange(60).reshape(2, 30).T / 7)
        got.write_h5ad(folder / "again.h5ad")  # as scanpy users do
        assert anndata.read_h5ad(folder / "again.h5ad").shape == got.shape
    assert anndata.read_h5ad(folder / "nothing.h5ad").shape == (0, 0)


def main():
    dump, write, *folders = sys.argv[1:]
    if os.environ.get("SCPRIOR_TEST_DATA"):
        folders.append(os.environ["SCPRIOR_TEST_DATA"])
    dump = Dump(dump)
    started = time.time()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        made_up().write_h5ad(scratch / "made_up.h5ad")
        check_made(write, scratch)
        check_missing_texts(dump, scratch)
        paths = [scratch / "made_up.h5ad"] + [p for f in folders for p in sorted(Path(f).glob("*.h5ad"))]
        for path in paths:
            data = anndata.read_h5ad(path)
            check(dump(path), data.X, data.obs, data.var, "X")
            n = check_rewritten(dump, data, scratch)
            check_copied(write, path, scratch)
            print(f"{path.name}: {data.n_obs} cells, {data.n_vars} genes; equal as it is, in {n} rewritten files and "
                  f"copied [{time.time() - started:.0f} s]", flush=True)


main()
