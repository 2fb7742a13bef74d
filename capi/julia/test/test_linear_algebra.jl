# SPDX-License-Identifier: Apache-2.0

@testset "Julia's linear algebra and random numbers are the same before and after loading the library" begin
    rng = MersenneTwister(1)
    a = randn(rng, 120, 120)
    b = randn(rng, 120)
    narrow, complex, few = Float32.(a), a .+ im .* a', sparse(a .* (a .> 1) + I)
    parts(f) = [getproperty(f, name) for name in propertynames(f)]
    results() = (a \ b, a * a, a * b, inv(a), det(a), parts(svd(a)), parts(eigen(a)), parts(eigen(Symmetric(a + a'))),
                 cholesky(a * a' + I).U, qr(a).R, lu(a).factors, pinv(a), exp(a ./ 100), narrow \ narrow, narrow * narrow,
                 parts(svd(narrow)), complex * complex, complex \ b, few \ b)
    @test ScPrior.library.handle == C_NULL
    before = results()
    Random.seed!(5)
    next = rand(3)
    Random.seed!(5)
    @test !isempty(components())
    @test ScPrior.library.handle != C_NULL
    @test isequal(before, results())
    model = fit_small(x, genes; prior = (type = "vamp", components = 5))
    @test rand(3) == next
    @test isequal(before, results()) # which tells 0.0 from -0.0
    @test isequal(results(), fetch(Threads.@spawn results()))
end

ScPrior.set_threads(1) # what follows is too small for more

"ORDER is before or after."
const another_blas = """
using Libdl, Random, ScPrior
include($(repr(make_data)))
before() = dlopen("libblas.so.3", RTLD_NOW | RTLD_GLOBAL) # as RCall has one
after() = (ScPrior.build_info(); before())
ORDER()
ScPrior.set_threads(1)
print(hash(embed(fit_small(x, genes), x, genes)), ' ', error_of(() -> fit_small(x, genes; prior = "vmap")).status)
"""

"What a Julia of its own says of an embedding, and its warnings."
function embedding_beside_another_blas(order, environment...)
    errors = IOBuffer()
    script = replace(another_blas, "ORDER" => order)
    command = `$(Base.julia_cmd()) --startup-file=no --project=$package -e $script`
    said = withenv(() -> read(pipeline(command; stderr = errors), String), environment...)
    return said, String(take!(errors))
end

if Libdl.dlopen_e("libblas.so.3") == C_NULL
    @warn "NOT RUN: what another BLAS in the process does, for there is no libblas.so.3"
else
    @testset "a BLAS that the process has does not take the place of LibTorch's unnoticed" begin
        expected = string(hash(embed(fit_small(x, genes), x, genes)), " 2")
        said, errors = embedding_beside_another_blas("after")
        @test said == expected && isempty(errors)
        said, errors = embedding_beside_another_blas("before")
        @test (said == expected && isempty(errors)) || occursin("A BLAS that was loaded before", errors)
        # Where the compiler's unwinder comes first, LibTorch keeps its own BLAS.
        said, errors = embedding_beside_another_blas("before", "LD_PRELOAD" => "libgcc_s.so.1")
        @test said == expected && isempty(errors)
    end
end
