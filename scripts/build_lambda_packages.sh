#!/usr/bin/env bash
# Builds the packages of the Lambda functions, dist/aurora-restore-functions-<arch>.zip: all ten functions and
# handle_failure in one static executable, with the certificate authorities of AWS beside it.
#
#   scripts/build_lambda_packages.sh                   for x86_64 and arm64
#     --arch x86_64|arm64|all                          for one of them; AURORA_PACKAGE_ARCH says which without the option
#     --rds-bundle FILE                                ship this file as the authorities of RDS's databases:
#                                                      global-bundle.pem from https://truststore.pki.rds.amazonaws.com
#     --fetch-rds-bundle                               download that file
#     --output FOLDER                                  where packages go, instead of dist
#
# The same content gives the same bytes. Without RDS's bundle the functions talk to databases over TLS without
# verifying them, unless DB_CA_FILE names a bundle, and send no IAM token.
# The arm64 executable is cross-compiled against Debian's arm64 packages, which are unpacked in build/sysroot-arm64.
source "$(dirname "$0")/lib/common.sh"
source "$root/scripts/lib/packages.sh"
source "$root/scripts/lib/sysroot.sh"

bundle_address=https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
architectures=${AURORA_PACKAGE_ARCH:-all} bundle='' fetch='' output="$root/dist"
# value OPTION VALUE: an option's value, which must be there.
value() { [ -n "${2:-}" ] || fail "$1 needs a value" "$0 --help shows an example."; printf '%s' "$2"; }
while [ $# -gt 0 ]; do
  case "$1" in
    --arch) architectures=$(value "$1" "${2:-}"); shift ;;
    --rds-bundle) bundle=$(value "$1" "${2:-}"); shift ;;
    --fetch-rds-bundle) fetch=yes ;;
    --output) output=$(value "$1" "${2:-}"); shift ;;
    -h|--help) sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1" "There are --arch, --rds-bundle, --fetch-rds-bundle, --output and --help." ;;
  esac
  shift
done
case "$architectures" in
  all) architectures="x86_64 arm64" ;;
  x86_64|arm64) ;;
  *) fail "there are no packages for '$architectures'" "There are x86_64, arm64 and all." ;;
esac
[ -z "$bundle" ] || [ -r "$bundle" ] || fail "$bundle cannot be read" "Give RDS's certificate bundle: $bundle_address"
[ "$(dpkg --print-architecture)" = amd64 ] ||
  fail "packages are built on amd64, and this machine is $(dpkg --print-architecture)" "Run this on an x86_64 machine; it builds both architectures."
trap 'fail "stopped at line $LINENO" "The lines above say why; the script may simply be run again."' ERR

# fetch_bundle: the bundle's path. Replaced only by a whole one.
fetch_bundle() {
  local file="$build/global-bundle.pem"
  mkdir -p "$build"
  curl --silent --show-error --fail --location --connect-timeout 5 --max-time 60 --output "$file.new" "$bundle_address" 2>"$build/curl.log" ||
    fail "RDS's certificate bundle could not be downloaded: $(cat "$build/curl.log")" \
         "Download $bundle_address where the network lets you, and give it by --rds-bundle FILE."
  mv "$file.new" "$file"
  printf '%s' "$file"
}

# bootstrap_of ARCHITECTURE: builds it; sets `bootstrap` to its path.
bootstrap_of() {
  if [ "$1" = x86_64 ]; then
    build_targets bootstrap
    bootstrap="$build/bin/bootstrap"
    return
  fi
  install_packages "${arm64_packages[@]}"
  make_sysroot arm64 "$build/sysroot-arm64" "${arm64_sysroot_packages[@]}"
  build_targets model_compiler  # runs here, for either architecture
  preset=arm64 build_targets bootstrap
  bootstrap="$build/arm64/bin/bootstrap"
}

install_packages "${build_packages[@]}" "${package_packages[@]}"
cmake_options=(-DAURORA_TESTS=OFF)
[ ! -f "$build/CMakeCache.txt" ] || cmake_options=()
if [ -z "$bundle" ] && [ -n "$fetch" ]; then
  install_packages curl
  bundle=$(fetch_bundle)
fi
bundle_options=()
if [ -n "$bundle" ]; then bundle_options=(--rds-bundle "$bundle"); fi

for architecture in $architectures; do
  bootstrap_of "$architecture"
  package="$output/aurora-restore-functions-$architecture.zip"
  problem=$(python3 "$root/scripts/lib/make_package.py" "$architecture" "$bootstrap" "$package" "${bundle_options[@]}" 2>&1) ||
    fail "no package for $architecture was made: $problem"
  say "$package: $(stat -c %s "$package") bytes, sha256 $(sha256sum "$package" | cut -d ' ' -f 1)"
done
if [ -z "$bundle" ]; then
  say "Without RDS's certificate bundle: the functions will not verify the databases they log in to, nor send IAM tokens, unless DB_CA_FILE names a bundle. --rds-bundle or --fetch-rds-bundle ships it."
fi
