# SPDX-License-Identifier: Apache-2.0
# session.jl PAGE FOLDER: the Julia session of a page, as a user types it into the REPL in FOLDER. What it prints is what the
# page shows, but for the numbers. In FOLDER are the files of the page's R session; without them (no R) it is not run.
const page, folder = abspath(ARGS[1]), abspath(ARGS[2])
if !isfile(joinpath(folder, "counts.mtx"))
    println(stderr, "NOT RUN: the R session did not leave counts.mtx in ", folder, ": SKIPPED.")
    exit(77)
end
cd(folder)

"Words in place of numbers, single blanks, no empty lines."
function plain(text)
    lines = strip.(replace.(split(text, '\n'), r"-?[0-9]+(\.[0-9]+)?([ef][-+]?[0-9]+)?" => "#"))
    return filter(!isempty, replace.(lines, r"\s+" => " "))
end

"(what is typed, what is shown) of the lines of a session."
function steps(lines)
    out = Tuple{String,String}[]
    for line in lines
        if startswith(line, "julia> ")
            push!(out, (line[8:end], ""))
        else
            typed, shown = pop!(out)
            goes_on = startswith(line, "       ") && isempty(shown)
            push!(out, goes_on ? (typed * "\n" * line[8:end], shown) : (typed, shown * line * "\n"))
        end
    end
    return out
end

const block = match(r"^```julia\n(julia> .*?)^```"ms, read(page, String))[1]
const session = steps(split(chomp(block), '\n'))
length(session) > 5 || error("the session of $page has become short")

function answer(typed)
    value = Base.include_string(Main, typed)
    (endswith(typed, ';') || value === nothing) && return ""
    return sprint(show, MIME("text/plain"), value; context = :limit => true)
end

wrong = 0
for (typed, shown) in session
    said = answer(typed)
    println("julia> ", typed, '\n', said, '\n')
    plain(said) == plain(shown) && continue
    global wrong += 1
    println("The page shows instead:\n", shown)
end
wrong == 0 || error("$wrong results are not as the page shows them")
