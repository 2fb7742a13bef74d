# SPDX-License-Identifier: Apache-2.0
# Experiment files: several models on several data sets, as `scprior check` and `scprior run` take them.

"""
    ScPrior.check_experiment(file)

Looks for mistakes in an experiment file without training: throws a ScPriorError that names everything wrong, or returns
nothing.
"""
check_experiment(file::AbstractString) = check(ccall(sym(:scprior_check), Int32, (Cstring,), c_text(file, "file")))

"Lines for the console: what the library says of its work, and the epochs."
struct RunPrinter
    epochs::ProgressPrinter
end

function (printer::RunPrinter)(p)
    print_notes()
    p.epoch == 1 && p.step == 1 && (printer.epochs.epoch = 0) # another fit
    return printer.epochs(p)
end

run_progress(progress) = progress === true ? RunPrinter(ProgressPrinter(0)) : progress_of(progress)

"""
    ScPrior.run_experiment(file; force = false, progress = isinteractive())

Runs an experiment file: every model on every data set with every seed, with tables and a report, as `scprior run`. Gives
(fits, failures, folder, report, cancelled): `fits` is a vector of (data, model, seed, epochs, best_epoch, stop, seconds,
test_loss, folder), of which `ScPrior.load` opens the folder; `failures` are texts; `folder` has results.csv.

`force`: repeat the fits that are complete already. `progress`: as in `fit`; a function that returns false stops the whole
run. Fits that failed and a run that was stopped are told by a warning; the same call goes on with the fits that are missing.
"""
function run_experiment(file::AbstractString; force::Bool = false, progress = isinteractive())
    state = FitState(run_progress(progress), nothing)
    path = c_text(file, "file")
    callback = @cfunction(progress_callback, Int32, (Ptr{Cvoid}, Ptr{CProgress}))
    f = sym(:scprior_run)
    needed = Ref{Csize_t}(0)
    call(buffer, again) = GC.@preserve state disable_sigint() do
        ccall(f, Int32, (Cstring, Int32, Ptr{Cvoid}, Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ref{Csize_t}), path, again, callback,
              pointer_from_objref(state), buffer, length(buffer), needed)
    end
    buffer = zeros(UInt8, 1 << 20) # thousands of fits
    hear_notes(state.progress isa RunPrinter)
    status = call(buffer, force)
    if needed[] > length(buffer) # the fits are there already
        buffer = zeros(UInt8, needed[])
        status = call(buffer, false)
    end
    message = status == 0 ? "" : last_error()
    hear_notes(false)
    pass_on_messages()
    state.failure === nothing || state.failure isa InterruptException || throw(state.failure)
    buffer[1] == 0 && throw(ScPriorError(status, message))
    outcome = outcome_of(parse_json(String(buffer[1:needed[] - 1])))
    status == 0 || warn_of(outcome, message, state.failure)
    return outcome
end

function outcome_of(summary)
    folder = dirname(summary["report"])
    fits = map(summary["fits"]) do fit
        loss = fit["test_loss"]
        (data = fit["data"], model = fit["model"], seed = Int(fit["seed"]), epochs = Int(fit["epochs"]),
         best_epoch = Int(fit["best_epoch"]), stop = fit["stop"], seconds = Float64(fit["seconds"]),
         test_loss = loss === nothing ? NaN : Float64(loss),
         folder = joinpath(folder, "fits", fit["data"], fit["model"], string("seed-", Int(fit["seed"]))))
    end
    return (fits = [fit for fit in fits], failures = convert(Vector{String}, summary["failures"]), folder = folder,
            report = summary["report"], cancelled = summary["cancelled"])
end

function warn_of(outcome, message, failure)
    outcome.cancelled || return @warn message
    why = failure === nothing ? "the progress function stopped the run" : "the run was interrupted"
    @warn "$why; the complete fits are kept, and the same call goes on with those that are missing"
end
