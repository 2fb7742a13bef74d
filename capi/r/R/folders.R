# SPDX-License-Identifier: Apache-2.0
# Model folders, shared with the program `scprior`.

write_scprior <- function(fit, folder) {
  .Call(glue_model_save, model_pointer(fit), enc2utf8(path.expand(one_text(folder, "folder"))))
  invisible(folder)
}

read_scprior <- function(folder) {
  pointer <- .Call(glue_model_open, enc2utf8(path.expand(one_text(folder, "folder"))))
  pass_on_messages()
  new_model(pointer, folder = folder, label = text_or_nothing(pointer, "label"), batch = text_or_nothing(pointer, "batch"))
}

text_or_nothing <- function(pointer, what) {
  text <- .Call(glue_model_text, pointer, what)
  if (nzchar(text)) text
}

model_pointer <- function(fit) {
  if (!inherits(fit, "scprior_model")) refuse("a model of scprior() or read_scprior() is wanted; got ", brief(fit))
  fit$pointer
}
