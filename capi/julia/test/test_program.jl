# SPDX-License-Identifier: Apache-2.0
# The same data, settings, seed and threads give the same bits as the program.

const program, pancreas = get(ENV, "SCPRIOR_PROGRAM", ""), get(ENV, "SCPRIOR_PANCREAS", "")
isempty(program) && @warn "NOT RUN: the comparison with the program, for SCPRIOR_PROGRAM and SCPRIOR_PANCREAS are not set"

const experiment = """
schema = 1
seeds = [3]
threads = 2
metrics = ["active_units"]
output = "run"
[train]
max_epochs = 2
[[data]]
name = "d"
path = $(repr(pancreas))
label = "cell_type"
[[model]]
name = "m"
latent = 10
prior = { type = "vamp", components = 50 }
"""

"Columns of the program's history.csv."
function read_history(file)
    header, lines = Iterators.peel(eachline(file))
    rows = [split(line, ',') for line in lines]
    return Dict(name => [parse(Float64, row[i]) for row in rows] for (i, name) in enumerate(split(header, ','))
                if name in string.(ScPrior.SERIES))
end

function contains_bytes(file, values)
    wanted, bytes = collect(reinterpret(UInt8, vec(values))), read(file)
    return any(i -> bytes[i] == wanted[1] && view(bytes, i:(i + length(wanted) - 1)) == wanted,
               1:(length(bytes) - length(wanted) + 1))
end

isempty(program) || @testset "equal bits with the program" begin
    mktempdir() do folder
        cd(folder) do
            settings = ["prior.components" => 50, "train.max_epochs" => 2]
            flags = ["--set=prior.components=50", "--set=train.max_epochs=2", "--set=latent=10"]
            quiet(command) = run(pipeline(command; stdout = devnull, stderr = devnull))
            seconds = @elapsed quiet(`$program train $pancreas -o theirs --prior vamp --label cell_type --seed 3 --threads 2 $flags`)
            quiet(`$program embed theirs $pancreas -o theirs.h5ad --threads 2`)
            write("experiment.toml", experiment)
            quiet(`$program run experiment.toml`)

            ScPrior.set_threads(2)
            local model, data
            ours = @elapsed begin
                data = open_data(pancreas)
                model = fit(data, settings...; prior = "vamp", latent = 10, label = "cell_type", seed = 3, progress = false)
                ScPrior.save(model, "ours")
            end
            z = embed(model, data)
            println("program ", round(seconds; digits = 2), " s, Julia ", round(ours; digits = 2), " s")
            @test contains_bytes("theirs.h5ad", z)
            @test !contains_bytes("theirs.h5ad", nextfloat.(z))
            for file in ("weights.safetensors", "model.toml", "genes.tsv")
                @test read(joinpath("ours", file)) == read(joinpath("theirs", file))
            end
            theirs = read_history(joinpath("run", "fits", "d", "m", "seed-3", "history.csv"))
            @test length(theirs) == length(ScPrior.SERIES)
            for (name, values) in theirs
                @test history(model)[Symbol(name)] == values
            end
            quiet(`$program embed ours $pancreas -o ours.h5ad --threads 2`)
            @test contains_bytes("ours.h5ad", embed(ScPrior.load("theirs"), data))
        end
    end
end
