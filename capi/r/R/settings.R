# SPDX-License-Identifier: Apache-2.0
# Arguments of R as the program's settings: prior.components = 100 is --set prior.components=100.

quote_toml <- function(x) {
  x <- gsub("\\", "\\\\", enc2utf8(x), fixed = TRUE)
  x <- gsub("\"", "\\\"", x, fixed = TRUE)
  x <- gsub("\n", "\\n", x, fixed = TRUE)
  x <- gsub("\t", "\\t", x, fixed = TRUE)
  paste0("\"", x, "\"")
}

toml_number <- function(x) {
  if (is.nan(x)) return("nan")
  if (is.infinite(x)) return(if (x > 0) "inf" else "-inf")
  if (x == round(x) && abs(x) < 2^53) return(sprintf("%.0f", x))
  # 17 digits bring back every double; fewer where they do, so that messages read as what was typed.
  for (digits in c(15, 17)) {
    text <- sprintf(paste0("%.", digits, "g"), x)
    if (as.double(text) == x) break
  }
  if (grepl("[.e]", text)) text else paste0(text, ".0")
}

toml_scalar <- function(x, name) {
  if (!(is.logical(x) || is.numeric(x) || is.character(x)) || length(x) != 1) {
    refuse(name, " must be a number, a text, TRUE, FALSE or a vector of one of these, got ", brief(x))
  }
  if (is.na(x) && !is.nan(x)) refuse(name, " is NA; leave the setting out to keep its default")
  if (is.logical(x)) return(if (x) "true" else "false")
  if (is.numeric(x)) toml_number(as.double(x)) else quote_toml(x)
}

#' One value is a scalar; several, none, I(value) and lists are TOML lists.
#' @noRd
toml_value <- function(x, name) {
  if (is.factor(x)) x <- as.character(x)
  is_list <- is.list(x) || inherits(x, "AsIs") || length(x) != 1
  if (!is.vector(unclass(x)) || is.function(x)) return(toml_scalar(x, name))
  parts <- vapply(unclass(x), toml_scalar, "", name = name, USE.NAMES = FALSE)
  if (is_list) paste0("[", paste(parts, collapse = ", "), "]") else parts
}

#' "key=value" of a named list; NULLs are left out. A prior written in R stands for its name.
#' @noRd
settings_of <- function(arguments) {
  if (length(arguments) == 0) return(character())
  keys <- names(arguments)
  if (is.null(keys) || any(keys == "")) {
    refuse("a setting has no name: write them as prior = \"vamp\", prior.components = 100, train.max_epochs = 50")
  }
  arguments <- arguments[!vapply(arguments, is.null, NA)]
  for (i in which(vapply(arguments, inherits, NA, "scprior_prior"))) {
    register_prior(arguments[[i]])
    arguments[[i]] <- arguments[[i]]$name
  }
  paste0(names(arguments), "=", unlist(Map(toml_value, arguments, names(arguments)), use.names = FALSE))
}

is_loader_setting <- function(names) grepl("^loader($|\\.)", names)

#' Splits the dots of a function: settings of the loader of files, and of the model.
#' @noRd
split_settings <- function(arguments) {
  names <- if (is.null(names(arguments))) rep("", length(arguments)) else names(arguments)
  loader <- is_loader_setting(names)
  list(loader = arguments[loader], model = arguments[!loader])
}
