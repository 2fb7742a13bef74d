# SPDX-License-Identifier: Apache-2.0
# session.R PAGE DATA FOLDER: the R session of a page, as a user types it into a console in FOLDER, beside the file DATA. What
# it prints is what the page shows after "#>", but for the numbers.
arguments <- normalizePath(commandArgs(trailingOnly = TRUE), mustWork = FALSE)
page <- readLines(arguments[1], encoding = "UTF-8")
dir.create(arguments[3], showWarnings = FALSE, recursive = TRUE)
setwd(arguments[3])
file.copy(arguments[2], ".", overwrite = TRUE)
options(width = 100)

fences <- grep("^```", page)
begin <- fences[which(page[fences] == "```r")[1]]
block <- page[(begin + 1):(fences[fences > begin][1] - 1)]
stopifnot(length(block) > 10)

#' Words in place of numbers, single blanks, no empty lines.
plain <- function(lines) {
  lines <- trimws(gsub("[[:space:]]+", " ", gsub("-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?", "#", lines)))
  lines[nzchar(lines)]
}

is_output <- startsWith(block, "#>")
code <- parse(text = ifelse(is_output, "", block), keep.source = TRUE)
ends <- vapply(attr(code, "srcref"), function(place) place[3], 1L)
wrong <- 0
for (i in seq_along(code)) {
  cat("> ")
  cat(as.character(attr(code, "srcref")[[i]]), sep = "\n")
  said <- capture.output({
    result <- withVisible(eval(code[[i]], globalenv()))
    if (result$visible) (if (isS4(result$value)) methods::show else print)(result$value)
  })
  cat(said, sep = "\n")
  until <- if (i < length(code)) ends[i + 1] else length(block)
  shown <- block[(ends[i]:until)[is_output[ends[i]:until]]]
  if (identical(plain(sub("^#>", "", shown)), plain(said))) next
  wrong <- wrong + 1
  cat("The page shows instead:", shown, sep = "\n")
}
if (wrong > 0) stop(wrong, " results are not as the page shows them")
