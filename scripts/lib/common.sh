# Shared by the scripts: where things are, how to say what is going on, how to install and build.
# shellcheck shell=bash
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build="$root/build"
jobs=${JOBS:-$(nproc)}

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m'; plain=$'\e[0m'; else bold=; plain=; fi
say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
# fail WHAT HINT
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# without_services COMMAND…: packages of database servers start one each, which nobody needs here: ours have
# directories and ports of their own. Debian asks policy-rc.d before it starts a service.
without_services() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  "$@"
)

# install_packages NAME…: those that are missing.
install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "the packages above are missing, and you are neither root nor have sudo" \
         "As root: apt-get install ${missing[*]}"
  fi
  as_root apt-get update -qq || fail "apt-get update failed" "See that the machine reaches its Debian mirror, then run this again."
  without_services as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$build.apt.log" 2>&1 ||
    fail "apt-get install failed: $(tail -n 3 "$build.apt.log" | tr '\n' ' ')" "The whole output is in $build.apt.log."
  rm -f "$build.apt.log"
  # Nor at the next boot. A server that was there before is left alone.
  if [[ " ${missing[*]} " == *" mariadb-server "* && -d /run/systemd/system ]]; then
    as_root systemctl disable --quiet mariadb || true
  fi
}

# build_targets TARGET…: configures when needed and builds; all targets when none is named. `preset` names another
# preset of CMakePresets.json than release, whose build is in a folder of its name.
build_targets() {
  local preset=${preset:-release} log target=() folder=$build options=("${cmake_options[@]}")
  if [ "$preset" != release ]; then folder="$build/$preset" options=(); fi
  log="$folder/build.log"
  mkdir -p "$folder"
  [ $# -eq 0 ] || target=(--target "$@")
  say "Building (the first time takes some minutes)"
  (cd "$root" && cmake --preset "$preset" "${options[@]}") >"$log" 2>&1 ||
    fail "cmake could not configure the build: $(grep -m 3 -A 3 'CMake Error' "$log" | tr '\n' ' ')" "The whole output is in $log."
  if [ -t 1 ]; then
    cmake --build "$folder" -j "$jobs" "${target[@]}" 2>&1 | tee -a "$log" | sed -un 's/^\[\([0-9]*\/[0-9]*\)\].*/\1/p' |
      while read -r step; do printf '\r    %s ' "$step"; done
    printf '\r\e[K'
  else
    cmake --build "$folder" -j "$jobs" "${target[@]}" >>"$log" 2>&1 || true
  fi
  cmake --build "$folder" -j "$jobs" "${target[@]}" >>"$log" 2>&1 ||
    fail "the build failed: $(grep -m 3 'error:' "$log" | tr '\n' ' ')" "The whole output is in $log."
}
cmake_options=()
