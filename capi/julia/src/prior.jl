# SPDX-License-Identifier: Apache-2.0
# Priors written in Julia, through the C tier of scprior (scprior/abi.h). Matrices are latent × points: row after row for C.

"scprior_definition"
struct CDefinition
    struct_size::UInt32
    kind::UInt32
    name::Ptr{UInt8}
    summary::Ptr{UInt8}
    user::Ptr{Cvoid}
    create::Ptr{Cvoid}
    release::Ptr{Cvoid}
end

"scprior_prior_c"
struct CPrior
    struct_size::UInt32
    reserved::UInt32
    user::Ptr{Cvoid}
    build::Ptr{Cvoid}
    start::Ptr{Cvoid}
    log_prob::Ptr{Cvoid}
    sample::Ptr{Cvoid}
    destroy::Ptr{Cvoid}
end

"An instance: in memory of C, since no object of Julia's must be made or found while it is destroyed."
struct PriorInstance
    functions::CPrior
    definition::Int64
    n_latent::Int64
    n_parameters::Int64
end

"A prior written in Julia: stands for its name as a setting. See `register_prior`."
mutable struct Prior
    name::String
    log_prob::Any
    sample::Any
    gradient::Any
    parameters::Any
    warned::Bool
end

toml_value(prior::Prior, name) = quote_toml(prior.name)
Base.show(io::IO, prior::Prior) = print(io, "ScPrior.Prior: ", prior.name)

# Every definition is kept: models made with it may live on. Replaced as a whole, so that a reader needs no lock.
const definitions = Ref(Prior[])
const definitions_lock = ReentrantLock()

# ---- Called by the library. Nothing is thrown through it: what was wrong becomes a text.

const ERROR_SIZE = 1024

function write_error(error::Ptr{UInt8}, message)
    text = message
    while ncodeunits(text) >= ERROR_SIZE
        text = chop(text)
    end
    bytes = codeunits(String(text))
    GC.@preserve bytes unsafe_copyto!(error, pointer(bytes), length(bytes))
    unsafe_store!(error, 0x00, length(bytes) + 1)
    return nothing
end

function guarded(body, error::Ptr{UInt8}, what, name)::Int32
    try
        body()
        return Int32(0)
    catch e
        try
            write_error(error, string(what, " of the Julia prior \"", name, "\" failed: ", text_of(e)))
        catch
            unsafe_store!(error, 0x00)
        end
        return e isa InterruptException ? E_CANCELLED : E_PLUGIN
    end
end

instance_of(user::Ptr{Cvoid}) = unsafe_load(Ptr{PriorInstance}(user))
prior_of(instance::PriorInstance) = definitions[][instance.definition]

start_values(prior, d) = convert(Vector{Float64}, prior.parameters isa Function ? prior.parameters(d) : prior.parameters)

function build_callback(user::Ptr{Cvoid}, n_latent::Int64, n_parameters::Ptr{Int64}, error::Ptr{UInt8})::Int32
    instance = instance_of(user)
    prior = prior_of(instance)
    return guarded(error, "parameters", prior.name) do
        n = prior.parameters === nothing ? 0 : length(start_values(prior, n_latent))
        unsafe_store!(Ptr{PriorInstance}(user), PriorInstance(instance.functions, instance.definition, n_latent, n))
        unsafe_store!(n_parameters, n)
    end
end

function start_callback(user::Ptr{Cvoid}, ::UInt64, parameters::Ptr{Float64}, error::Ptr{UInt8})::Int32
    instance = instance_of(user)
    prior = prior_of(instance)
    return guarded(error, "parameters", prior.name) do
        write_reals(parameters, start_values(prior, instance.n_latent), (instance.n_parameters,), "parameters")
    end
end

function log_prob_callback(user::Ptr{Cvoid}, n::Int64, z::Ptr{Float64}, parameters::Ptr{Float64}, log_prob::Ptr{Float64},
                           gradient::Ptr{Float64}, parameter_gradient::Ptr{Float64}, error::Ptr{UInt8})::Int32
    instance = instance_of(user)
    prior = prior_of(instance)
    return guarded(error, "log_prob or gradient", prior.name) do
        points = read_reals(z, (instance.n_latent, n))
        theta = instance.n_parameters == 0 ? nothing : read_reals(parameters, (instance.n_parameters,))
        write_reals(log_prob, log_prob_at(prior, points, theta), (n,), "log_prob")
        gradient == C_NULL && parameter_gradient == C_NULL && return
        by_z, by_p = gradient_at(prior, points, theta, gradient != C_NULL, parameter_gradient != C_NULL)
        gradient == C_NULL || write_reals(gradient, by_z, size(points), "the gradient by z")
        parameter_gradient == C_NULL || theta === nothing ||
            write_reals(parameter_gradient, by_p, (length(theta), n), "the gradient by the parameters")
    end
end

function sample_callback(user::Ptr{Cvoid}, n::Int64, parameters::Ptr{Float64}, seed::UInt64, z::Ptr{Float64},
                         error::Ptr{UInt8})::Int32
    instance = instance_of(user)
    prior = prior_of(instance)
    return guarded(error, "sample", prior.name) do
        rng = MersenneTwister(UInt32[seed & 0xffffffff, seed >> 32])
        d = instance.n_latent
        draws = prior.parameters === nothing ? prior.sample(rng, d, n) :
                prior.sample(rng, d, n, read_reals(parameters, (instance.n_parameters,)))
        write_reals(z, draws, (d, n), "sample")
    end
end

# @cfunction wants its function defined before: hence below the others.
function create_callback(user::Ptr{Cvoid}, out::Ptr{Ptr{Cvoid}}, error::Ptr{UInt8})::Int32
    return guarded(error, "create", "") do
        memory = Libc.malloc(sizeof(PriorInstance))
        memory == C_NULL && throw(OutOfMemoryError())
        functions = CPrior(sizeof(CPrior), 0, memory,
            @cfunction(build_callback, Int32, (Ptr{Cvoid}, Int64, Ptr{Int64}, Ptr{UInt8})),
            @cfunction(start_callback, Int32, (Ptr{Cvoid}, UInt64, Ptr{Float64}, Ptr{UInt8})),
            @cfunction(log_prob_callback, Int32, (Ptr{Cvoid}, Int64, Ptr{Float64}, Ptr{Float64}, Ptr{Float64},
                                                  Ptr{Float64}, Ptr{Float64}, Ptr{UInt8})),
            @cfunction(sample_callback, Int32, (Ptr{Cvoid}, Int64, Ptr{Float64}, UInt64, Ptr{Float64}, Ptr{UInt8})),
            cglobal(:free))
        unsafe_store!(Ptr{PriorInstance}(memory), PriorInstance(functions, Int64(UInt(user)), 0, 0))
        unsafe_store!(out, memory)
    end
end

"""
    register_prior(name; log_prob, sample, gradient = nothing, parameters = nothing, summary = "")

Makes Julia functions a prior, used like any other: `fit(x, genes; prior = name)`. `z` is latent × points.

    log_prob(z)          the natural logarithm of the density at each column: a vector
    gradient(z)          its derivatives by z: a matrix like z. Without it they are found by finite differences, which
                         costs 2 × latent calls of log_prob in each step
    sample(rng, d, n)    n draws with d latent units: d × n; all randomness from rng

With `parameters`, the numbers that training starts from or a function of the number of latent units that gives them, the
prior is learned: the functions are log_prob(z, p), gradient(z, p), sample(rng, d, n, p), and gradient gives two matrices,
by z and by p (parameters × points). An exception in one of them ends the call of scprior with a ScPriorError that has its
text. A name that was registered before is replaced; models made with it keep theirs.
"""
function register_prior(name; log_prob, sample, gradient = nothing, parameters = nothing,
                        summary = "a prior written in Julia")
    prior = Prior(c_text(name, "name"), log_prob, sample, gradient, parameters, false)
    index = lock(definitions_lock) do
        definitions[] = vcat(definitions[], prior)
        length(definitions[])
    end
    c_name, c_summary = prior.name, c_text(summary, "summary")
    create = @cfunction(create_callback, Int32, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{UInt8}))
    GC.@preserve c_name c_summary begin
        definition = CDefinition(sizeof(CDefinition), 5, pointer(c_name), pointer(c_summary), Ptr{Cvoid}(index), create,
                                 C_NULL)
        check(ccall(sym(:scprior_register), Int32, (Ref{CDefinition},), definition))
    end
    return prior
end
