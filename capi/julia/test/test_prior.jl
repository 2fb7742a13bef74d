# SPDX-License-Identifier: Apache-2.0
# Priors written in Julia.

# The product of standard t densities with 5 degrees of freedom: 8 / (3π√5) (1 + z²/5)^-3 for each unit.
t_log_prob(z) = vec(sum(log(8 / (3π * sqrt(5))) .- 3 .* log1p.(z .^ 2 ./ 5); dims = 1))
t_gradient(z) = -6 .* z ./ (5 .+ z .^ 2)
t_sample(rng, d, n) = randn(rng, d, n) ./ sqrt.(sum(randn(rng, 5, d, n) .^ 2; dims = 1)[1, :, :] ./ 5)

losses(model) = (h = history(model); [h.train_loss; h.validation_loss; h.kl])

@testset "a Student-t prior written in Julia gives the losses of the plugin student_t" begin
    register_prior("julia_t"; log_prob = t_log_prob, gradient = t_gradient, sample = t_sample)
    plugin = fit_small(x, genes; prior = "student_t", seed = 5)
    ours = fit_small(x, genes; prior = "julia_t", seed = 5)
    @test maximum(abs.(losses(plugin) .- losses(ours))) < 1e-4
    @test embed(plugin, x, genes) ≈ embed(ours, x, genes) rtol = 1e-4
    draws = prior_sample(ours, 20000; seed = 1)
    @test size(draws) == (4, 20000) && draws == prior_sample(ours, 20000; seed = 1) != prior_sample(ours, 20000; seed = 2)
    @test 0.49 < count(abs.(draws) .< 0.7267) / length(draws) < 0.51 # half of the mass of t(5) is within ±0.7267
    @test any(c -> c.name == "julia_t" && c.kind == "prior", components("prior"))
end

@testset "without a gradient it is found by finite differences, with one warning" begin
    register_prior("julia_t_plain"; log_prob = t_log_prob, sample = t_sample)
    plugin = fit_small(x, genes; prior = "student_t", seed = 5)
    ours = @test_logs (:warn, r"julia_t_plain.*finite differences") fit_small(x, genes; prior = "julia_t_plain", seed = 5)
    @test maximum(abs.(losses(plugin) .- losses(ours))) < 1e-4
    @test_logs fit_small(x, genes; prior = "julia_t_plain", seed = 5)
    z = randn(MersenneTwister(2), 4, 9)
    @test ScPrior.by_differences(t_log_prob, z) ≈ t_gradient(z) rtol = 1e-8
end

@testset "a prior with parameters is learned" begin
    normal(z, m) = vec(sum(-0.5 .* (z .- m) .^ 2 .- 0.5 * log(2π); dims = 1))
    gradient(z, m) = (m .- z, z .- m)
    sample(rng, d, n, m) = m .+ randn(rng, d, n)
    given = (log_prob = normal, sample = sample, parameters = d -> fill(3.0, d))
    prior = register_prior("julia_normal"; gradient = gradient, given...)
    model = fit_small(x, genes; prior = prior)
    middle = sum(prior_sample(model, 4000); dims = 2) ./ 4000
    @test all(abs.(middle .- 3) .< 0.2) && any(abs.(middle .- 3) .> 0)
    plain = register_prior("julia_normal_plain"; given...)
    by_differences = @test_logs (:warn,) match_mode = :any fit_small(x, genes; prior = plain)
    @test losses(by_differences) ≈ losses(model) rtol = 1e-6
    mktempdir() do folder
        ScPrior.save(model, joinpath(folder, "model"))
        loaded = ScPrior.load(joinpath(folder, "model"))
        @test prior_sample(loaded, 5) == prior_sample(model, 5)
    end
    free = register_prior("julia_count"; log_prob = (z, p) -> normal(z, 0.0), gradient = (z, p) -> (-z, zeros(2, size(z, 2))),
                          sample = (rng, d, n, p) -> randn(rng, d, n), parameters = [1.0, 2.0])
    @test losses(fit_small(x, genes; prior = free)) isa Vector
end

@testset "what goes wrong in a prior becomes an error with its text" begin
    good = (log_prob = t_log_prob, gradient = t_gradient, sample = t_sample)
    train(; functions...) = fit_small(x, genes; prior = register_prior("julia_bad"; merge(good, values(functions))...))
    @test refuses(() -> train(log_prob = z -> error("boom in Julia")), 3, "julia_bad", "boom in Julia")
    @test refuses(() -> train(gradient = z -> sqrt(-1)), 3, "DomainError")
    @test refuses(() -> train(log_prob = z -> undefined_function(z)), 3, "undefined_function")
    @test refuses(() -> train(log_prob = z -> t_log_prob(z)[2:end]), 3, "log_prob must be a vector of")
    @test refuses(() -> train(log_prob = z -> 1), 3, "log_prob must be a vector of")
    @test refuses(() -> train(log_prob = z -> fill("a", size(z, 2))), 3, "log_prob must be a vector of")
    @test refuses(() -> train(gradient = z -> permutedims(z)), 3, "gradient", "4 ×")
    @test refuses(() -> train(log_prob = z -> fill(NaN, size(z, 2))), 3, "NaN")
    @test refuses(() -> train(log_prob = z -> error("x"^5000)), 3, "xxx")
    @test refuses(() -> train(log_prob = z -> error("ä"^5000)), 3, "ää")
    @test refuses(() -> train(log_prob = z -> throw(InterruptException())), 7)
    model = train(sample = (rng, d, n) -> error("no draws"))
    @test refuses(() -> prior_sample(model, 3), 3, "no draws")
    # The name is another's now; the model keeps the prior it was trained with.
    register_prior("julia_bad"; good...)
    @test refuses(() -> prior_sample(model, 3), 3, "no draws")
    @test refuses(() -> register_prior("vamp"; good...), 1, "vamp")
    @test refuses(() -> register_prior("Not a name"; good...), 1, "[a-z0-9_]+")
    @test refuses(() -> train(parameters = [NaN], log_prob = (z, p) -> t_log_prob(z)), 3, "finite")
end

@testset "garbage is collected inside of callbacks, and models are freed there" begin
    collecting(z) = (GC.gc(false); t_log_prob(z))
    register_prior("julia_collecting"; log_prob = collecting, gradient = t_gradient, sample = t_sample)
    first_model = fit_small(x, genes; prior = "julia_collecting")
    for _ in 1:5
        fit_small(x, genes; prior = "julia_collecting") # garbage
    end
    GC.gc()
    @test embed(fit_small(x, genes; prior = "julia_collecting"), x, genes) == embed(first_model, x, genes)
end
