# SPDX-License-Identifier: Apache-2.0
# Arguments of Julia as the program's settings: `"prior.components" => 100` is `--set prior.components=100`, and so is
# `prior = (type = "vamp", components = 100)`.

const Table = Union{NamedTuple,AbstractDict}

function quote_toml(text)
    escaped = replace(replace(text, "\\" => "\\\\"), "\"" => "\\\"")
    return string('"', replace(replace(escaped, "\n" => "\\n"), "\t" => "\\t"), '"')
end

toml_value(x::Bool, name) = x ? "true" : "false"
toml_value(x::Integer, name) = string(x)
toml_value(x::Union{AbstractString,Symbol}, name) = quote_toml(c_text(x, name))
toml_value(x::Union{AbstractVector,Tuple}, name) = string('[', join((toml_value(v, name) for v in x), ", "), ']')
toml_value(x, name) = refuse(name, " must be a number, a text, true, false or a list of one of these, got ", repr(x))
function toml_value(x::Real, name)
    number = x isa AbstractFloat ? x : Float64(x)
    return isfinite(number) ? string(number) : isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"
end

function add_setting!(settings, name, value)
    if value isa Table
        for (key, inner) in pairs(value)
            add_setting!(settings, string(name, '.', key), inner)
        end
    elseif value !== nothing
        push!(settings, string(c_text(name, "the name of a setting"), '=', toml_value(value, name)))
    end
    return settings
end

"Texts KEY=VALUE of pairs and keyword arguments; `nothing` is left out."
function settings_of(given...)
    settings = String[]
    for part in given, (name, value) in (part isa Pair ? (part,) : pairs(part))
        add_setting!(settings, name, value)
    end
    return settings
end
