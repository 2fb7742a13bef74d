# SPDX-License-Identifier: Apache-2.0

@testset "counts that are none, and sizes that do not fit" begin
    changed(value) = (y = copy(x); y[3, 5] = value; y)
    for (value, word) in ((NaN, "not a number"), (-1, "negative"), (0.5, "not whole"), (Inf, "infinite"), (1e9, "16777216"))
        @test refuses(() -> fit_small(changed(value), genes), 4, "gene 3", "cell 5", word)
        @test refuses(() -> fit_small(sparse(changed(value)), genes), 4, "gene 3", "cell 5", word)
    end
    @test refuses(() -> fit_small(x, genes[1:59]), 1, "59 genes", "60 rows")
    @test refuses(() -> fit_small(permutedims(x), genes), 1, "permutedims")
    @test refuses(() -> fit_small(x, genes; cells = ["a"]), 1, "1 cells", "200 columns")
    @test refuses(() -> fit_small(x, "gene1"), 1, "genes must be a vector")
    @test refuses(() -> fit(x; progress = false), 1, "genes are missing")
    @test refuses(() -> fit_small(Any["a" "b"], ["g"]), 1, "numbers")
    @test refuses(() -> fit_small(x[:, 1:0], genes), 1, "n_cells is 0")
    @test refuses(() -> ScPrior.Data(x, ["a\0b"; genes[2:end]]), 1, "zero character")
    @test refuses(() -> fit_small(x, genes; label = groups[1:9]), 1, "9 values", "200 cells")
    @test refuses(() -> fit_small(x, genes; label = "nothing"), 4, "nothing")
    @test refuses(() -> fit_small(x, genes; seed = -1), 1, "seed")
end

@testset "damaged sparse matrices" begin
    damage(f) = (s = sparse(x); f(s); () -> embed(fit_small(x, genes), s, genes))
    @test refuses(damage(s -> s.rowval[1] = 61), 1, "61")
    @test refuses(damage(s -> s.rowval[1] = 0), 1, "indices")
    @test refuses(damage(s -> s.rowval[2] = s.rowval[1]), 1, "twice")
    @test refuses(damage(s -> s.colptr[201] += 5), 1, "damaged")
    @test refuses(damage(s -> s.colptr[1] = 2), 1, "pointers[0]")
    @test refuses(damage(s -> s.colptr[5] = 1), 1, "pointers[")
    s = sparse(x)
    model = fit_small(x, genes)
    z = embed(model, s, genes)
    column = s.colptr[1]:(s.colptr[2] - 1)
    s.rowval[column], s.nzval[column] = reverse(s.rowval[column]), reverse(s.nzval[column])
    @test embed(model, s, genes) == z # unsorted is allowed
end

@testset "closed, unfinished and foreign objects" begin
    data, model = ScPrior.Data(x, genes), fit_small(x, genes)
    pointer = model.pointer
    for object in (data, model)
        @test isopen(object)
        close(object)
        close(object)
        @test !isopen(object) && occursin("closed", sprint(show, object))
    end
    @test refuses(() -> size(data), 1, "closed")
    @test refuses(() -> embed(model, x, genes), 1, "closed")
    # What the library says of a pointer that was freed, and of one that is none.
    @test refuses(() -> embed(ScPrior.Model(pointer), x, genes), 1, "freed")
    @test refuses(() -> embed(ScPrior.Model(Ptr{Cvoid}(12345)), x, genes), 1)
    @test refuses(() -> deepcopy(fit_small(x, genes)), 1, "copied")
    @test refuses(() -> size(ScPrior.new_model(nothing, String[])), 1, "not trained")
    @test refuses(() -> (m = fit_small(x, genes); fit_small(ScPrior.Data(x, genes); progress = p -> size(m) == 0 || close(m));
                         embed(m, x, genes)), 1, "closed")
end

@testset "a handle in use is refused" begin
    data = ScPrior.Data(x, genes)
    said = Ref("")
    fit_small(data; progress = p -> (said[] = error_of(() -> size(data)).message; true))
    @test occursin("in use", said[])
end

@testset "arguments outside of their domain" begin
    model, data = fit_small(x, genes), ScPrior.Data(x, genes)
    @test refuses(() -> expected_counts(model, data; cells = 0:3), 1, "0:3")
    @test refuses(() -> posterior_counts(model, data; cells = 199:201), 1, "199:201")
    @test refuses(() -> expected_counts(model, data; cells = [1, 3]), 1, "range")
    @test refuses(() -> expected_counts(model, data; genes = [0]), 1, "1 to 60")
    @test refuses(() -> expected_counts(model, data; genes = ["INS"]), 1, "INS")
    @test refuses(() -> expected_counts(model, data; library = -1), 1, "library")
    @test refuses(() -> prior_sample(model, -1), 1, "-1")
    @test refuses(() -> prior_counts(model, 3; library = [1, 2]), 1, "2 numbers")
    @test refuses(() -> log_likelihood_bound(model, data; samples = 0), 1, "samples")
    @test refuses(() -> evaluate(model, data; metrics = ["silhouete"]), 1, "silhouette")
    @test refuses(() -> evaluate(model, data; metrics = "silhouette", label = "none"), 4, "none")
    @test refuses(() -> open_data("no such file.h5ad"), 6, "no such file.h5ad")
    @test refuses(() -> ScPrior.load("no such folder"), 6, "no such folder")
    @test refuses(() -> describe("prior", "vam"), 1, "vamp")
    @test refuses(() -> ScPrior.labels(data, "none"), 4, "none")
    @test refuses(() -> ScPrior.set_threads(-1), 1, "-1")
    @test refuses(() -> ScPrior.load_plugin("no such plugin.so"), 3, "no such plugin.so")
end
