# SPDX-License-Identifier: Apache-2.0
# Cell types and batches: a column's name, or one value per cell.

#' Makes the data know the column; its name, or NULL. role: "label", "batch" or "group".
#' @noRd
add_column <- function(data, values, role) {
  if (is.null(values)) return(NULL)
  n <- length(data$cells)
  if (is.character(values) && length(values) == 1 && n != 1) return(named_column(data, values, role))
  if (length(values) != n || !is.null(dim(values))) {
    refuse(role, " must be the name of a column, or a vector with one value for each of the ", n, " cells; got ",
           if (length(values) > 1) paste("a vector of", length(values)) else brief(values))
  }
  set_column(data, role, values)
}

named_column <- function(data, name, role) {
  if (identical(data$table, "file")) return(name) # the library knows the columns of its files
  if (is.null(data$table)) {
    refuse(role, " = \"", name, "\": a matrix has no table of cells; give a vector with one value per cell instead")
  }
  if (!name %in% data$table$names) {
    refuse("there is no column \"", name, "\" for ", role, "; the columns of the cells are ", some_of(data$table$names))
  }
  set_column(data, name, data$table$get(name))
}

set_column <- function(data, name, values) {
  codes <- if (is.factor(values)) droplevels(values) else factor(values)
  .Call(glue_data_set_labels, data$pointer, name, as.integer(codes), levels(codes))
  name
}

scprior_labels <- function(x, column, ...) {
  if (!is.character(x)) refuse("x must be the path of a file; the columns of objects in R are read with R's own functions")
  column <- one_text(column, "column")
  data <- as_data(x, loader = loader_only(list(...)))
  on.exit(.Call(glue_data_free, data$pointer))
  labels <- .Call(glue_data_labels, data$pointer, column)
  names <- jsonlite::fromJSON(labels[[2]])
  stats::setNames(factor(labels[[1]], seq_along(names), names), data$cells)
}
