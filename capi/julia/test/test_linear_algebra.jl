# SPDX-License-Identifier: Apache-2.0

@testset "Julia's linear algebra and random numbers are the same before and after loading the library" begin
    rng = MersenneTwister(1)
    a = randn(rng, 120, 120)
    b = randn(rng, 120)
    results() = (a \ b, svd(a).S, eigvals(Symmetric(a + a')), cholesky(a * a' + I).L, qr(a).R, inv(a), a * a, lu(a).U)
    @test ScPrior.library.handle == C_NULL
    before = results()
    Random.seed!(5)
    next = rand(3)
    Random.seed!(5)
    @test !isempty(components())
    @test ScPrior.library.handle != C_NULL
    model = fit_small(x, genes)
    @test rand(3) == next
    @test all(map(isequal, before, results()))
end

ScPrior.set_threads(1) # what follows is too small for more
