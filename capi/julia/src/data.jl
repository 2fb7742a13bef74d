# SPDX-License-Identifier: Apache-2.0

"scprior_matrix"
struct CMatrix
    struct_size::UInt32
    layout::UInt32
    n_cells::Int64
    n_genes::Int64
    values::Ptr{Cvoid}
    pointers::Ptr{Cvoid}
    indices::Ptr{Cvoid}
    value_type::Int32
    pointer_type::Int32
    index_type::Int32
    index_base::Int32
    row_stride::Int64
    column_stride::Int64
    flags::UInt64
    release::Ptr{Cvoid}
    owner::Ptr{Cvoid}
end

const SPARSE, DENSE = UInt32(1), UInt32(2)
const BORROW = UInt64(1)

type_code(::Type{Float32}) = Int32(1)
type_code(::Type{Float64}) = Int32(2)
type_code(::Type{Int32}) = Int32(3)
type_code(::Type{Int64}) = Int32(4)

"""
    ScPrior.Data(x, genes; cells = nothing, copy = false)

Raw counts in memory: `x` is genes × cells, a SparseMatrixCSC or a matrix, `genes` the symbol or Ensembl id of each row.
`fit`, `embed` and the others take `x, genes` directly; Data are worth making for more than one call, and for columns of
labels (`set_column!`).

The arrays are read where they lie, without transposing, and kept alive: leave their contents alone, or give `copy = true`.
Element types other than Float32, Float64 and Int32 are converted first.
"""
mutable struct Data <: Handle
    pointer::Ptr{Cvoid}
    roots::Any
    function Data(pointer::Ptr{Cvoid}, roots)
        data = new(pointer, roots)
        finalizer(free, data)
        return data
    end
end

kind_of(::Data) = "data"
free_function(::Data) = sym(:scprior_data_free)

as_values(x::StridedArray{<:Union{Float32,Float64,Int32}}) = x
as_values(x::AbstractArray{<:Union{Bool,Int8,Int16,UInt8,UInt16}}) = convert(Array{Int32}, x)
as_values(x::AbstractArray{<:Real}) = convert(Array{Float64}, x)
as_values(x) = refuse("the counts have elements of type ", eltype(x), ", must be numbers")

as_indices(x::Vector{<:Union{Int32,Int64}}) = x
as_indices(x) = convert(Vector{Int64}, x)

"The struct for C, and what must be kept alive with it."
function c_matrix(x::SparseMatrixCSC, flags)
    n_genes, n_cells = size(x)
    values, pointers, indices = as_values(nonzeros(x)), as_indices(x.colptr), as_indices(rowvals(x))
    if length(pointers) != n_cells + 1 || last(pointers) - 1 > min(length(values), length(indices))
        refuse("the sparse matrix is damaged: colptr does not fit to rowval and nzval")
    end
    matrix = CMatrix(sizeof(CMatrix), SPARSE, n_cells, n_genes, pointer(values), pointer(pointers), pointer(indices),
                     type_code(eltype(values)), type_code(eltype(pointers)), type_code(eltype(indices)), 1, 0, 0, flags,
                     C_NULL, C_NULL)
    return matrix, (values, pointers, indices)
end

function c_matrix(x::StridedMatrix, flags)
    values = as_values(x)
    n_genes, n_cells = size(values)
    across_genes, across_cells = strides(values)
    matrix = CMatrix(sizeof(CMatrix), DENSE, n_cells, n_genes, pointer(values), C_NULL, C_NULL,
                     type_code(eltype(values)), 0, 0, 0, across_cells, across_genes, flags, C_NULL, C_NULL)
    return matrix, values
end

# Transposed and wrapped matrices are written out.
c_matrix(x::AbstractMatrix, flags) = c_matrix(issparse(x) ? sparse(x) : Matrix(x), flags)

function check_names(names, n, what, x)
    names isa AbstractVector || refuse(what, " must be a vector of texts, got ", typeof(names))
    length(names) == n && return c_texts(names, what)
    turned = what == "genes" && length(names) == size(x, 2)
    hint = turned ? "; cells must be the columns, so give permutedims(x)" : ""
    refuse("there are ", length(names), ' ', what, ", but x has ", n, what == "genes" ? " rows" : " columns", hint)
end

function Data(x::AbstractMatrix, genes; cells = nothing, copy::Bool = false)
    gene_names = check_names(genes, size(x, 1), "genes", x)
    cell_names = cells === nothing ? String[] : check_names(cells, size(x, 2), "cells", x)
    matrix, roots = c_matrix(x, copy ? UInt64(0) : BORROW)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve roots begin
        if cells === nothing
            check(ccall(sym(:scprior_data_new), Int32, (Ref{CMatrix}, Ptr{Ptr{UInt8}}, Ptr{Cvoid}, Ref{Ptr{Cvoid}}), matrix,
                        gene_names, C_NULL, out))
        else
            check(ccall(sym(:scprior_data_new), Int32, (Ref{CMatrix}, Ptr{Ptr{UInt8}}, Ptr{Ptr{UInt8}}, Ref{Ptr{Cvoid}}),
                        matrix, gene_names, cell_names, out))
        end
    end
    return Data(out[], copy ? nothing : roots)
end

"Calls body with Data of the matrix that live during the call."
function with_data(body, x::AbstractMatrix, genes; options...)
    data = Data(x, genes; options...)
    try
        return body(data)
    finally
        close(data)
    end
end

"""
    open_data(path; loader = nothing, settings...)

Opens a file of raw counts, such as an .h5ad file. `settings` are those of the loader, as in `layer = "counts"`; `loader`
its name, otherwise the one that recognises the file.
"""
function open_data(path::AbstractString; loader = nothing, settings...)
    name = loader === nothing ? nothing : c_text(loader, "loader")
    given = settings_of(settings)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve name check(ccall(sym(:scprior_data_open), Int32,
                                  (Cstring, Ptr{UInt8}, Ptr{Ptr{UInt8}}, Int64, Ref{Ptr{Cvoid}}), c_text(path, "path"),
                                  pointer_or_null(name), given, length(given), out))
    return Data(out[], nothing)
end

"The numbers of genes and cells."
function Base.size(data::Data)
    n_cells, n_genes = Ref{Int64}(0), Ref{Int64}(0)
    GC.@preserve data check(ccall(sym(:scprior_data_size), Int32, (Ptr{Cvoid}, Ref{Int64}, Ref{Int64}), pointer_of(data),
                                  n_cells, n_genes))
    return (Int(n_genes[]), Int(n_cells[]))
end
Base.size(data::Data, dimension::Integer) = size(data)[dimension]

function Base.show(io::IO, data::Data)
    isopen(data) || return print(io, "ScPrior.Data (closed)")
    n_genes, n_cells = size(data)
    print(io, "ScPrior.Data: ", n_genes, " genes × ", n_cells, " cells")
end
