# SPDX-License-Identifier: Apache-2.0
# Pancreas cells of one donor: a VampPrior and a prior of one's own, their embeddings, and what they say of genes.
#
#   julia --project=capi/julia examples/julia/pancreas.jl [EPOCHS]
#
# The 300 most variable genes and small networks: seconds. Without genes.space all human protein-coding genes are taken,
# and the settings of the paper are the defaults.
using ScPrior, Statistics

epochs = isempty(ARGS) ? 30 : parse(Int, ARGS[1])
data = open_data(joinpath(@__DIR__, "..", "data", "pancreas_baron_h1.h5ad"))
cell_types = ScPrior.labels(data, "cell_type")
println(data)
ScPrior.set_threads(1) # networks as small as these gain nothing from more

# A prior written in Julia: independent Laplace densities, which pull latent units that are not needed to exactly 0.
register_prior("laplace";
    log_prob = z -> vec(sum(-abs.(z) .- log(2); dims = 1)),
    gradient = z -> -sign.(z),
    sample = (rng, d, n) -> (u = rand(rng, d, n) .- 0.5; @. -sign(u) * log1p(-2abs(u))))

settings = (latent = 16, genes = (space = joinpath(@__DIR__, "islet_genes.txt"),), encoder = (hidden = [128, 64],),
            decoder = (hidden = [64, 128],), train = (max_epochs = epochs, learning_rate = 5e-3, batch_size = 32))

models = map((vamp = (type = "vamp", components = 50), laplace = "laplace")) do prior
    fit(data; prior = prior, label = "cell_type", seed = 1, progress = false, settings...)
end

"Share of cells whose nearest other cell, of the first 500, is of the same type."
function agreement(z)
    distances = [sum(abs2, z[:, i] - z[:, j]) + (i == j ? Inf32 : 0) for i in axes(z, 2), j in 1:500]
    return mean(i -> cell_types[argmin(view(distances, i, :))] == cell_types[i], axes(z, 2))
end

for (name, model) in pairs(models)
    println("\nprior ", name, ": ", model)
    println("  validation loss      ", round(history(model).validation_loss[model.training.best_epoch]; digits = 1), " nats per cell")
    println("  bound of ln p(x)     ", round(mean(log_likelihood_bound(model, data; samples = 5)); digits = 1), " nats per cell")
    println("  nearest cell agrees  ", round(100 * agreement(embed(model, data)); digits = 1), " % in cell type")
    for m in evaluate(model, data; metrics = ["silhouette"])
        isempty(m.name) && println("  silhouette           ", round(m.value; digits = 3))
    end
end

# Denoised expression of three hormones, per 10 000 counts, where they belong and elsewhere.
println("\nexpected counts per 10 000 (vamp)")
hormones = ["GCG" => "alpha", "INS" => "beta", "SST" => "delta"]
expression = expected_counts(models.vamp, data; library = 1e4, genes = first.(hormones))
for (i, (gene, type)) in enumerate(hormones)
    inside = isequal.(cell_types, type)
    println("  ", gene, "  ", rpad(type, 6), round(mean(expression[i, inside]); digits = 1), "  others ",
            round(mean(expression[i, .!inside]); digits = 1))
end
new_cells = prior_counts(models.vamp, 1000; library = 3000, seed = 1)
println("\n1000 new cells of the vamp prior: ", round(mean(sum(new_cells; dims = 1)); digits = 0), " counts per cell, ",
        round(100 * mean(new_cells .> 0); digits = 1), " % of the matrix non-zero")
