# SPDX-License-Identifier: Apache-2.0

"scprior_progress"
struct CProgress
    struct_size::UInt32
    reserved::UInt32
    epoch::Int64
    max_epochs::Int64
    step::Int64
    steps::Int64
    loss::Float64
    seconds::Float64
    seconds_left::Float64
    validation_loss::Float64
end

struct CFitOptions
    struct_size::UInt32
    reserved::UInt32
    seed::Int64
    label::Ptr{UInt8}
    batch::Ptr{UInt8}
    progress::Ptr{Cvoid}
    user::Ptr{Cvoid}
end

struct CFitResult
    struct_size::UInt32
    stop::Int32
    epochs::Int64
    best_epoch::Int64
    seconds::Float64
    cells_per_second::Float64
end

const STOPS = (:max_epochs, :no_improvement, :cancelled, :not_finite)

"What a fit and its progress callback share."
mutable struct FitState
    progress::Any
    failure::Any # what the progress function, or Ctrl-C, threw
end

"""
Called by the library after every step. An exception must not leave it: it is kept and thrown when the library has
returned. Ctrl-C is held back during the call of the library (see `fit`) and let in here.
"""
function progress_callback(user::Ptr{Cvoid}, progress::Ptr{CProgress})::Int32
    state = unsafe_pointer_to_objref(user)::FitState
    try
        Base.reenable_sigint() do
            GC.safepoint()
            state.progress === nothing && return Int32(0)
            c = unsafe_load(progress)
            told = (epoch = Int(c.epoch), max_epochs = Int(c.max_epochs), step = Int(c.step), steps = Int(c.steps),
                    loss = c.loss, validation_loss = c.validation_loss, seconds = c.seconds, seconds_left = c.seconds_left)
            return state.progress(told) === false ? Int32(1) : Int32(0)
        end
    catch e
        state.failure = e
        return Int32(1)
    end
end

"One line for each epoch, when it has been validated: the second time that its last step is told."
mutable struct ProgressPrinter
    epoch::Int
end

function (printer::ProgressPrinter)(p)
    p.step == p.steps || return true
    if p.epoch != printer.epoch && isnan(p.validation_loss)
        printer.epoch = p.epoch
        return true
    end
    validation = isnan(p.validation_loss) ? "" : string(", validation ", round(p.validation_loss; digits = 2))
    left = isfinite(p.seconds_left) ? string(", ", round(Int, p.seconds_left), " s left") : ""
    println(stderr, "epoch ", p.epoch, '/', p.max_epochs, ": loss ", round(p.loss; digits = 2), validation, left)
    return true
end

progress_of(progress::Bool) = progress ? ProgressPrinter(0) : nothing
progress_of(::Nothing) = nothing
progress_of(progress) = progress

"""
    fit(x, genes, settings...; prior, seed = 0, label, batch, progress, more settings...)
    fit(data, settings...; prior, seed = 0, label, batch, progress, more settings...)

Trains a model on raw counts: `x`, genes × cells, with the symbol or Ensembl id of each gene; or `data` of `open_data` or
`ScPrior.Data`.

Settings are those of the program (`scprior train --set`) and checked by the library; all others keep the paper's values:

    fit(x, genes; prior = "vamp", latent = 10, seed = 1)
    fit(x, genes, "prior.components" => 100, "train.max_epochs" => 50; prior = "vamp")
    fit(x, genes; prior = (type = "vamp", components = 100), train = (max_epochs = 50,))

`config`: text of an experiment file to start from. `label`, `batch`: cell types and experimental batches, the name of a
column or a vector. `cells`: names of the cells. `progress`: true prints a line for each epoch; a function is called after
every step with (epoch, max_epochs, step, steps, loss, validation_loss, seconds, seconds_left), and stops the training by
returning false.

Ctrl-C and such a `false` stop it too: `fit` warns and returns the model of the best epoch so far, or throws a ScPriorError
if no epoch was completed.
"""
function fit(data::Data, settings::Pair...; seed::Integer = 0, label = nothing, batch = nothing, config = nothing,
             progress = isinteractive(), more...)
    model = new_model(config, settings_of(settings..., more))
    return fit!(model, data, seed, column_of(data, label, "label"), column_of(data, batch, "batch"), progress_of(progress))
end

function fit(x::AbstractMatrix, genes, settings::Pair...; cells = nothing, more...)
    return with_data(data -> fit(data, settings...; more...), x, genes; cells = cells)
end

fit(x::AbstractMatrix; more...) = refuse("genes are missing: give fit(x, genes), with a name for each row of x")

function fit!(model, data, seed, label, batch, progress)
    state = FitState(progress, nothing)
    result = Ref(CFitResult(sizeof(CFitResult), 0, 0, 0, 0.0, 0.0))
    callback = @cfunction(progress_callback, Int32, (Ptr{Cvoid}, Ptr{CProgress}))
    function_pointer, model_pointer, data_pointer = sym(:scprior_fit), pointer_of(model), pointer_of(data)
    status = GC.@preserve model data state label batch begin
        options = CFitOptions(sizeof(CFitOptions), 0, seed, pointer_or_null(label), pointer_or_null(batch), callback,
                              pointer_from_objref(state))
        # An interrupt in the middle of the library would leave it through frames of C++.
        disable_sigint() do
            ccall(function_pointer, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Ref{CFitOptions}, Ref{CFitResult}), model_pointer,
                  data_pointer, options, result)
        end
    end
    status in (0, E_CANCELLED, E_NUMERIC) || check(status)
    message = status == 0 ? "" : last_error()
    if result[].stop > 0
        r = result[]
        model.training = (stop = STOPS[r.stop], epochs = Int(r.epochs), best_epoch = Int(r.best_epoch), seconds = r.seconds,
                          cells_per_second = r.cells_per_second)
    end
    pass_on_messages()
    return settle(model, status, message, state.failure)
end

"What a fit that did not end by itself gives: an exception, or a warning where there is a model of the epochs so far."
function settle(model, status, message, failure)
    failure === nothing || failure isa InterruptException || throw(failure)
    status == 0 && return model
    usable = model.training !== nothing && model.training.best_epoch > 0
    usable || throw(ScPriorError(status, message))
    why = status != E_CANCELLED ? message :
          failure === nothing ? "the progress function stopped the training" : "training was interrupted"
    @warn "$why; the model is that of epoch $(model.training.best_epoch), the best of $(model.training.epochs)"
    return model
end
