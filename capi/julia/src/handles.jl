# SPDX-License-Identifier: Apache-2.0

"What the library keeps for us. Freed when Julia no longer uses it, or at once by close()."
abstract type Handle end

"The pointer for a call; keep the object alive with GC.@preserve. Refused after close()."
function pointer_of(object::Handle)
    object.pointer == C_NULL && refuse("the ", kind_of(object), " was closed before this call")
    return object.pointer
end

function free(object::Handle)
    pointer, object.pointer = object.pointer, C_NULL
    if pointer != C_NULL && library.handle != C_NULL
        ccall(free_function(object), Cvoid, (Ptr{Cvoid},), pointer)
    end
    return nothing
end

Base.close(object::Handle) = free(object)
Base.isopen(object::Handle) = object.pointer != C_NULL
Base.deepcopy_internal(object::Handle, ::IdDict) = refuse("a ", kind_of(object), " cannot be copied")
