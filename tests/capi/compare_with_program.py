# SPDX-License-Identifier: Apache-2.0
"""The same data, settings, seed and threads give the same bits through the C interface and through the program.

usage: compare_with_program.py PROGRAM CLIENT DATA LABEL FOLDER
"""
import csv
import pathlib
import shutil
import subprocess
import sys
import time

import h5py
import numpy

SETTINGS = [
    ["prior=vamp", "prior.components=50", "latent=10", "train.max_epochs=2", "train.steps_per_epoch=5"],
    ["prior=standard_normal", "flow=iaf", "latent=8", "train.max_epochs=2", "train.steps_per_epoch=5",
     "genes.space=dataset"],
]


def run(*command):
    start = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.monotonic() - start


def history_of_experiment(program, data, label, folder, settings, seed, threads):
    """The losses of the same fit as a step of `scprior run`, which writes them down."""
    values = dict(setting.split("=") for setting in settings)
    flow, space = values.get("flow", "identity"), values.get("genes.space")
    components = f', components = {values["prior.components"]}' if "prior.components" in values else ""
    lines = ["schema = 1", f"seeds = [{seed}]", f"threads = {threads}", 'metrics = ["active_units"]', 'output = "run"']
    lines += ["[genes]", f'space = "{space}"'] if space else []
    lines += ["[train]", f"max_epochs = {values['train.max_epochs']}", f"steps_per_epoch = {values['train.steps_per_epoch']}"]
    lines += ["[[data]]", 'name = "d"', f'path = "{data}"']
    lines += [f'label = "{label}"', "[[model]]", 'name = "m"', f"latent = {values['latent']}", f'flow = "{flow}"']
    lines += [f'prior = {{ type = "{values["prior"]}"{components} }}']
    experiment = folder / "experiment.toml"
    experiment.write_text("\n".join(lines) + "\n")
    run(program, "run", experiment)
    with open(folder / f"run/fits/d/m/seed-{seed}/history.csv", newline="") as file:
        return list(csv.DictReader(file))


def compare(program, client, data, label, folder, settings, seed, threads):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    flags = [part for setting in settings for part in ("--set", setting)]
    seconds = run(program, "train", data, "--label", label, "--output", folder / "program", "--seed", seed, "--threads",
                  threads, *flags)
    seconds_c = run(client, data, threads, seed, label, folder, *settings)
    run(program, "embed", folder / "program", data, "--output", folder / "embedding.h5ad", "--threads", threads)
    for name in ("model.toml", "weights.safetensors", "genes.tsv"):
        assert (folder / "program" / name).read_bytes() == (folder / "model" / name).read_bytes(), f"{name} differs"
    with h5py.File(folder / "embedding.h5ad") as file:
        wanted = numpy.asarray(file["obsm/X_scprior"])
    for name in ("embedding.f32", "program.f32"):
        got = numpy.fromfile(folder / name, numpy.float32).reshape(wanted.shape)
        assert wanted.dtype == got.dtype and wanted.tobytes() == got.tobytes(), f"{name} differs"
    columns = ["train_loss", "reconstruction", "kl", "penalty", "validation_loss", "learning_rate"]
    losses = [[float(x) for x in line.split()] for line in (folder / "history.txt").read_text().splitlines()]
    recorded = history_of_experiment(program, data, label, folder, settings, seed, threads)
    assert losses == [[float(row[c]) for c in columns] for row in recorded], "the histories differ"
    assert len(losses) > 0
    print(f"{' '.join(settings)}: equal bits; program {seconds:.1f} s, C with embeddings {seconds_c:.1f} s")


def main():
    program, client, data, label, folder = sys.argv[1:]
    for i, settings in enumerate(SETTINGS):
        compare(program, client, data, label, pathlib.Path(folder) / str(i), settings, seed=3 + i, threads=2 - i)


if __name__ == "__main__":
    main()
