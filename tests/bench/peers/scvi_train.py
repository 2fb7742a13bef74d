# SPDX-License-Identifier: Apache-2.0
"""Training of scvi-tools' SCVI, set as near to the paper's VAE as its options go.

Not alike: both hidden layers are 512 wide (the paper has 512 and 256), ReLU instead of tanh, BatchNorm before it, a gene
dispersion, no penalties, a size factor by the observed library, epsilons in the negative binomial.
"""
import argparse
import logging
import time
import warnings

import anndata
import lightning.pytorch as lightning
import scvi
import torch

import measuring


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="h5ad file of counts")
    parser.add_argument("batch", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2, help="how long to measure")
    return parser.parse_args()


class StepClock(lightning.Callback):
    """From the start of one batch to that of the next of the same epoch, so that loading counts; as time_steps does."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.seen = 0
        self.last = None
        self.times = []

    def on_train_epoch_start(self, *_):
        self.last = None

    def on_train_batch_start(self, trainer, *_):
        now = time.perf_counter()
        if self.last is not None:
            self.seen += 1
            if self.seen > measuring.WARM_UP_STEPS:
                self.times.append(now - self.last)
        self.last = now
        if len(self.times) >= measuring.MIN_STEPS and sum(self.times) >= self.seconds:
            trainer.should_stop = True


def main():
    args = arguments()
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    scvi.settings.verbosity = logging.ERROR
    torch.set_num_threads(args.threads)
    adata = anndata.read_h5ad(args.file)
    counts = adata.X
    scvi.model.SCVI.setup_anndata(adata)
    model = scvi.model.SCVI(adata, n_latent=128, n_hidden=512, n_layers=2, gene_likelihood="nb", dispersion="gene",
                            dropout_rate=0.2, use_layer_norm="none", use_batch_norm="both")
    clock = StepClock(args.seconds)
    model.train(max_epochs=1000, accelerator="cpu", devices=1, train_size=0.9, batch_size=args.batch,
                early_stopping=False, enable_progress_bar=False, callbacks=[clock], logger=False,
                check_val_every_n_epoch=None, plan_kwargs={"lr": 5e-5})
    measuring.report({**measuring.speed(clock.times, args.batch), **measuring.memory(counts)},
                     {"scvi-tools": scvi.__version__, "PyTorch": torch.__version__})


if __name__ == "__main__":
    main()
