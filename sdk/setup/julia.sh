# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh --tests: Julia, for the tests of capi/julia. Without it they are skipped, so nothing stops here.
#
# Debian 12 and 13 have no Julia. Debian 11 has 1.5.3, which runs on both with a dozen libraries of its time; the
# preferences keep apt from taking anything else from there.

julia_source=/etc/apt/sources.list.d/scprior-julia.sources julia_preferences=/etc/apt/preferences.d/scprior-julia

have_julia() {
  local version
  version=$(first_version julia --version)
  [ -n "$version" ] && at_least "$version" 1.5 && found+=("Julia $version")
}

julia_source() { # a source entry for Debian 11, from the mirror that this machine already uses
  local entry
  entry=$(backports_source "$(codename)") || return 1
  sed 's/^Suites: .*/Suites: bullseye/' <<<"$entry"
}

julia_preferences() {
  printf 'Package: *\nPin: release n=bullseye\nPin-Priority: -1\n\n'
  printf 'Package: julia julia-common libjulia1 libdsfmt-19937-1 libffi7 libgit2-1.1 libhttp-parser2.9 libllvm9 '
  printf 'libmbedcrypto3 libmbedtls12 libmbedx509-0 libopenlibm3 libpcre3 libutf8proc2\n'
  printf 'Pin: release n=bullseye\nPin-Priority: 100\n'
}

prepare_julia() {
  update_lists_once
  [ -z "$(candidate_of julia)" ] || return 0
  case $(codename) in bookworm | trixie) ;; *) return 1 ;; esac
  say "Julia is in Debian 11 only: adding $julia_source and $julia_preferences, which let apt take nothing else from there"
  julia_preferences >$julia_preferences
  julia_source >$julia_source && updated=no && update_lists_once && [ -n "$(candidate_of julia)" ] && return 0
  rm -f $julia_source $julia_preferences
  updated=no
  update_lists_once
  return 1
}

install_julia() {
  prepare_julia || return 1
  say "Installing with apt: julia"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 julia \
    </dev/null >build/setup-julia.log 2>&1
}

set_up_julia() {
  have_julia && return
  if [ $check = no ] && may_install && install_julia && have_julia; then return; fi
  say "Julia 1.5 or newer is missing: the tests of capi/julia will be SKIPPED. Any Julia in PATH will do."
  [ ! -s build/setup-julia.log ] || tail -n 5 build/setup-julia.log >&2
}
