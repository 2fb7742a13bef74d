# SPDX-License-Identifier: Apache-2.0
# installed.jl PREFIX: the package installed in PREFIX finds the library beside it, without being told.
const prefix = ARGS[1]
delete!(ENV, "SCPRIOR_LIBRARY")
empty!(LOAD_PATH)
push!(LOAD_PATH, joinpath(prefix, "share", "scprior", "julia"), "@stdlib")
using ScPrior
const found = realpath(ScPrior.build_info()["library"])
startswith(pathof(ScPrior), prefix) && startswith(found, realpath(prefix)) ||
    error("package $(pathof(ScPrior)) and library $found, but they were installed in $prefix")
any(p -> p.name == "vamp", components("prior")) || error("the installed plugins were not found")
println(found)
