# SPDX-License-Identifier: Apache-2.0
# A reader for the JSON that the library writes: lists of texts, tables of components.

mutable struct JsonReader
    text::String
    at::Int # index of a character
end

"The value that a JSON text stands for: Dict, Vector, String, Float64, Int, Bool or nothing."
function parse_json(text::AbstractString)
    reader = JsonReader(String(text), 1)
    value = read_value(reader)
    peek_char(reader) == '\0' || bad_json(reader)
    return value
end

bad_json(r::JsonReader) = throw(ScPriorError(99, "the library sent JSON that cannot be read, at byte $(r.at)"))

function peek_char(r::JsonReader)
    while r.at <= ncodeunits(r.text) && r.text[r.at] in (' ', '\n', '\t', '\r')
        r.at += 1
    end
    return r.at <= ncodeunits(r.text) ? r.text[r.at] : '\0'
end

function expect(r::JsonReader, c::Char)
    peek_char(r) == c || bad_json(r)
    r.at += 1
    return nothing
end

function read_value(r::JsonReader)
    c = peek_char(r)
    c == '{' && return read_object(r)
    c == '[' && return read_list(r)
    c == '"' && return read_text(r)
    for (word, value) in (("true", true), ("false", false), ("null", nothing))
        if startswith(SubString(r.text, r.at), word)
            r.at += length(word)
            return value
        end
    end
    return read_number(r)
end

function read_number(r::JsonReader)
    found = match(r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", SubString(r.text, r.at))
    found === nothing && bad_json(r)
    r.at += ncodeunits(found.match)
    whole = found[1] === nothing && found[2] === nothing ? tryparse(Int, found.match) : nothing
    return whole === nothing ? parse(Float64, found.match) : whole
end

"Calls body for each element up to the closing bracket."
function each_element(body, r::JsonReader, closing::Char)
    r.at += 1
    if peek_char(r) == closing
        r.at += 1
        return nothing
    end
    while true
        body()
        c = peek_char(r)
        r.at += 1
        c == closing && return nothing
        c == ',' || bad_json(r)
    end
end

function read_list(r::JsonReader)
    values = Any[]
    each_element(() -> push!(values, read_value(r)), r, ']')
    return values
end

function read_object(r::JsonReader)
    table = Dict{String,Any}()
    each_element(r, '}') do
        peek_char(r) == '"' || bad_json(r)
        key = read_text(r)
        expect(r, ':')
        table[key] = read_value(r)
    end
    return table
end

const ESCAPES = Dict('n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', '"' => '"', '\\' => '\\', '/' => '/')

function read_text(r::JsonReader)
    out = IOBuffer()
    r.at += 1
    while r.at <= ncodeunits(r.text)
        c = r.text[r.at]
        r.at = nextind(r.text, r.at)
        c == '"' && return String(take!(out))
        print(out, c == '\\' ? read_escape(r) : c)
    end
    bad_json(r)
end

function read_escape(r::JsonReader)
    r.at <= ncodeunits(r.text) || bad_json(r)
    c = r.text[r.at]
    r.at = nextind(r.text, r.at)
    c == 'u' || return get(() -> bad_json(r), ESCAPES, c)
    code = read_hex(r)
    if 0xd800 <= code < 0xdc00 && startswith(SubString(r.text, r.at), "\\u")
        r.at += 2
        code = 0x10000 + ((code - 0xd800) << 10) + (read_hex(r) - 0xdc00)
    end
    return Char(code)
end

function read_hex(r::JsonReader)
    r.at + 3 <= ncodeunits(r.text) || bad_json(r)
    code = tryparse(UInt32, SubString(r.text, r.at, r.at + 3); base = 16)
    code === nothing && bad_json(r)
    r.at += 4
    return code
end
