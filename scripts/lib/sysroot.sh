# System roots of Debian packages for another architecture: what a cross compiler links against.
# shellcheck shell=bash

# make_sysroot ARCHITECTURE FOLDER PACKAGE…: unpacks the newest packages there, unless they are unpacked already.
# apt gets lists, cache and status of its own, so the machine's stay as they are and root is not needed.
make_sysroot() {
  local arch=$1 folder=$2 apt="$build/apt-$1" wanted
  shift 2
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
  : >"$apt/status"
  cat >"$apt/apt.conf" <<CONF
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
CONF
  APT_CONFIG="$apt/apt.conf" apt-get update -qq >"$apt/log" 2>&1 || true
  if ! wanted=$(cd "$apt/debs" && APT_CONFIG="$apt/apt.conf" apt-get download --print-uris "$@" 2>>"$apt/log" |
    awk '{print $2}' | sort) || [ -z "$wanted" ]; then
    sysroot_fallback "$arch" "$folder" "$apt/log"
    return
  fi
  if [ -f "$folder/packages" ] && [ "$wanted" = "$(cat "$folder/packages")" ]; then return; fi
  say "Unpacking $# packages for $arch"
  if ! (cd "$apt/debs" && rm -f ./*.deb && APT_CONFIG="$apt/apt.conf" apt-get download -qq "$@") >>"$apt/log" 2>&1; then
    sysroot_fallback "$arch" "$folder" "$apt/log"
    return
  fi
  rm -rf "$folder" "$folder.new"
  local deb
  for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$folder.new"; done
  printf '%s\n' "$wanted" >"$folder.new/packages"
  mv "$folder.new" "$folder"
  rm -f "$apt"/debs/*.deb
}

# Debian's mirror does not answer: what an earlier run unpacked serves, when there is such a run.
sysroot_fallback() {
  [ -f "$2/packages" ] || fail "Debian's $1 packages cannot be had: $(tail -n 2 "$3" | tr '\n' ' ')" \
    "See that apt's sources serve $1 (no [arch=…] keeps it out) and that the machine reaches them; the whole output is in $3."
  say "Debian's mirror does not answer; the $1 packages of an earlier run are used."
}
