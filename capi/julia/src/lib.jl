# SPDX-License-Identifier: Apache-2.0
# The library: found and opened at the first call.

const LIBRARY_NAME = Sys.isapple() ? "libscprior.1.dylib" : "libscprior.so.1"
const C_MAJOR = 1

mutable struct Library
    handle::Ptr{Cvoid}
    path::String
    symbols::Dict{Symbol,Ptr{Cvoid}}
end

const library = Library(C_NULL, "", Dict{Symbol,Ptr{Cvoid}}())
const library_lock = ReentrantLock()

function forget_library()
    library.handle, library.path = C_NULL, ""
    empty!(library.symbols)
end

"The path in LocalPreferences.toml, table [ScPrior], key `library` (Julia 1.6 and newer); nothing if there is none."
function preferred_library()
    isdefined(Base, :get_preferences) || return nothing
    return get(Base.get_preferences(Base.PkgId(ScPrior).uuid), "library", nothing)
end

"Where an installed scprior, or a build of this checkout, has the library as seen from this package."
function nearby_libraries()
    package = dirname(@__DIR__)
    prefix = normpath(package, "..", "..", "..") # PREFIX/share/scprior/julia
    checkout = normpath(package, "..", "..")     # capi/julia
    folders = [joinpath(prefix, "lib"), joinpath(prefix, "lib", Sys.MACHINE), joinpath(prefix, "lib64"),
               joinpath(prefix, "lib", string(Sys.ARCH, "-linux-gnu")), joinpath(checkout, "build", "release", "lib")]
    return filter(isfile, joinpath.(folders, LIBRARY_NAME))
end

function chosen_library()
    for (path, source) in ((get(ENV, "SCPRIOR_LIBRARY", ""), "the environment variable SCPRIOR_LIBRARY"),
                           (preferred_library(), "the preference `library` of ScPrior"))
        (path === nothing || isempty(path)) && continue
        isdir(path) && (path = joinpath(path, LIBRARY_NAME))
        isfile(path) || throw(ScPriorError(6, "$path: there is no such file; it is named by $source"))
        return path
    end
    nearby = nearby_libraries()
    return isempty(nearby) ? LIBRARY_NAME : first(nearby)
end

"The address of a symbol that comes before those of a library that is opened without RTLD_DEEPBIND."
global_symbol(name) = ccall(:dlsym, Ptr{Cvoid}, (Ptr{Cvoid}, Cstring), C_NULL, name) # C_NULL: RTLD_DEFAULT of Linux

"""
How the library is opened. RTLD_LOCAL: the linear algebra that LibTorch brings does not replace Julia's own. RTLD_DEEPBIND:
nor is LibTorch given another BLAS that lies in the global scope, as RCall brings one, and with it other digits than the
program's. Not where a libunwind lies there (Debian's Julia): exceptions would be thrown by that unwinder and resumed by
the compiler's, which ends the process.
"""
function open_flags()
    flags = Libdl.RTLD_NOW | Libdl.RTLD_LOCAL
    Sys.islinux() || return flags
    unwinder = Libdl.dlsym(Libdl.dlopen("libgcc_s.so.1"), :_Unwind_RaiseException)
    global_symbol("_Unwind_RaiseException") == unwinder && return flags | Libdl.RTLD_DEEPBIND
    if global_symbol("sgemm_") != C_NULL
        @warn "A BLAS that was loaded before, by RCall for instance, takes the place of LibTorch's own in this process: results " *
              "may differ from the program's in their last digits. Calling ScPrior.build_info() before it is loaded avoids that."
    end
    return flags
end

function open_library()
    library.handle == C_NULL || return library.handle
    lock(library_lock) do
        library.handle == C_NULL || return
        path, flags = chosen_library(), open_flags()
        handle = try
            Libdl.dlopen(path, flags)
        catch e
            hint = occursin("GLIBCXX", text_of(e)) ?
                   "This Julia brings a C++ library that is too old for it: start Julia with the system's, as in " *
                   "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libstdc++.so.6" :
                   "Build or install scprior, and set ENV[\"SCPRIOR_LIBRARY\"] to the path of its $LIBRARY_NAME"
            throw(ScPriorError(6, "the library of scprior cannot be opened: $(text_of(e)). $hint"))
        end
        version = ccall(Libdl.dlsym(handle, :scprior_c_version), UInt32, ())
        if version >> 16 != C_MAJOR
            throw(ScPriorError(6, "$path speaks version $(version >> 16).$(version & 0xffff) of scprior's C interface; " *
                                  "this package needs version $C_MAJOR"))
        end
        library.path = path
        library.handle = handle
        listen_to_messages(handle)
    end
    return library.handle
end

"The address of a function of the library."
function sym(name::Symbol)::Ptr{Cvoid}
    open_library()
    found = get(library.symbols, name, C_NULL)
    found == C_NULL || return found
    return lock(() -> library.symbols[name] = Libdl.dlsym(library.handle, name), library_lock)
end

"Throws what the last call on this thread said, unless its status is 0."
function check(status::Int32)
    pass_on_messages()
    status == 0 && return nothing
    throw(ScPriorError(status, last_error()))
end

last_error() = unsafe_string(ccall(sym(:scprior_last_error), Cstring, ()))

# Messages are collected during a call and handed to Julia's logging after it: logging may switch tasks, which a callback
# should not. Those below a warning are notes, of which only a run is told.
const messages = Tuple{Int32,String}[]
const messages_lock = Threads.SpinLock()
const hears_notes = Ref(false)
hear_notes(wanted::Bool) = (hears_notes[] = wanted; nothing)
is_note(message) = message[1] < 2

function keep_message(level, text)
    lock(messages_lock)
    push!(messages, (level, text))
    unlock(messages_lock)
    return nothing
end

function message_callback(::Ptr{Cvoid}, level::Int32, utf8::Cstring)::Cvoid
    try
        level < 2 && !hears_notes[] || keep_message(level, unsafe_string(utf8))
    catch
    end
    return nothing
end

function listen_to_messages(handle)
    set_log = Libdl.dlsym(handle, :scprior_set_log)
    callback = @cfunction(message_callback, Cvoid, (Ptr{Cvoid}, Int32, Cstring))
    ccall(set_log, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Int32), callback, C_NULL, 1)
    atexit(() -> ccall(set_log, Int32, (Ptr{Cvoid}, Ptr{Cvoid}, Int32), C_NULL, C_NULL, 2))
    return nothing
end

function take_messages(wanted)
    lock(messages_lock)
    taken = filter(wanted, messages)
    filter!(message -> !wanted(message), messages)
    unlock(messages_lock)
    return taken
end

function print_notes()
    for (level, text) in take_messages(is_note)
        println(stderr, text)
    end
    return nothing
end

function pass_on_messages()
    isempty(messages) && return nothing
    print_notes()
    for (level, text) in take_messages(message -> true)
        if level >= 3
            @error text _group = :scprior _module = ScPrior _file = nothing _line = nothing
        else
            @warn text _group = :scprior _module = ScPrior _file = nothing _line = nothing
        end
    end
    return nothing
end

"""
    ScPrior.set_threads(n)

Number of threads of all later computations; 0 = as many as the process may use. It changes no result.
"""
set_threads(n::Integer) = check(ccall(sym(:scprior_set_threads), Int32, (Int64,), n))

"""
    ScPrior.load_plugin(path)

Loads a plugin file. Installed plugins and those of SCPRIOR_PLUGIN_PATH are loaded by themselves.
"""
load_plugin(path::AbstractString) = check(ccall(sym(:scprior_load_plugin), Int32, (Cstring,), path))
