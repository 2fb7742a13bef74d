# SPDX-License-Identifier: Apache-2.0

"The text that a function (buffer, capacity, needed) -> status gives, in two calls."
function read_text(give)
    needed = Ref{Csize_t}(0)
    check(give(Ptr{UInt8}(C_NULL), Csize_t(0), needed))
    buffer = Vector{UInt8}(undef, needed[])
    GC.@preserve buffer check(give(pointer(buffer), Csize_t(length(buffer)), needed))
    return String(buffer[1:needed[] - 1])
end

"A text that C can read."
function c_text(text, what)
    given = string(text)
    '\0' in given && refuse(what, " contains a zero character: ", repr(given))
    return given
end

c_texts(texts, what) = String[c_text(text, what) for text in texts]

"A text or NULL as an argument of type Ptr{UInt8}; keep `text` alive with GC.@preserve."
pointer_or_null(::Nothing) = Ptr{UInt8}(C_NULL)
pointer_or_null(text::String) = pointer(text)
