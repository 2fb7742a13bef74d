# SPDX-License-Identifier: Apache-2.0
"""
Variational autoencoders with flexible priors for single-cell counts.

    using ScPrior
    model = fit(x, genes; prior = "vamp", seed = 1)   # x: genes × cells, sparse or dense, raw counts
    z = embed(model, x, genes)                        # latent × cells

A cell is a column everywhere: of the counts that go in and of every matrix that comes out.
"""
module ScPrior

using Libdl
using Random
using SparseArrays

export ScPriorError, components, describe, embed, embed_sample, embed_variance, evaluate, expected_counts, fit, history,
       log_likelihood_bound, open_data, posterior_counts, prior_counts, prior_sample, register_prior

include("errors.jl")
include("lib.jl")
include("json.jl")
include("text.jl")
include("handles.jl")
include("settings.jl")
include("data.jl")
include("columns.jl")
include("model.jl")
include("fit.jl")
include("inference.jl")
include("evaluate.jl")
include("components.jl")
include("experiment.jl")
include("derivatives.jl")
include("prior.jl")

__init__() = forget_library()

end
