# SPDX-License-Identifier: Apache-2.0
# Finds and opens libscprior, at the first use.

# What the package remembers: callback_error, the last failure of a user's function.
the <- new.env(parent = emptyenv())

library_name <- function() if (Sys.info()[["sysname"]] == "Darwin") "libscprior.1.dylib" else "libscprior.so.1"

#' The folder that pkg-config knows, or nothing.
#' @noRd
pkg_config_library <- function() {
  program <- Sys.which("pkg-config")
  if (program == "") return(NULL)
  folder <- suppressWarnings(system2(program, c("--variable=libdir", "scprior"), stdout = TRUE, stderr = FALSE))
  folder <- folder[nzchar(folder)]
  if (length(folder) == 1) file.path(folder, library_name())
}

#' Where the library may be. What the user named is the only candidate then.
#' @noRd
library_candidates <- function() {
  for (named in list(getOption("scprior.library"), Sys.getenv("SCPRIOR_LIBRARY"))) {
    if (is.null(named) || !nzchar(named)) next
    named <- path.expand(named)
    return(if (dir.exists(named)) file.path(named, library_name()) else named)
  }
  c(pkg_config_library(), library_name())
}

#' Opens the library; a text that tells what failed, or NULL.
#' @noRd
try_library <- function() {
  if (.Call(glue_is_open)) return(NULL)
  reasons <- character()
  for (path in library_candidates()) {
    reason <- .Call(glue_open, path)
    if (is.null(reason)) {
      .Call(glue_collect_messages)
      return(NULL)
    }
    reasons <- c(reasons, paste0("  ", if (startsWith(reason, path)) "" else paste0(path, ": "), reason))
  }
  paste(reasons, collapse = "\n")
}

open_library <- function() {
  reasons <- try_library()
  if (is.null(reasons)) return(invisible(NULL))
  throw("plugin", paste0(
    "scprior's library cannot be opened:\n", reasons, "\n",
    "It belongs to scprior itself, not to the R package: build and install scprior, then say where the library is, with\n",
    "  options(scprior.library = \"/folder/of/", library_name(), "\")   in R, or\n",
    "  SCPRIOR_LIBRARY=/folder/of/", library_name(), "   in the environment.\n",
    "Otherwise it is looked for with pkg-config and on the path of the loader (ldconfig, LD_LIBRARY_PATH)."
  ))
}

scprior_available <- function() is.null(try_library())

scprior_info <- function() {
  open_library()
  jsonlite::fromJSON(.Call(glue_build_info))
}

scprior_threads <- function(n = 0) {
  .Call(glue_set_threads, whole_number(n, "n", 0))
  invisible(NULL)
}

.onLoad <- function(libname, pkgname) {
  # Priors written in R outlive R's memory in the library: it is told when R ends.
  reg.finalizer(the, function(unused) .Call(glue_end, NULL), onexit = TRUE)
}
