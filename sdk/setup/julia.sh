# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh --tests: Julia, for the tests of capi/julia. Without it they are skipped, so nothing stops here.
#
# Debian 12 and 13 have no Julia. Debian 11 has 1.5.3, which runs on both with a dozen libraries of its time; the
# preferences keep apt from taking anything else from there. It crashes in exceptions with a newer libunwind8, so it gets
# Debian 11's own in build/julia, where build/julia/bin/julia is the one to call.

julia_source=/etc/apt/sources.list.d/scprior-julia.sources julia_preferences=/etc/apt/preferences.d/scprior-julia
julia_home=build/julia

julia_works() { # PROGRAM: 1.5 or newer, and exceptions in compiled code do not crash it
  julia_version=$(first_version "$1" --version)
  [ -n "$julia_version" ] && at_least "$julia_version" 1.5 || return 1
  (ulimit -c 0; "$1" --startup-file=no -e 'f(i) = throw(i); for i in 1:3 try f(i) catch end end; exit(3)') >/dev/null ||
    [ $? = 3 ]
} 2>/dev/null

have_julia() {
  local candidate
  for candidate in $julia_home/bin/julia julia; do
    if command -v "$candidate" >/dev/null && julia_works "$candidate"; then found+=("Julia $julia_version"); return; fi
  done
  return 1
}

give_julia_its_libunwind() {
  local version folder
  version=$(apt-cache madison libunwind8 | awk '/ bullseye\// {print $3; exit}')
  [ -n "$version" ] || return 1
  mkdir -p $julia_home/bin
  (cd $julia_home && apt-get download -qq "libunwind8=$version" && dpkg-deb -x libunwind8_*.deb . && rm -f libunwind8_*.deb) \
    >>build/setup-julia.log 2>&1 || return 1
  folder=$(cd $julia_home/usr/lib/*/ && pwd)
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec /usr/bin/julia "$@"\n' "$folder" \
    >$julia_home/bin/julia
  chmod +x $julia_home/bin/julia
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
    </dev/null >build/setup-julia.log 2>&1 || return 1
  julia_works julia || give_julia_its_libunwind
}

set_up_julia() {
  have_julia && return
  if [ $check = no ] && may_install && install_julia && have_julia; then return; fi
  say "Julia 1.5 or newer is missing: the tests of capi/julia will be SKIPPED. Any Julia in PATH will do."
  [ ! -s build/setup-julia.log ] || tail -n 5 build/setup-julia.log >&2
}
