# SPDX-License-Identifier: Apache-2.0
# Experiment files. They name data by path: the pancreas of SCPRIOR_PANCREAS.

isempty(pancreas) && @warn "NOT RUN: experiments, for SCPRIOR_PANCREAS is not set"

function write_experiment(folder, models)
    file = joinpath(folder, "experiment.toml")
    write(file, """
        schema = 1
        seeds = [3]
        threads = 1
        metrics = ["active_units"]
        [genes]
        space = "dataset"
        [train]
        max_epochs = 2
        steps_per_epoch = 3
        learning_rate = 1e-3
        [model_defaults]
        latent = 4
        encoder = { hidden = [16] }
        decoder = { hidden = [16] }
        [[data]]
        name = "pancreas"
        path = $(repr(pancreas))
        """ * models)
    return file
end

"The value of f and what it printed."
function printed_by(f)
    mktemp() do path, io
        value = redirect_stderr(f, io)
        flush(io)
        return value, read(path, String)
    end
end

const two_models = "[[model]]\nname = \"VAE\"\n[[model]]\nname = \"VAMP\"\nprior = { type = \"vamp\", components = 5 }\n"

isempty(pancreas) || @testset "experiments" begin
    mktempdir() do folder
        ScPrior.set_threads(1) # as the file says
        file = write_experiment(folder, two_models)
        @test ScPrior.check_experiment(file) === nothing
        run, told = printed_by(() -> ScPrior.run_experiment(file; progress = true))
        @test occursin("[2/2] pancreas / VAMP / seed 3\nepoch 1/2: loss ", told) && count("epoch 2/2", told) == 2
        @test [(fit.model, fit.seed, fit.epochs) for fit in run.fits] == [("VAE", 3, 2), ("VAMP", 3, 2)]
        @test all(fit -> isfinite(fit.test_loss), run.fits) && isempty(run.failures) && !run.cancelled
        @test isfile(run.report) && isfile(joinpath(run.folder, "results.csv"))
        data = open_data(pancreas)
        model = fit(data, "genes.space" => "dataset"; latent = 4, encoder = (hidden = [16],), decoder = (hidden = [16],),
                    train = (max_epochs = 2, steps_per_epoch = 3, learning_rate = 1e-3), prior = (type = "vamp", components = 5),
                    seed = 3, progress = false)
        @test embed(ScPrior.load(run.fits[2].folder), data) == embed(model, data)

        @test ScPrior.run_experiment(file; progress = p -> false) == run # complete: nothing to stop
        steps = Ref(0)
        ScPrior.run_experiment(file; force = true, progress = p -> (steps[] += 1; true))
        @test steps[] > 12
        @test_throws DomainError ScPrior.run_experiment(file; force = true, progress = p -> throw(DomainError(1, "mine")))
        stopped = @test_logs (:warn, r"stopped the run; the complete fits are kept") match_mode = :any ScPrior.run_experiment(
            file; force = true, progress = p -> false)
        @test stopped.cancelled && isempty(stopped.fits)

        register_prior("fails_in_runs"; log_prob = z -> error("no density"), sample = (rng, d, n) -> randn(rng, d, n))
        file = write_experiment(folder, two_models * "[[model]]\nname = \"bad\"\nprior = \"fails_in_runs\"\n")
        run = @test_logs (:warn, r"no density") match_mode = :any ScPrior.run_experiment(file; progress = false)
        @test [fit.model for fit in run.fits] == ["VAE", "VAMP"] && length(run.failures) == 1

        file = write_experiment(folder, "[[model]]\nprior = \"vmap\"\nlatnt = 3\n")
        for use in (ScPrior.check_experiment, ScPrior.run_experiment)
            @test refuses(() -> use(file), 2, "vmap", "latnt")
            @test refuses(() -> use("nowhere.toml"), 2, "nowhere.toml")
        end
    end
end
