# SPDX-License-Identifier: Apache-2.0
"""Time of anndata.read_h5ad for a file that the system has in memory."""
import argparse
import pathlib
import time

import anndata

import measuring


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--threads", type=int, help="not used: anndata reads on one thread")
    parser.add_argument("--seconds", type=float, help="not used")
    args = parser.parse_args()
    pathlib.Path(args.file).read_bytes()
    begin = time.perf_counter()
    counts = anndata.read_h5ad(args.file).X
    seconds = time.perf_counter() - begin
    # float32 value and int32 column of every entry, as scprior-bench counts them.
    measuring.report({"seconds": seconds, "cells_per_second": counts.shape[0] / seconds,
                      "bytes_per_second": 8 * counts.nnz / seconds, **measuring.memory(counts)},
                     {"anndata": anndata.__version__})


if __name__ == "__main__":
    main()
