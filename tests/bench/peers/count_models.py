# SPDX-License-Identifier: Apache-2.0
"""The paper's four models as one would write them in PyTorch: dense batches, the negative binomial as textbooks have it
(with three lgamma), autograd for everything. Gene dispersion, one draw of the posterior.

Shapes: B cells, G genes, D latent units, K pseudo-inputs.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

KINDS = ("AE", "VAE", "IAF", "VAMP")
LATENT = 128
FLOW_STEPS = 5
LOG_TWO_PI = math.log(2 * math.pi)


def block(n_in, n_out, dropout=0.2):
    return nn.Sequential(nn.Linear(n_in, n_out), nn.Tanh(), nn.BatchNorm1d(n_out), nn.Dropout(dropout))


def nb_log_prob(x, mu, theta, eps=1e-8):
    """As in scvi-tools, log_nb_positive: [B, G] each -> [B, G]."""
    log_theta_mu = torch.log(theta + mu + eps)
    return (
        theta * (torch.log(theta + eps) - log_theta_mu)
        + x * (torch.log(mu + eps) - log_theta_mu)
        + torch.lgamma(x + theta)
        - torch.lgamma(theta)
        - torch.lgamma(x + 1)
    )


def standard_normal_log_prob(z):
    """[B, D] -> [B]."""
    return -0.5 * (z * z + LOG_TWO_PI).sum(1)


class AutoregressiveStep(nn.Module):
    """A masked network with one hidden layer, and a context that reaches all hidden units (Germain et al. 2015)."""

    def __init__(self, latent, hidden, context):
        super().__init__()
        self.hidden = nn.Linear(latent, hidden)
        self.out = nn.Linear(hidden, 2 * latent)
        self.context = nn.Linear(context, hidden)
        degree_in = torch.arange(1, latent + 1)
        degree_hidden = torch.arange(hidden) % (latent - 1) + 1
        self.register_buffer("mask_hidden", (degree_hidden[:, None] >= degree_in[None]).float())
        self.register_buffer("mask_out", (degree_in[:, None] > degree_hidden[None]).float().repeat(2, 1))

    def forward(self, z, context):
        """z [B, D], context [B, C] -> shift and gate logit, [B, D] each."""
        hidden = F.linear(z, self.hidden.weight * self.mask_hidden, self.hidden.bias)
        hidden = F.elu(hidden + self.context(context))
        return F.linear(hidden, self.out.weight * self.mask_out, self.out.bias).chunk(2, 1)


class CountModel(nn.Module):
    def __init__(self, n_genes, kind="VAE", components=500):
        super().__init__()
        self.kind = kind
        self.encoder = nn.Sequential(block(n_genes, 512), block(512, 256))
        self.mean = nn.Linear(256, LATENT)
        if kind != "AE":
            self.log_var = nn.Linear(256, LATENT)
        if kind == "IAF":
            self.context = nn.Linear(256, LATENT)
            self.flow = nn.ModuleList(AutoregressiveStep(LATENT, LATENT, LATENT) for _ in range(FLOW_STEPS))
        if kind == "VAMP":
            self.pseudo_inputs = nn.Parameter(torch.rand(components, n_genes))  # log-normalised
        self.decoder = nn.Sequential(block(LATENT, 256), block(256, 512))
        self.logits = nn.Linear(512, n_genes)
        self.log_theta = nn.Parameter(torch.zeros(n_genes))

    def forward(self, x):
        """Negative evidence lower bound, nats per cell. x: counts [B, G] -> []."""
        library = x.sum(1, keepdim=True)
        hidden = self.encoder(torch.log1p(x / library * 1e4))
        z, kl = self.latent(hidden)
        mu = torch.softmax(self.logits(self.decoder(z)), 1) * library
        reconstruction = -nb_log_prob(x, mu, self.log_theta.exp()).sum(1)
        return (reconstruction + kl).mean()

    def latent(self, hidden):
        """hidden [B, 256] -> z [B, D] and its divergence from the prior [B] (or 0)."""
        mean = self.mean(hidden)
        if self.kind == "AE":
            return mean, torch.zeros((), device=mean.device)
        log_var = self.log_var(hidden)
        noise = torch.randn_like(mean)
        z = mean + noise * torch.exp(0.5 * log_var)
        if self.kind == "VAE":
            return z, 0.5 * (mean * mean + log_var.exp() - 1 - log_var).sum(1)
        log_q = -0.5 * (noise * noise + log_var + LOG_TWO_PI).sum(1)
        if self.kind == "VAMP":
            return z, log_q - self.mixture_log_prob(z)
        context = self.context(hidden)
        for step in self.flow:
            shift, gate_logit = step(z, context)
            gate = torch.sigmoid(gate_logit + 1.5)
            z = (gate * z + (1 - gate) * shift).flip(1)
            log_q = log_q - gate.log().sum(1)
        return z, log_q - standard_normal_log_prob(z)

    def mixture_log_prob(self, z):
        """log p(z) of the mixture of the pseudo-inputs' posteriors: [B, D] -> [B]."""
        hidden = self.encoder(self.pseudo_inputs)
        mean, log_var = self.mean(hidden), self.log_var(hidden)  # [K, D]
        distance = z[:, None] - mean[None]  # [B, K, D]
        log_prob = -0.5 * (distance * distance * torch.exp(-log_var)[None] + log_var[None] + LOG_TWO_PI).sum(2)
        return torch.logsumexp(log_prob, 1) - math.log(mean.shape[0])
