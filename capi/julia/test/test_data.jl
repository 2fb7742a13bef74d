# SPDX-License-Identifier: Apache-2.0

@testset "every form of the counts gives the same data" begin
    model = fit_small(x, genes)
    z = embed(model, x, genes)
    @test size(z) == (4, 200) && eltype(z) == Float32 && all(isfinite, z)
    s = sparse(x)
    forms = (s, SparseMatrixCSC{Float32,Int32}(s), SparseMatrixCSC{Int64,Int64}(s), SparseMatrixCSC{Int32,Int64}(s),
             SparseMatrixCSC{UInt8,Int16}(s), Float32.(x), Int.(x), UInt16.(x), view(hcat(x, x), :, 1:200), permutedims(x)',
             sparse(permutedims(x))', view(s, :, 1:200))
    for form in forms
        @test embed(model, form, genes) == z
    end
    @test embed(model, ScPrior.Data(s, genes; copy = true)) == z
    @test embed(model, view(x, :, 1:5), genes) ≈ z[:, 1:5]
    @test embed(model, x[end:-1:1, :], reverse(genes)) == z
end

@testset "data are kept alive as long as they are used" begin
    model = fit_small(x, genes)
    z = embed(model, x, genes)
    data = [ScPrior.Data(sparse(x), genes) for _ in 1:20]
    GC.gc()
    garbage = [rand(1000) for _ in 1:1000]
    GC.gc()
    @test all(d -> embed(model, d) == z, data)
end

@testset "names and columns" begin
    data = ScPrior.Data(x, genes; cells = ["ä$i" for i in 1:200])
    @test size(data) == (60, 200) && size(data, 2) == 200
    @test ScPrior.gene_names(data) == genes && ScPrior.cell_names(data)[200] == "ä200"
    @test ScPrior.cell_names(ScPrior.Data(x, genes))[1:2] == ["1", "2"]
    labels = Union{Missing,String}[groups; ]
    labels[3] = missing
    ScPrior.set_column!(data, "group", labels)
    ScPrior.set_column!(data, :age, [missing; rand(199)])
    ScPrior.set_column!(data, "cluster", fill(3, 200))
    @test ScPrior.columns(data) == ["group", "age", "cluster"]
    @test isequal(ScPrior.labels(data, "group"), labels)
    @test ScPrior.labels(data, "cluster")[1] == "3"
    @test occursin("60 genes × 200 cells", sprint(show, data))
end
