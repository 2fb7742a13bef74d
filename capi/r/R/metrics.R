# SPDX-License-Identifier: Apache-2.0

scprior_metrics <- function(fit, newdata, metrics = NULL, label = NULL, batch = NULL, test_cells = FALSE, assay = NULL, ...) {
  pointer <- model_pointer(fit)
  if (!is.null(metrics) && !is.character(metrics)) refuse("metrics must be names of metrics, see scprior_components(\"metric\")")
  test_cells <- flag(test_cells, "test_cells")
  data <- as_data(newdata, loader = loader_only(list(...)), assay = assay)
  on.exit(.Call(glue_data_free, data$pointer))
  label <- add_column(data, if (is.null(label)) remembered(fit$label, data) else label, "label")
  batch <- add_column(data, if (is.null(batch)) remembered(fit$batch, data) else batch, "batch")
  values <- .Call(glue_evaluate, pointer, data$pointer, metrics, label, batch, test_cells)
  pass_on_messages()
  names(values) <- c("metric", "name", "value", "better", "note")
  values$better <- c("lower", "", "higher")[values$better + 2L]
  structure(as.data.frame(values, stringsAsFactors = FALSE), class = c("scprior_metrics", "data.frame"))
}

print.scprior_metrics <- function(x, digits = 4, ...) {
  table <- as.data.frame(unclass(x), stringsAsFactors = FALSE)
  table$value <- formatC(x$value, digits = digits, format = "g", flag = "#", mode = "double")
  print(table[names(table) != "note"], row.names = FALSE, right = FALSE)
  for (i in which(is.nan(x$value) & nzchar(x$note))) cat(x$metric[i], " ", x$name[i], ": ", x$note[i], "\n", sep = "")
  invisible(x)
}

#' The column of the fit, if these cells have it.
#' @noRd
remembered <- function(column, data) {
  if (is.null(column) || is.null(data$table)) return(NULL)
  known <- if (identical(data$table, "file")) {
    jsonlite::fromJSON(.Call(glue_data_names, data$pointer, "columns"))
  } else {
    data$table$names
  }
  if (column %in% known) column
}
