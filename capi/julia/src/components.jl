# SPDX-License-Identifier: Apache-2.0

"A table of a JSON object with texts, as a named tuple."
tuple_of(table, keys) = NamedTuple{keys}(map(key -> get(table, string(key), nothing), keys))

"""
    components(kind = nothing)

The components there are, as a vector of (kind, name, summary, tier, plugin, version, file). `kind`: "prior", "flow",
"encoder", "decoder", "likelihood", "metric", "loader"; nothing = all.
"""
function components(kind = nothing)
    keys = (:kind, :name, :summary, :tier, :plugin, :version, :file)
    name = kind === nothing ? nothing : c_text(kind, "kind")
    text = GC.@preserve name read_text((buffer, capacity, needed) ->
        ccall(sym(:scprior_list), Int32, (Ptr{UInt8}, Ptr{UInt8}, Csize_t, Ref{Csize_t}), pointer_or_null(name), buffer,
              capacity, needed))
    return [tuple_of(table, keys) for table in parse_json(text)]
end

"""
    ScPrior.plugins()

The plugin files that were looked at, as a vector of (path, loaded, reason, id, version).
"""
function plugins()
    text = read_text((buffer, capacity, needed) ->
        ccall(sym(:scprior_plugins), Int32, (Ptr{UInt8}, Csize_t, Ref{Csize_t}), buffer, capacity, needed))
    return [tuple_of(table, (:path, :loaded, :reason, :id, :version)) for table in parse_json(text)]
end

"""
    describe(kind, name; format = "text")

Options, capabilities and citation of a component, as in `describe("prior", "vamp")`, or of a table of settings, as in
`describe("section", "train")`. `format`: "text", "toml" (ready to paste), "markdown", or "json" for a Dict.
"""
function describe(kind, name; format = "text")
    c_kind, c_name, c_format = c_text(kind, "kind"), c_text(name, "name"), c_text(format, "format")
    text = read_text((buffer, capacity, needed) ->
        ccall(sym(:scprior_describe), Int32, (Cstring, Cstring, Cstring, Ptr{UInt8}, Csize_t, Ref{Csize_t}), c_kind, c_name, c_format,
              buffer, capacity, needed))
    return c_format == "json" ? parse_json(text) : Text(text)
end

"""
    ScPrior.build_info()

Versions of scprior, LibTorch, the compiler and so on; and the path of the library.
"""
function build_info()
    info = parse_json(unsafe_string(ccall(sym(:scprior_build_info), Cstring, ())))
    info["library"] = library.path
    return info
end
