# SPDX-License-Identifier: Apache-2.0
# Values and derivatives of a prior written in Julia.

"A copy, which the user's function may keep or change."
function read_reals(from::Ptr{Float64}, dims)
    values = Array{Float64}(undef, dims)
    unsafe_copyto!(pointer(values), from, length(values))
    return values
end

function write_reals(to::Ptr{Float64}, values, dims, what)
    values isa AbstractArray{<:Real} && size(values) == dims ||
        refuse(what, " must be ", length(dims) == 1 ? "a vector of " : "a matrix of ", join(dims, " × "), " numbers, got ",
               values isa AbstractArray ? string(join(size(values), " × "), " of ", eltype(values)) : repr(values))
    given = convert(Array{Float64}, values)
    GC.@preserve given unsafe_copyto!(to, pointer(given), length(given))
    return nothing
end

log_prob_at(prior, z, theta) = theta === nothing ? prior.log_prob(z) : prior.log_prob(z, theta)

"Derivatives by z and by the parameters."
function gradient_at(prior, z, theta, wants_z, wants_p)
    if prior.gradient !== nothing
        theta === nothing && return (prior.gradient(z), nothing)
        given = prior.gradient(z, theta)
        given isa Tuple && length(given) == 2 || refuse("gradient(z, p) must give two matrices, by z and by p, got ",
                                                        typeof(given))
        return given
    end
    if !prior.warned
        prior.warned = true
        keep_message(Int32(2), string("the Julia prior \"", prior.name, "\" has no gradient: it is found by finite " *
                                      "differences, at the cost of ", 2 * size(z, 1), " calls of log_prob in each step"))
    end
    by_z = wants_z ? by_differences(moved -> log_prob_at(prior, moved, theta), z) : nothing
    by_p = wants_p && theta !== nothing ? by_parameter_differences(prior, z, theta) : nothing
    return by_z, by_p
end

"Width of a central difference at x: its errors of rounding and of truncation are about equal."
width(x) = cbrt(eps()) * max(1.0, abs(x))

function by_differences(f, z)
    gradient = similar(z)
    for j in axes(z, 1)
        h = width.(z[j, :])
        above, below = copy(z), copy(z)
        above[j, :] .+= h
        below[j, :] .-= h
        gradient[j, :] = (f(above) .- f(below)) ./ (above[j, :] .- below[j, :])
    end
    return gradient
end

function by_parameter_differences(prior, z, theta)
    gradient = Matrix{Float64}(undef, length(theta), size(z, 2))
    for j in eachindex(theta)
        h = width(theta[j])
        above, below = copy(theta), copy(theta)
        above[j] += h
        below[j] -= h
        gradient[j, :] = (prior.log_prob(z, above) .- prior.log_prob(z, below)) ./ (above[j] - below[j])
    end
    return gradient
end
