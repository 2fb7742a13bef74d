# SPDX-License-Identifier: Apache-2.0

function metric_callback(user::Ptr{Cvoid}, metric::Cstring, name::Cstring, value::Float64, better::Int32,
                         note::Cstring)::Cvoid
    try
        values = unsafe_pointer_to_objref(user)::Vector{Any}
        push!(values, (metric = unsafe_string(metric), name = unsafe_string(name), value = value,
                       better = better > 0 ? :higher : better < 0 ? :lower : :neither, note = unsafe_string(note)))
    catch
    end
    return nothing
end

"""
    evaluate(model, data; metrics = the paper's, label, batch, test_cells = false)

Metrics of a model on data, as a vector of (metric, name, value, better, note). `metrics`: their names, see
`components("metric")`. `label`, `batch`: as in `fit`, otherwise the columns of the fit. `test_cells`: only the cells held
out in training; the data must be those of the fit. Also of `x, genes`.
"""
function evaluate(model::Model, data::Data; metrics = nothing, label = nothing, batch = nothing, test_cells::Bool = false)
    label_name, batch_name = column_of(data, label, "label"), column_of(data, batch, "batch")
    names = metrics === nothing ? String[] : metrics isa Union{AbstractString,Symbol} ? [c_text(metrics, "metrics")] :
            c_texts(metrics, "metrics")
    values = Any[]
    callback = @cfunction(metric_callback, Cvoid, (Ptr{Cvoid}, Cstring, Cstring, Float64, Int32, Cstring))
    f = sym(:scprior_evaluate)
    GC.@preserve model data label_name batch_name values names begin
        m, d = pointer_of(model), pointer_of(data)
        name_pointers = Ptr{UInt8}[pointer(name) for name in names]
        GC.@preserve name_pointers check(disable_sigint() do
            ccall(f, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Ptr{UInt8}}, Int64, Ptr{UInt8}, Ptr{UInt8}, Int32, Ptr{Cvoid},
                             Ptr{Cvoid}), m, d, metrics === nothing ? C_NULL : pointer(name_pointers), length(names),
                  pointer_or_null(label_name), pointer_or_null(batch_name), test_cells, callback,
                  pointer_from_objref(values))
        end)
    end
    return [value for value in values]
end

function evaluate(model::Model, x::AbstractMatrix, genes::AbstractVector; options...)
    return with_data(data -> evaluate(model, data; options...), x, genes)
end
