# SPDX-License-Identifier: Apache-2.0

"What `fit` tells of the training. stop: :max_epochs, :no_improvement, :cancelled, :not_finite."
const Training = NamedTuple{(:stop, :epochs, :best_epoch, :seconds, :cells_per_second),
                            Tuple{Symbol,Int,Int,Float64,Float64}}

"""
A trained model: of `fit`, or of a model folder by `ScPrior.load`. `model.training` tells how its training ended; nothing
for a loaded one.
"""
mutable struct Model <: Handle
    pointer::Ptr{Cvoid}
    training::Union{Nothing,Training}
    function Model(pointer::Ptr{Cvoid})
        model = new(pointer, nothing)
        finalizer(free, model)
        return model
    end
end

kind_of(::Model) = "model"
free_function(::Model) = sym(:scprior_model_free)

function new_model(config, settings)
    text = config === nothing ? nothing : c_text(config, "config")
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve text check(ccall(sym(:scprior_model_new), Int32, (Ptr{UInt8}, Ptr{Ptr{UInt8}}, Int64, Ref{Ptr{Cvoid}}),
                                  pointer_or_null(text), settings, length(settings), out))
    return Model(out[])
end

"""
    ScPrior.load(folder)

Opens a model folder, of `ScPrior.save` or of the program (`scprior train`).
"""
function load(folder::AbstractString)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    check(ccall(sym(:scprior_model_open), Int32, (Cstring, Ref{Ptr{Cvoid}}), c_text(folder, "folder"), out))
    return Model(out[])
end

"""
    ScPrior.save(model, folder)

Writes the model folder, which the program and R read too; an existing model is replaced.
"""
function save(model::Model, folder::AbstractString)
    GC.@preserve model check(ccall(sym(:scprior_model_save), Int32, (Ptr{Cvoid}, Cstring), pointer_of(model),
                                   c_text(folder, "folder")))
end

function text_about(model::Model, what)
    GC.@preserve model begin
        pointer = pointer_of(model)
        return read_text((buffer, capacity, needed) ->
            ccall(sym(:scprior_model_text), Int32, (Ptr{Cvoid}, Cstring, Ptr{UInt8}, Csize_t, Ref{Csize_t}), pointer, what,
                  buffer, capacity, needed))
    end
end

"    ScPrior.config(model): its configuration with every default, as TOML"
config(model::Model) = Text(text_about(model, "toml"))
"    ScPrior.gene_names(model): the genes it works with; the rows of `expected_counts`"
gene_names(model::Model) = convert(Vector{String}, parse_json(text_about(model, "genes")))
"    ScPrior.data_report(model): what became of the data's genes in the last fit"
data_report(model::Model) = Text(text_about(model, "data"))

"The numbers of latent units and of genes."
function Base.size(model::Model)
    n_latent, n_genes = Ref{Int64}(0), Ref{Int64}(0)
    GC.@preserve model check(ccall(sym(:scprior_model_size), Int32, (Ptr{Cvoid}, Ref{Int64}, Ref{Int64}), pointer_of(model),
                                   n_latent, n_genes))
    return (Int(n_latent[]), Int(n_genes[]))
end
Base.size(model::Model, dimension::Integer) = size(model)[dimension]

function Base.show(io::IO, model::Model)
    isopen(model) || return print(io, "ScPrior.Model (closed)")
    n_latent, n_genes = size(model)
    print(io, "ScPrior.Model: ", n_latent, " latent units, ", n_genes, " genes")
    how = model.training
    how === nothing || print(io, "; trained ", how.epochs, " epochs in ", round(how.seconds; digits = 1), " s (", how.stop,
                             "), the best was epoch ", how.best_epoch)
end

const SERIES = (:train_loss, :validation_loss, :reconstruction, :kl, :penalty, :learning_rate)

function series(model::Model, name::Symbol)
    n = Ref{Int64}(0)
    values = Float64[]
    for _ in 1:2
        GC.@preserve model check(ccall(sym(:scprior_model_history), Int32,
                                       (Ptr{Cvoid}, Cstring, Ptr{Float64}, Int64, Ref{Int64}), pointer_of(model), name,
                                       values, length(values), n))
        length(values) == n[] || resize!(values, n[])
    end
    return values
end

"""
    history(model)

The training history, in nats per cell: a named tuple of vectors (epoch, train_loss, validation_loss, reconstruction, kl,
penalty, learning_rate), which is a table for the packages that take one, such as DataFrames. Empty for a loaded model.
"""
function history(model::Model)
    all = map(name -> series(model, name), SERIES)
    return merge((epoch = collect(1:length(first(all))),), NamedTuple{SERIES}(all))
end
