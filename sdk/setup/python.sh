# SPDX-License-Identifier: Apache-2.0
# Part of sdk/setup.sh: packages of Python, in a private environment under the build folder.

plain() { local name=${1,,}; plain=${name//[.-]/_}; } # names of packages are written in several ways

installed() { # NAME [VERSION]: is its record in the private environment?
  local record wanted
  plain "$1-${2-}"
  wanted=$plain
  for record in $python_home/lib/python3*/site-packages/*.dist-info; do
    plain "${record##*/}"
    case $plain in "$wanted"*) return 0 ;; esac
  done
  return 1
}

pip() { $python -m pip --disable-pip-version-check --retries 2 "$@" </dev/null; }

test_packages() { sed 's/#.*//; s/[^A-Za-z0-9_.-].*//; /^$/d' tests/requirements.txt; }

look_for_python_packages() {
  local name
  missing=()
  if [ -z "${ASSORTHEAD_ROOT-}" ]; then
    if installed assorthead $assorthead_version; then found+=("assorthead $assorthead_version"); else missing+=(assorthead); fi
  fi
  if [ "$torch_from" = pip ]; then missing+=("torch==$torch_version"); fi
  if [ $tests = yes ]; then
    for name in $(test_packages); do installed "$name" || missing+=("$name"); done
  fi
}

no_index() { # WHAT: why pip could not get it, and the ways out
  stop "pip cannot get $1:
$(grep -E '^(ERROR|WARNING)|[Ee]rror:' build/setup-pip.log | grep -v experimental | cut -c 1-300 | tail -n 4)
If this machine has no internet, or a proxy: either set PIP_FIND_LINKS to a folder with the wheels (made elsewhere, with the
same Python, by: pip download torch==$torch_version assorthead==$assorthead_version -r tests/requirements.txt), or set
LIBTORCH_ROOT to an unpacked LibTorch and ASSORTHEAD_ROOT to an unpacked assorthead."
}

# Says what will be downloaded before it is: the build for processors only has a version that ends in +cpu.
choose_torch_wheel() {
  local offered
  offered=$(pip index versions torch 2>build/setup-pip.log) || true
  offered=$(sed -n 's/^Available versions: //p' <<<"$offered" | tr -d ' ' | tr ',' '\n')
  [ -n "$offered" ] || no_index torch
  if grep -qxF "$torch_version+cpu" <<<"$offered"; then
    say "Downloading LibTorch $torch_version+cpu (about 190 MB) into $python_home"
    torch_wheel=(--no-deps "torch==$torch_version+cpu")
  elif grep -qxF "$torch_version" <<<"$offered"; then
    say "Downloading LibTorch $torch_version into $python_home. pip knows no build for processors only here, and the other one
brings CUDA: about 4.7 GB. Without a GPU better stop now (Ctrl-C) and hand pip the CPU build, or use another LibTorch:
  PIP_EXTRA_INDEX_URL=ADDRESS sdk/setup.sh   the address of CPU builds that the PyTorch site shows under \"Get Started\"
  PIP_FIND_LINKS=FOLDER sdk/setup.sh         a folder with torch-$torch_version+cpu-....whl
  LIBTORCH_ROOT=FOLDER sdk/setup.sh          an unpacked LibTorch, $minimum_torch or newer"
    if [ -t 0 ]; then sleep 15; fi
    torch_wheel=("torch==$torch_version")
  else
    stop "pip offers no torch $torch_version for $($python --version): only $(head -n 5 <<<"$offered" | tr '\n' ' ')...
Use another Python (PYTHON=python3.12 sdk/setup.sh), or set LIBTORCH_ROOT to an unpacked LibTorch, $minimum_torch or newer."
  fi
}

pip_install() {
  pip install --quiet --no-warn-script-location "$@" >build/setup-pip.log 2>&1 || no_index "$*"
}

install_python_packages() {
  look_for_python_packages_quietly
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! private_python_works; then
    say "Making a private Python environment in $python_home"
    "${PYTHON:-python3}" -m venv --clear $python_home || stop "python3 -m venv failed: is python3-venv installed?"
  fi
  if [ "$torch_from" = pip ]; then
    choose_torch_wheel
    pip_install "${torch_wheel[@]}"
    use_torch "$(private_torch)" $python_home || stop "pip installed torch, but there is no LibTorch in $python_home"
  fi
  local rest=()
  if [ -z "${ASSORTHEAD_ROOT-}" ] && ! installed assorthead $assorthead_version; then rest+=("assorthead==$assorthead_version"); fi
  if [ $tests = yes ]; then rest+=(-r tests/requirements.txt); fi
  if [ ${#rest[@]} -gt 0 ]; then
    say "Installing with pip into $python_home: ${rest[*]}"
    pip_install "${rest[@]}"
  fi
}

look_for_python_packages_quietly() {
  local before=("${found[@]}")
  look_for_python_packages
  found=("${before[@]}")
}
