# SPDX-License-Identifier: Apache-2.0
"""A run of scprior-bench on a tiny data set measures everything it says it does. Nothing is asserted about speed.

usage: check_small_run.py SCPRIOR_BENCH
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

MODELS = ["AE", "VAE", "IAF", "VAMP", "VAE-gene-cell"]
PRECISIONS = ["float32", "bf16"]
# What a measured configuration must tell, each a positive number.
QUANTITIES = {
    "train": {"cells_per_second", "step_seconds", "peak_bytes", "data_bytes", "beyond_data_bytes",
              "nonzeros_per_cell"},
    "scaling": {"cells_per_second", "step_seconds", "peak_bytes", "data_bytes"},
    "loss": {"train_loss", "validation_loss", "steps"},
    "limits": {"gemm_float32", "gemm_bf16", "copy", "update"},
    "load": {"seconds", "bytes_per_second"},
    "embed": {"cells_per_second"},
    "metrics": {"silhouette", "active_units", "principal_components", "latent_covariance"},
    "umap": {"seconds"},
    "report": {"seconds"},
    "first": {"seconds"},
}
TABLES = ["What this machine reaches", "Loading, embedding, metrics, report", "Cost against cells", "Cost against genes",
          "Loss after 10 steps", "Training with scprior", "Bars"]


def check(condition, text):
    if not condition:
        sys.exit(f"check_small_run: {text}")


def expected_tasks():
    tasks = {"limits", "load", "embed VAE", "metrics", "umap", "report", "first step VAE", "first step VAMP"}
    tasks |= {f"train scprior {model} 16 {p}" for model in MODELS for p in PRECISIONS}
    tasks |= {f"loss {model} {p}" for model in MODELS for p in PRECISIONS}
    tasks |= {f"scaling {cells} x {genes}" for cells, genes in
              [(400, 200), (1600, 200), (8000, 200), (400, 50), (400, 600)]}
    return tasks


def main():
    bench = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        command = [bench, "--quick", "--scaling", "--loss=10", "--cells", "400", "--genes", "200",
                   "--components", "20", "--batch", "16", "--threads", "1", "--repetitions", "2", "--tries", "1",
                   "--seconds", "0.02", "--data", str(folder / "data"), "--out", str(folder / "out.json"),
                   "--out", str(folder / "out.tsv")]
        done = subprocess.run(command, capture_output=True, text=True)
        check(done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        results = json.loads((folder / "out.json").read_text())
        rows = list(csv.DictReader((folder / "out.tsv").open(), delimiter="\t"))

    measured = results["measured"]
    expected = expected_tasks()
    check(set(measured) == expected, f"tasks differ: {sorted(set(measured) ^ expected)}")
    for task, found in measured.items():
        wanted = QUANTITIES[task.split()[0]]
        check(wanted <= set(found), f"{task} does not tell {sorted(wanted - set(found))}")
        repetitions = 1 if task.split()[0] in ("report", "loss") else 2
        for quantity in wanted:
            values = found[quantity]
            check(len(values) == repetitions and all(value and value > 0 for value in values),
                  f"{task}: {quantity} is {values}, wanted {repetitions} positive numbers")
    for name in (f"loss {model} float32" for model in MODELS):
        check(measured[name]["steps"] == [10], f"{name} ran {measured[name]['steps']} steps")
    check({row["task"] for row in rows} == expected, "the .tsv file has other tasks than the .json file")

    for table in TABLES:
        check(table in done.stdout, f'the table "{table}" is not printed:\n{done.stdout}')
    verdicts = {bar["verdict"] for bar in results["bars"]}
    check(verdicts <= {"met", "not met", "not measured"} and len(results["bars"]) >= 19, f"bars: {results['bars']}")
    of_training = [bar for bar in results["bars"] if "roofline" in bar["what"] or "faster" in bar["what"]]
    check(all(bar["verdict"] == "not measured" for bar in of_training), "bars of 20000 genes are judged on 200")

    wrong = subprocess.run([bench, "--data", "x", "--out", "table.xlsx"], capture_output=True, text=True)
    check(wrong.returncode == 2 and ".json or .tsv" in wrong.stderr + wrong.stdout, f"--out table.xlsx: {wrong}")
    print(f"{len(expected)} configurations measured")


if __name__ == "__main__":
    main()
