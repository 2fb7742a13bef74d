# SPDX-License-Identifier: Apache-2.0
# What a trained model tells of cells. Every matrix has a column for each cell, so that it is row after row for C.

"A matrix to be filled by call(pointers..., matrix, row_stride, column_stride); interrupts wait until it is."
function filled(call, rows, columns, handles...)
    out = Matrix{Float32}(undef, rows, columns)
    GC.@preserve handles begin
        pointers = map(pointer_of, handles)
        check(disable_sigint(() -> call(pointers..., out, rows, 1)))
    end
    return out
end

"""
    embed(model, x, genes)
    embed(model, data)

The embedding E_q[z | x]: latent × cells.
"""
function embed(model::Model, data::Data)
    f = sym(:scprior_embed)
    return filled(size(model, 1), size(data, 2), model, data) do m, d, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Float32}, Int64, Int64), m, d, out, down, across)
    end
end

"""
    embed_variance(model, data)

The variance of q(z | x): latent × cells. Also of `x, genes`.
"""
function embed_variance(model::Model, data::Data)
    f = sym(:scprior_embed_variance)
    return filled(size(model, 1), size(data, 2), model, data) do m, d, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Float32}, Int64, Int64), m, d, out, down, across)
    end
end

"""
    embed_sample(model, data; seed = 0)

One draw of q(z | x) for each cell: latent × cells. Also of `x, genes`.
"""
function embed_sample(model::Model, data::Data; seed::Integer = 0)
    f = sym(:scprior_embed_sample)
    return filled(size(model, 1), size(data, 2), model, data) do m, d, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Int64, Ptr{Float32}, Int64, Int64), m, d, seed, out, down, across)
    end
end

"(first cell from 0, number) of a range of cells; nothing = all."
cell_range(data, ::Nothing) = (0, size(data, 2))
cell_range(data, cell::Integer) = cell_range(data, cell:cell)
function cell_range(data, cells::AbstractUnitRange{<:Integer})
    n = size(data, 2)
    isempty(cells) || (first(cells) >= 1 && last(cells) <= n) || refuse("cells is ", cells, ", but there are ", n, " cells")
    return (first(cells) - 1, length(cells))
end
cell_range(data, cells) = refuse("cells must be a range such as 1:100, got ", typeof(cells))

"Places of genes, from 0; nothing = all."
gene_places(model, ::Nothing) = nothing
function gene_places(model, genes::AbstractVector{<:Integer})
    n = size(model, 2)
    all(gene -> 1 <= gene <= n, genes) || refuse("genes must be from 1 to ", n, ", or names; see ScPrior.gene_names(model)")
    return Int64[gene - 1 for gene in genes]
end
function gene_places(model, genes::AbstractVector)
    place = Dict{String,Int64}()
    for what in ("symbols", "genes") # ids win over symbols
        for (i, name) in enumerate(parse_json(text_about(model, what)))
            place[name] = i - 1
        end
    end
    return Int64[get(() -> refuse("gene ", gene, " is not in the model; see ScPrior.gene_names(model)"), place, gene)
                 for gene in c_texts(genes, "genes")]
end

"""
    expected_counts(model, data; cells = 1:n, library = 0, genes = names or places)

Expected counts E[x | z] at the embedding, the denoised expression: genes × cells. `library`: counts per cell to normalise
to, such as 1e4; 0 = the cell's own. Also of `x, names of genes`.
"""
function expected_counts(model::Model, data::Data; cells = nothing, library::Real = 0, genes = nothing)
    first_cell, n_cells = cell_range(data, cells)
    places = gene_places(model, genes)
    f, rows = sym(:scprior_expected_counts), places === nothing ? size(model, 2) : length(places)
    wanted = places === nothing ? Ptr{Int64}(C_NULL) : pointer(places)
    return GC.@preserve places filled(rows, n_cells, model, data) do m, d, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Int64, Int64, Float64, Ptr{Int64}, Int64, Ptr{Float32}, Int64, Int64), m,
              d, first_cell, n_cells, library, wanted, places === nothing ? 0 : rows, out, down, across)
    end
end

"""
    posterior_counts(model, data; cells = 1:n, seed = 0)

Counts drawn from the posterior predictive: genes × cells. The draws of a cell do not depend on which others are drawn with
it. Also of `x, genes`.
"""
function posterior_counts(model::Model, data::Data; cells = nothing, seed::Integer = 0)
    first_cell, n_cells = cell_range(data, cells)
    f = sym(:scprior_posterior_counts)
    return filled(size(model, 2), n_cells, model, data) do m, d, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Int64, Int64, Int64, Ptr{Float32}, Int64, Int64), m, d, first_cell,
              n_cells, seed, out, down, across)
    end
end

function check_number(n)
    n >= 0 || refuse("the number of draws is ", n, ", must be 0 or more")
    return n
end

"""
    prior_sample(model, n; seed = 0)

`n` draws of the prior: latent × n.
"""
function prior_sample(model::Model, n::Integer; seed::Integer = 0)
    f = sym(:scprior_prior_sample)
    return filled(size(model, 1), check_number(n), model) do m, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Int64, Int64, Ptr{Float32}, Int64, Int64), m, n, seed, out, down, across)
    end
end

"""
    prior_counts(model, n; library = 1e4, seed = 0)

Counts of `n` new cells, z ~ p(z), x ~ p(x | z): genes × n. `library`: expected counts of each cell, one number or n.
"""
function prior_counts(model::Model, n::Integer; library = 1e4, seed::Integer = 0)
    sizes = library isa Real ? fill(Float64(library), check_number(n)) : convert(Vector{Float64}, library)
    length(sizes) == n || refuse("library has ", length(sizes), " numbers, must have ", n, ", or be one number")
    f = sym(:scprior_prior_counts)
    return filled(size(model, 2), n, model) do m, out, down, across
        ccall(f, Int32, (Ptr{Cvoid}, Int64, Ptr{Float64}, Int64, Ptr{Float32}, Int64, Int64), m, n, sizes, seed, out, down,
              across)
    end
end

"""
    log_likelihood_bound(model, data; samples = 1, seed = 0)

A lower bound of ln p(x) of each cell, in nats. `samples`: draws of q(z | x) that it is averaged over. Also of `x, genes`.
"""
function log_likelihood_bound(model::Model, data::Data; samples::Integer = 1, seed::Integer = 0)
    out = Vector{Float64}(undef, size(data, 2))
    f = sym(:scprior_log_likelihood_bound)
    GC.@preserve model data begin
        m, d = pointer_of(model), pointer_of(data)
        check(disable_sigint(() -> ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Int64, Int64, Ptr{Float64}), m, d, samples, seed,
                                         out)))
    end
    return out
end

for f in (:embed, :embed_variance, :embed_sample, :expected_counts, :posterior_counts, :log_likelihood_bound)
    @eval function $f(model::Model, x::AbstractMatrix, gene_names::AbstractVector; options...)
        return with_data(data -> $f(model, data; options...), x, gene_names)
    end
end
