# SPDX-License-Identifier: Apache-2.0
"""Training of the plain PyTorch models: counts in memory as CSR, each batch gathered and made dense, torch.optim.Adam."""
import argparse

import anndata
import numpy as np
import torch

import measuring
from count_models import KINDS, CountModel

LEARNING_RATE = 5e-5
PENALTY = 5e-4  # of |w| and of w²


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="h5ad file of counts")
    parser.add_argument("model", choices=KINDS)
    parser.add_argument("batch", type=int)
    parser.add_argument("--reg", action="store_true", help="the paper's L1 and L2 penalties, as terms of the loss")
    parser.add_argument("--fused", action="store_true", help="fused Adam")
    parser.add_argument("--compile", action="store_true", help="torch.compile")
    parser.add_argument("--components", type=int, default=500, help="pseudo-inputs of VAMP")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2, help="how long to measure")
    return parser.parse_args()


def penalty(model):
    weights = [p for p in model.parameters() if p.dim() > 1]
    return sum(PENALTY * w.abs().sum() + PENALTY * (w * w).sum() for w in weights)


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    counts = anndata.read_h5ad(args.file).X
    plain = CountModel(counts.shape[1], args.model, args.components)
    model = torch.compile(plain) if args.compile else plain
    optimiser = torch.optim.Adam(plain.parameters(), lr=LEARNING_RATE, fused=args.fused or None)

    def step():
        rows = rng.integers(0, counts.shape[0], args.batch)
        loss = model(torch.from_numpy(counts[rows].toarray()))
        if args.reg:
            loss = loss + penalty(plain)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    times = measuring.time_steps(step, args.seconds)
    measuring.report({**measuring.speed(times, args.batch), **measuring.memory(counts)},
                     {"PyTorch": torch.__version__, "anndata": anndata.__version__})


if __name__ == "__main__":
    main()
