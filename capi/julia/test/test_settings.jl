# SPDX-License-Identifier: Apache-2.0

@testset "arguments become settings" begin
    settings(given...; more...) = ScPrior.settings_of(given..., more)
    @test settings("prior.components" => 100; prior = "vamp") == ["prior.components=100", "prior=\"vamp\""]
    @test settings(; train = (max_epochs = 5, learning_rate = 1e-5)) ==
          ["train.max_epochs=5", "train.learning_rate=1.0e-5"]
    @test settings(; encoder = Dict("hidden" => [16, 8])) == ["encoder.hidden=[16, 8]"]
    @test settings(; a = true, b = Float32(0.5), c = 1//4, d = Inf, e = :iaf, f = nothing) ==
          ["a=true", "b=0.5", "c=0.25", "d=inf", "e=\"iaf\""]
    @test settings(; a = "x\"\\y\n") == ["a=\"x\\\"\\\\y\\n\""]
    @test refuses(() -> settings(; a = x -> x), 1, "a must be")
end

@testset "settings are checked by the library, all at once" begin
    e = error_of(() -> fit_small(x, genes, "prior.componets" => 3, "train.max_epoch" => 1; prior = "vamp"))
    @test e.status == 2
    for word in ("prior.componets", "components", "train.max_epoch", "max_epochs")
        @test occursin(word, e.message)
    end
    @test refuses(() -> fit_small(x, genes; prior = "wamp"), 2, "wamp", "vamp")
    @test refuses(() -> fit_small(x, genes; latent = "many"), 2, "latent")
    @test occursin("ScPriorError (configuration): ", sprint(showerror, e))
end
