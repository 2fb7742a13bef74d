# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh --tests: R with what the tests of capi/r need. Without it they are skipped, so nothing stops here.

# Only SeuratObject of Seurat: the class, without the packages for plots. Together 120 packages, 30 MB to load, 420 MB.
r_packages=(r-base-core r-cran-matrix r-cran-jsonlite r-cran-testthat r-cran-knitr r-cran-rmarkdown r-cran-seuratobject
            r-bioc-singlecellexperiment pandoc)

have_r() {
  local version
  version=$(first_version R --version)
  [ -n "$version" ] && at_least "$version" 4.0 &&
    Rscript --vanilla -e 'invisible(find.package(commandArgs(TRUE)))' \
      Matrix jsonlite testthat knitr rmarkdown SeuratObject SingleCellExperiment >/dev/null 2>&1 &&
    found+=("R $version")
}

install_r() {
  update_lists_once
  say "Installing with apt: ${r_packages[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 \
    "${r_packages[@]}" </dev/null >build/setup-r.log 2>&1
}

set_up_r() {
  have_r && return
  if [ $check = no ] && may_install && install_r && have_r; then return; fi
  say "R 4 with Matrix, jsonlite, testthat, knitr, rmarkdown, SeuratObject and SingleCellExperiment is missing: the tests of"
  say "capi/r will be SKIPPED. On Debian: apt-get install --no-install-recommends ${r_packages[*]}"
  [ ! -s build/setup-r.log ] || tail -n 5 build/setup-r.log >&2
}
