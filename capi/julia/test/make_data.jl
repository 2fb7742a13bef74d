# SPDX-License-Identifier: Apache-2.0

"Counts of genes × cells in three groups of cells."
function make_counts(n_genes = 60, n_cells = 200; seed = 7)
    rng = MersenneTwister(seed)
    groups = [mod(cell, 3) + 1 for cell in 1:n_cells]
    rates = -4 .* log.(rand(rng, n_genes, 3))
    x = [floor(-rates[gene, groups[cell]] * log(rand(rng))) for gene in 1:n_genes, cell in 1:n_cells]
    return x, ["gene$i" for i in 1:n_genes], ["group$g" for g in groups]
end

const x, genes, groups = make_counts()
const small = (latent = 4, encoder = (type = "mlp", hidden = [16]),
               decoder = (type = "mlp", hidden = [16]), train = (max_epochs = 3, batch_size = 32, learning_rate = 1e-3))

# `genes` is the argument; the table of settings of that name comes as a pair.
fit_small(data...; options...) = fit(data..., "genes.space" => "dataset"; latent = small.latent, encoder = small.encoder,
                                     decoder = small.decoder, train = small.train, progress = false, options...)

"The ScPriorError that f throws."
function error_of(f)
    try
        f()
    catch e
        e isa ScPriorError || rethrow()
        return e
    end
    error("nothing was thrown")
end

"Is f refused with this status and these words in the text?"
function refuses(f, status, words...)
    e = error_of(f)
    e.status == status && all(word -> occursin(word, e.message), words) && return true
    println(stderr, "status ", e.status, ", text: ", e.message)
    return false
end
