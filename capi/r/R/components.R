# SPDX-License-Identifier: Apache-2.0
# What models are made of.

scprior_components <- function(kind = NULL) {
  open_library()
  if (!is.null(kind)) kind <- one_text(kind, "kind")
  jsonlite::fromJSON(.Call(glue_list, kind))
}

scprior_describe <- function(kind, name = NULL, format = c("text", "toml", "markdown", "json")) {
  open_library()
  format <- match.arg(format)
  kind <- one_text(kind, "kind")
  if (is.null(name)) {
    name <- kind
    kind <- "section"
  }
  text <- .Call(glue_describe, kind, one_text(name, "name"), format)
  if (format == "json") return(jsonlite::fromJSON(text, simplifyVector = FALSE))
  structure(text, class = "scprior_text")
}

print.scprior_text <- function(x, ...) {
  cat(sub("\n*$", "\n", unclass(x)), sep = "")
  invisible(x)
}

scprior_plugins <- function() {
  open_library()
  jsonlite::fromJSON(.Call(glue_plugins))
}

scprior_load_plugin <- function(path) {
  open_library()
  .Call(glue_load_plugin, enc2utf8(path.expand(one_text(path, "path"))))
  invisible(NULL)
}
