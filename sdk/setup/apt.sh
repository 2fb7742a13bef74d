# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh: packages of Debian and Ubuntu.

have_apt() { command -v apt-get >/dev/null && command -v apt-cache >/dev/null; }
may_install() { have_apt && [ "$(id -u)" = 0 ]; }

candidate_of() { apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ && $2 != "(none)" {print $2}'; }

candidate_at_least() { # PACKAGE VERSION: would apt install this version or a newer one?
  have_apt || return 1
  update_lists_once
  local version
  version=$(candidate_of "$1")
  [ -n "$version" ] && at_least "${version#*:}" "$2"
}

updated=no
update_lists_once() {
  [ $updated = no ] && may_install && [ $check = no ] || return 0
  updated=yes
  say "Updating apt's lists of packages"
  apt-get update -qq >/dev/null || say "apt-get update failed: going on with the lists at hand"
}

# Where apt has Debian's main archive of this release from, as: address signing-key (the key may be absent).
archive() {
  apt-get indextargets --format '$(REPO_URI) $(SIGNED_BY)' 'Created-By: Packages' "Codename: $1" 'Component: main' 2>/dev/null |
    grep -v security | head -n 1 | sed 's/\$(SIGNED_BY)//'
}

backports_source() { # CODENAME: a source entry for its backports, from the mirror that this machine already uses
  local address key
  read -r address key <<<"$(archive "$1")"
  [ -n "$address" ] || return 1
  printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\n' "$address" "$1"
  key=${key:-/usr/share/keyrings/debian-archive-keyring.gpg}
  [ ! -e "$key" ] || printf 'Signed-By: %s\n' "$key"
}

codename() { . /etc/os-release 2>/dev/null; echo "${VERSION_CODENAME-}"; }

# Catch2 3: `libcatch2-dev` on Debian (on 12 only in its backports), `catch2` on Ubuntu 24.04.
choose_catch2() {
  candidate_at_least libcatch2-dev 3 && { echo libcatch2-dev; return; }
  candidate_at_least catch2 3 && { echo catch2; return; }
  return 1
}

prepare_catch2() {
  local source=/etc/apt/sources.list.d/scprior-backports.sources i choice
  if ! choose_catch2 >/dev/null && [ "$(codename)" = bookworm ] && [ ! -e $source ]; then
    say "Catch2 3 is in Debian 12's backports: adding $source"
    backports_source bookworm >$source || { rm -f $source; stop "no address of Debian's archive in apt's sources"; }
    updated=no
    update_lists_once
  fi
  choice=$(choose_catch2) || return 0
  for i in "${!packages[@]}"; do
    if [ "${packages[i]}" = libcatch2-dev ]; then packages[i]=$choice; fi
  done
}

install_packages() {
  update_lists_once
  case " ${packages[*]} " in *' libcatch2-dev '*) prepare_catch2 ;; esac
  say "Installing with apt: ${packages[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >build/setup-apt.log 2>&1 ||
    stop "apt-get install ${packages[*]} failed:
$(tail -n 15 build/setup-apt.log)"
}

install_what_is_wanted() { # nothing stops here
  [ ${#wanted[@]} -gt 0 ] || return 0
  if [ $check = no ] && may_install; then
    update_lists_once
    say "Installing with apt: ${wanted[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" </dev/null \
      >build/setup-wanted.log 2>&1 && found+=("${wanted[@]}") && return
  fi
  say "libdeflate is missing (Debian: ${wanted[*]}). It is not needed, but without it gzip in data files is unpacked with zlib,"
  say "which takes three times as long."
}

how_to_get_what_is_missing() {
  printf 'missing:\n'
  printf '  %s\n' "${missing[@]}"
  if have_apt; then
    printf 'An administrator of this machine installs it with\n'
    case "$(codename) ${packages[*]}" in
      bookworm*libcatch2-dev*)
        if ! candidate_at_least libcatch2-dev 3; then
          printf "  printf '%%s\\\\n' %s >/etc/apt/sources.list.d/scprior-backports.sources\n  apt-get update\n" \
            "$(backports_source bookworm | sed "s/.*/'&'/" | tr '\n' ' ')"
        fi ;;
    esac
    printf '  apt-get install --no-install-recommends %s\n' "${packages[*]}"
  else
    printf 'Their packages on Debian 12 and 13: %s\n' "${packages[*]}"
    printf 'Elsewhere install the programs and libraries named above, with headers; folders of your own are found through\n'
    printf 'CMAKE_PREFIX_PATH=FOLDER:FOLDER.\n'
  fi
  printf 'Then run sdk/setup.sh again.'
}
