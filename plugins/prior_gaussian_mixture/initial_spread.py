# SPDX-License-Identifier: Apache-2.0
"""How the spread of the initial means decides what a mixture of K = 50 Gaussians becomes; prints the README's figures.

3000 fixed points in 8 lumps (10 of the D latent units differ between lumps, the others are N(0, 1)), 800 steps of Adam
with batches of 128 points. Written with torch 2.13.0.
"""
import math

import torch

N_POINTS, N_LUMPS, N_COMPONENTS, N_STEPS, BATCH = 3000, 8, 50, 800, 128


def lumps(dims, generator):
    centres = torch.randn(N_LUMPS, dims, generator=generator)
    lump = torch.randint(0, N_LUMPS, (N_POINTS,), generator=generator)
    points = torch.randn(N_POINTS, dims, generator=generator)
    informative = min(dims, 10)
    points[:, :informative] = 1.5 * centres[lump][:, :informative] + 0.4 * points[:, :informative]
    return points


def joint(z, mean, log_var, logits):
    distance = ((z[:, None] - mean) ** 2 * torch.exp(-log_var)).sum(2)
    constant = log_var.sum(1) + z.shape[1] * math.log(2 * math.pi)
    return torch.log_softmax(logits, 0) - 0.5 * (distance + constant)


def fit(dims, spread, seed):
    generator = torch.Generator().manual_seed(seed)
    points = lumps(dims, generator)
    mean = (spread * torch.randn(N_COMPONENTS, dims, generator=generator)).requires_grad_()
    log_var = torch.zeros(N_COMPONENTS, dims, requires_grad=True)
    logits = torch.zeros(N_COMPONENTS, requires_grad=True)
    adam = torch.optim.Adam([mean, log_var, logits], lr=1e-2)
    for _ in range(N_STEPS):
        batch = points[torch.randint(0, N_POINTS, (BATCH,), generator=generator)]
        loss = -torch.logsumexp(joint(batch, mean, log_var, logits), 1).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        log_joint = joint(points, mean, log_var, logits)
        share = torch.softmax(log_joint, 1).mean(0)
        return -torch.logsumexp(log_joint, 1).mean().item(), int((share > 1e-3).sum())


if __name__ == "__main__":
    torch.set_num_threads(1)
    for dims in (10, 64, 128):
        for spread in (0.1, 0.5, 1.0, 2.0):
            results = [fit(dims, spread, seed) for seed in (0, 1)]
            print(dims, spread, *(f"{nll:.2f} nats, {used} used;" for nll, used in results), flush=True)
