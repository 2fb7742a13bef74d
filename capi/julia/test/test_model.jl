# SPDX-License-Identifier: Apache-2.0

@testset "a model of counts in memory" begin
    data, vamp = ScPrior.Data(x, genes), (type = "vamp", components = 20)
    model = fit_small(data; prior = vamp, label = groups, batch = fill("one", 200), seed = 2)
    @test size(model) == (4, 60)
    @test model.training.stop == :max_epochs && model.training.epochs == 3
    @test occursin("4 latent units", sprint(show, model))
    @test ScPrior.gene_names(model) == genes
    h = history(model)
    @test h.epoch == 1:3 && all(name -> length(h[name]) == 3, keys(h)) && h.train_loss[3] < h.train_loss[1]
    z = embed(model, data)
    @test all(embed_variance(model, data) .> 0)
    @test embed_sample(model, data; seed = 1) == embed_sample(model, data; seed = 1) != embed_sample(model, data; seed = 2)
    mean_counts = expected_counts(model, data)
    @test size(mean_counts) == (60, 200) && all(mean_counts .>= 0)
    @test expected_counts(model, data; cells = 3:9, genes = ["gene7", "gene2"]) ≈ mean_counts[[7, 2], 3:9]
    @test expected_counts(model, data; cells = 4, genes = [60]) ≈ mean_counts[60:60, 4:4]
    @test expected_counts(model, data; library = 2e4) ≈ 2 .* expected_counts(model, data; library = 1e4)
    drawn = posterior_counts(model, data; seed = 4)
    @test drawn == round.(drawn) && posterior_counts(model, x, genes; cells = 5:6, seed = 4) == drawn[:, 5:6]
    @test size(prior_sample(model, 7)) == (4, 7) && size(prior_sample(model, 0)) == (4, 0)
    @test size(prior_counts(model, 6; library = fill(200, 6))) == (60, 6)
    bound = log_likelihood_bound(model, data; samples = 3)
    @test length(bound) == 200 && all(bound .< 0)
    @test fit_small(data; prior = vamp, label = groups, batch = fill("one", 200), seed = 2) |> m -> embed(m, data) == z
    @test fit_small(data; prior = vamp, seed = 3) |> m -> embed(m, data) != z

    metrics = evaluate(model, data; metrics = ["silhouette", "reconstruction_loss"])
    @test unique(m.metric for m in metrics) == ["silhouette", "reconstruction_loss"]
    @test all(m -> m.better in (:higher, :lower, :neither), metrics)
    @test !isempty(evaluate(model, x, genes; label = groups, batch = groups, metrics = "silhouette"))
    @test !isempty(evaluate(model, data; test_cells = true, metrics = "reconstruction_loss"))

    mktempdir() do folder
        place = joinpath(folder, "modél")
        ScPrior.save(model, place)
        loaded = ScPrior.load(place)
        @test embed(loaded, data) == z && size(loaded) == (4, 60)
        @test isempty(history(loaded).epoch)
        @test occursin("vamp", sprint(show, MIME("text/plain"), ScPrior.config(loaded)))
    end
end

@testset "what there is, and its options" begin
    priors = [c.name for c in components("prior")]
    @test issubset(["standard_normal", "vamp", "student_t"], priors)
    @test length(components()) > length(priors)
    @test describe("prior", "vamp"; format = "json") isa Dict
    @test occursin("components", describe("prior", "vamp").content)
    @test occursin("max_epochs", describe(:section, :train; format = "markdown").content)
    @test any(p -> p.id == "prior_vamp" && p.loaded, ScPrior.plugins())
    @test haskey(ScPrior.build_info(), "LibTorch")
end

@testset "progress" begin
    told = []
    fit_small(x, genes; progress = p -> push!(told, p))
    @test told[1].epoch == 1 && told[1].step == 1 && told[1].max_epochs == 3
    @test told[end].epoch == 3 && told[end].step == told[end].steps && isfinite(told[end].validation_loss)
    model = @test_logs (:warn, r"stopped the training; the model is that of epoch 2") fit_small(x, genes;
                                                                                    progress = p -> p.epoch < 3)
    @test model.training.stop == :cancelled && model.training.best_epoch == 2
    @test all(isfinite, embed(model, x, genes))
    @test refuses(() -> fit_small(x, genes; progress = p -> false), 7, "not one epoch")
    @test_throws DomainError fit_small(x, genes; progress = p -> throw(DomainError(1, "mine")))
    printed = mktemp() do path, io
        redirect_stderr(() -> fit_small(x, genes; progress = true), io)
        flush(io)
        read(path, String)
    end
    @test count(==('\n'), printed) == 3 && occursin("epoch 3/3: loss", printed)
end

@testset "two models in two threads" begin
    Threads.nthreads() > 1 || @warn "NOT RUN in parallel: JULIA_NUM_THREADS=2 starts Julia with two threads"
    one_after_another = [embed(fit_small(x, genes; seed = seed), x, genes) for seed in 1:4]
    tasks = [Threads.@spawn embed(fit_small(x, genes; seed = seed), x, genes) for seed in 1:4]
    @test map(fetch, tasks) == one_after_another
end
