# SPDX-License-Identifier: Apache-2.0
# Names, and the table of cells.

function names_of(data::Data, what)
    GC.@preserve data begin
        pointer = pointer_of(data)
        text = read_text((buffer, capacity, needed) ->
            ccall(sym(:scprior_data_names), Int32, (Ptr{Cvoid}, Cstring, Ptr{UInt8}, Csize_t, Ref{Csize_t}), pointer, what,
                  buffer, capacity, needed))
    end
    return convert(Vector{String}, parse_json(text))
end

"    ScPrior.gene_names(data)"
gene_names(data::Data) = names_of(data, "genes")
"    ScPrior.cell_names(data)"
cell_names(data::Data) = names_of(data, "cells")
"    ScPrior.columns(data): the names of the columns of the table of cells"
columns(data::Data) = names_of(data, "columns")

"""
    ScPrior.labels(data, column)

The labels of a column of the table of cells, one for each cell; `missing` where there is none.
"""
function labels(data::Data, column)
    codes = Vector{Int32}(undef, size(data, 2))
    name = c_text(column, "column")
    GC.@preserve data begin
        pointer = pointer_of(data)
        text = read_text((buffer, capacity, needed) ->
            ccall(sym(:scprior_data_labels), Int32, (Ptr{Cvoid}, Cstring, Ptr{Int32}, Ptr{UInt8}, Csize_t, Ref{Csize_t}),
                  pointer, name, codes, buffer, capacity, needed))
    end
    names = parse_json(text)
    return Union{Missing,String}[code < 0 ? missing : names[code + 1] for code in codes]
end

"""
    ScPrior.set_column!(data, name, values)

Adds a column to the table of cells, or replaces it: numbers if the values are floating-point, labels otherwise. One value
for each cell; `missing` is allowed.
"""
function set_column!(data::Data, name, values)
    n = size(data, 2)
    length(values) == n || refuse("column ", name, " has ", length(values), " values, but there are ", n, " cells")
    column = c_text(name, "the name of a column")
    given = skipmissing(values)
    if !isempty(given) && all(value -> value isa AbstractFloat, given)
        set_numbers(data, column, Float64[ismissing(value) ? NaN : value for value in values])
    else
        set_labels(data, column, [ismissing(value) ? missing : c_text(value, column) for value in values])
    end
    return data
end

function set_numbers(data, column, values)
    GC.@preserve data check(ccall(sym(:scprior_data_set_numbers), Int32, (Ptr{Cvoid}, Cstring, Ptr{Float64}),
                                  pointer_of(data), column, values))
end

function set_labels(data, column, values)
    names = sort!(unique(String[value for value in values if !ismissing(value)]))
    code_of = Dict(name => Int32(i - 1) for (i, name) in enumerate(names))
    codes = Int32[ismissing(value) ? -1 : code_of[value] for value in values]
    GC.@preserve data check(ccall(sym(:scprior_data_set_labels), Int32,
                                  (Ptr{Cvoid}, Cstring, Ptr{Int32}, Ptr{Ptr{UInt8}}, Int64), pointer_of(data), column,
                                  codes, names, length(names)))
end

"The name of a column of labels: one that the data have, or `name` for labels given as a vector, which are added."
column_of(data, ::Nothing, name) = nothing
column_of(data, column::Union{AbstractString,Symbol}, name) = c_text(column, name)
function column_of(data, values, name)
    set_column!(data, name, [ismissing(value) ? missing : string(value) for value in values])
    return name
end
