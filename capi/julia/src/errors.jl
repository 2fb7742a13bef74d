# SPDX-License-Identifier: Apache-2.0

"Values of scprior_status."
const STATUS_NAMES = Dict{Int32,String}(1 => "argument", 2 => "configuration", 3 => "plugin", 4 => "data", 5 => "numeric",
                                        6 => "file", 7 => "cancelled", 8 => "unsupported", 99 => "internal")
const E_ARGUMENT, E_PLUGIN, E_NUMERIC, E_CANCELLED = Int32(1), Int32(3), Int32(5), Int32(7)

"""
    ScPriorError(status, message)

What every function throws. `status` is that of the C interface (1 argument, 2 configuration, 3 plugin, 4 data, 5 numeric,
6 file, 7 cancelled, 8 unsupported, 99 a defect of scprior); `message` tells what was wrong, where, and what to do.
"""
struct ScPriorError <: Exception
    status::Int32
    message::String
end

function Base.showerror(io::IO, e::ScPriorError)
    print(io, "ScPriorError (", get(STATUS_NAMES, e.status, string(e.status)), "): ", e.message)
end

refuse(parts...) = throw(ScPriorError(E_ARGUMENT, string(parts...)))

"What a message says of an exception: its own text, without its type where it is one of ours."
text_of(e::ScPriorError) = e.message
text_of(e::ErrorException) = e.msg
text_of(e) = sprint(showerror, e)
