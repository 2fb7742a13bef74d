# SPDX-License-Identifier: Apache-2.0
# What a model tells of cells, and cells it makes up.

predict.scprior_model <- function(object, newdata, type = c("latent", "variance", "sample", "expression", "counts"), ...,
                                  genes = NULL, cells = NULL, library = 0, seed = 0, assay = NULL) {
  type <- match.arg(type)
  if (missing(newdata)) refuse("newdata is missing: a model keeps no cells. Give those of the fit, or others")
  pointer <- model_pointer(object)
  seed <- whole_number(seed, "seed")
  data <- as_data(newdata, loader = loader_only(list(...)), assay = assay)
  on.exit(.Call(glue_data_free, data$pointer))
  if (type %in% c("latent", "variance", "sample")) {
    if (!is.null(genes) || !is.null(cells)) refuse("genes and cells are for type = \"expression\" and \"counts\"")
    return(name_latent(.Call(glue_embed, pointer, data$pointer, type, seed), data$cells))
  }
  cells <- cell_places(cells, data$cells)
  known <- model_genes(pointer)
  if (type == "expression") {
    size <- check_size(library, 1, zero = TRUE)
    genes <- gene_places(genes, known)
    part <- function(first, n) .Call(glue_expected_counts, pointer, data$pointer, first, n, size, genes$places)
    result <- bind_blocks(cells, length(genes$names), part, identity, cbind)
    dimnames(result) <- list(genes$names, data$cells[cells])
  } else {
    if (!is.null(genes)) refuse("genes is for type = \"expression\"; take rows of the counts instead")
    part <- function(first, n) .Call(glue_posterior_counts, pointer, data$pointer, first, n, seed)
    result <- bind_blocks(cells, length(known), part, sparse_counts, cbind)
    dimnames(result) <- list(known, data$cells[cells])
  }
  result
}

simulate.scprior_model <- function(object, nsim = 1, seed = 0, type = c("counts", "latent"), library = 1e4, ...) {
  type <- match.arg(type)
  pointer <- model_pointer(object)
  n <- whole_number(nsim, "nsim", 0)
  seed <- whole_number(if (is.null(seed)) 0 else seed, "seed")
  if (length(list(...)) > 0) refuse("unknown argument ", brief(names(list(...))))
  if (type == "latent") return(name_latent(.Call(glue_prior_sample, pointer, n, seed), NULL))
  sizes <- rep_len(check_size(library, n), n)
  result <- sparse_counts(.Call(glue_prior_counts, pointer, sizes, seed))
  dimnames(result) <- list(model_genes(pointer), paste0("sim_", seq_len(n), recycle0 = TRUE))
  result
}

scprior_log_likelihood <- function(fit, newdata, samples = 1, seed = 0, assay = NULL, ...) {
  pointer <- model_pointer(fit)
  samples <- whole_number(samples, "samples", 1)
  seed <- whole_number(seed, "seed")
  data <- as_data(newdata, loader = loader_only(list(...)), assay = assay)
  on.exit(.Call(glue_data_free, data$pointer))
  stats::setNames(.Call(glue_log_likelihood_bound, pointer, data$pointer, samples, seed), data$cells)
}

loader_only <- function(arguments) {
  given <- split_settings(arguments)
  if (length(given$model) > 0) {
    refuse("unknown argument ", brief(names(given$model)), "; settings of the model are given to scprior(), here only loader.*")
  }
  given$loader
}

name_latent <- function(z, cells) {
  dimnames(z) <- list(cells, paste0("scprior_", seq_len(ncol(z))))
  z
}

#' Names of the model's genes: symbols, or what the data called them.
#' @noRd
model_genes <- function(pointer) {
  ids <- jsonlite::fromJSON(.Call(glue_model_text, pointer, "genes"))
  symbols <- jsonlite::fromJSON(.Call(glue_model_text, pointer, "symbols"))
  if (length(symbols) == length(ids)) ifelse(nzchar(symbols), symbols, ids) else ids
}

gene_places <- function(genes, known) {
  if (is.null(genes)) return(list(places = NULL, names = known))
  places <- if (is.character(genes)) match(genes, known) else match(genes, seq_along(known))
  if (anyNA(places)) {
    refuse("not among the ", length(known), " genes of the model: ", some_of(as.character(genes[is.na(places)]), 5))
  }
  list(places = as.double(places - 1), names = known[places])
}

cell_places <- function(cells, known) {
  if (is.null(cells)) return(seq_along(known))
  if (is.logical(cells) && length(cells) == length(known)) cells <- which(cells)
  places <- if (is.character(cells)) match(cells, known) else match(cells, seq_along(known))
  if (anyNA(places)) refuse("not among the ", length(known), " cells: ", some_of(as.character(cells[is.na(places)]), 5))
  places
}

check_size <- function(library, n, zero = FALSE) {
  fine <- is.numeric(library) && length(library) %in% c(1, n) && all(is.finite(library)) &&
    all(library > 0 | (zero & library == 0))
  if (!fine) {
    refuse("library must be ", if (n == 1) "one number" else paste("one number, or one for each of the", n, "cells"),
           if (zero) " of at least 0 (0 = the cell's own counts)" else " above 0", ", got ", brief(library))
  }
  as.double(library)
}

#' Runs part(first, n) over runs of neighbouring cells, at most 64 MB each, and binds what `shape` makes of them.
#' @noRd
bind_blocks <- function(cells, n_rows, part, shape, bind) {
  at_once <- max(1, floor(8e6 / max(1, n_rows)))
  run <- cumsum(c(TRUE, diff(cells) != 1))
  blocks <- lapply(split(cells, run), function(all) split(all, (seq_along(all) - 1) %/% at_once))
  parts <- lapply(unlist(blocks, recursive = FALSE, use.names = FALSE), function(block) {
    shape(part(block[1] - 1, as.double(length(block))))
  })
  if (length(parts) == 0) return(shape(matrix(0, n_rows, 0)))
  if (length(parts) == 1) parts[[1]] else do.call(bind, parts)
}

sparse_counts <- function(x) methods::as(methods::as(x, "CsparseMatrix"), "generalMatrix")
