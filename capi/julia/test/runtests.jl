# SPDX-License-Identifier: Apache-2.0
# SCPRIOR_PROGRAM (the program) and SCPRIOR_PANCREAS (an h5ad file with cell types) in the environment: more tests.
using LinearAlgebra, Random, ScPrior, SparseArrays, Test

include("make_data.jl")

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
end
