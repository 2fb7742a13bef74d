# SPDX-License-Identifier: Apache-2.0
# SCPRIOR_PROGRAM (the program) and SCPRIOR_PANCREAS (an h5ad file with cell types) in the environment: more tests.
using Libdl, LinearAlgebra, Random, ScPrior, SparseArrays, Test

const package, make_data = dirname(@__DIR__), joinpath(@__DIR__, "make_data.jl")
include(make_data)

@testset "ScPrior" begin
    include("test_linear_algebra.jl") # first: it loads the library
    include("test_json.jl")
    include("test_settings.jl")
    include("test_data.jl")
    include("test_model.jl")
    include("test_prior.jl")
    include("test_misuse.jl")
    include("test_interrupt.jl")
    include("test_program.jl")
    include("test_experiment.jl")
end
