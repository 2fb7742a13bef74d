# SPDX-License-Identifier: Apache-2.0
# Ctrl-C, in a Julia of its own.

const interrupted = """
using Random, ScPrior
include($(repr(make_data)))
Base.exit_on_sigint(false)
model = fit_small(x, genes, "train.stop_patience" => 100000; prior = PRIOR, train = (max_epochs = 100000, batch_size = 32),
                  progress = p -> (p.epoch == 3 && p.step == 1 && println(stdout, "training"); true))
println("stopped: ", model.training.stop, ' ', size(embed(model, x, genes)))
"""

function interrupt(script)
    out, err = Pipe(), Pipe()
    command = `$(Base.julia_cmd()) --startup-file=no --project=$package -e $script`
    process = run(pipeline(command; stdout = out, stderr = err), wait = false)
    close(out.in)
    close(err.in)
    errors = @async read(err, String)
    line = readline(out)
    if line == "training"
        sleep(0.2)
        kill(process, Base.SIGINT)
    end
    said = read(out, String)
    wait(process)
    return line, said, fetch(errors), process.exitcode
end

@testset "Ctrl-C stops a training and leaves the model so far" begin
    for prior in ("PRIOR = \"standard_normal\";",
                  "using ScPrior; PRIOR = register_prior(\"p\"; log_prob = z -> vec(sum(-z .^ 2; dims = 1)), " *
                  "gradient = z -> -2z, sample = (rng, d, n) -> randn(rng, d, n));")
        line, said, errors, code = interrupt(prior * interrupted)
        @test line == "training" && said == "stopped: cancelled (4, 200)\n" && code == 0
        @test occursin("training was interrupted; the model is that of epoch", errors)
        code == 0 || println(stderr, line, said, errors)
    end
end
