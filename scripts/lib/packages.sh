# Debian packages. The build needs the first list, running needs the second, tests need the third, packages of the
# functions need the fourth; for arm64 also a cross compiler and, unpacked beside the system, the last.
# shellcheck shell=bash disable=SC2034
build_packages=(
  g++ cmake ninja-build pkg-config ccache mold
  libboost1.81-dev libssl-dev zlib1g-dev libfmt-dev nlohmann-json3-dev libpugixml-dev
  libsqlite3-dev libsqlitecpp-dev libzip-dev libre2-dev libcli11-dev libyaml-cpp-dev libhowardhinnant-date-dev
  libpq-dev postgresql-server-dev-15 libmariadb-dev
  libgtest-dev libgmock-dev
)
run_packages=(
  postgresql-15 postgresql-client-15 postgresql-contrib mariadb-server mariadb-backup
  ca-certificates util-linux procps tzdata
)
test_packages=(jq curl unzip python3 python3-yaml groff-base openssl binutils)
package_packages=(python3 ca-certificates openssl)
arm64_packages=(g++-aarch64-linux-gnu)
arm64_sysroot_packages=(
  libc6-dev linux-libc-dev libcrypt-dev
  libboost1.81-dev libssl-dev zlib1g-dev libfmt-dev libfmt9 nlohmann-json3-dev libhowardhinnant-date-dev
  libpugixml-dev libpugixml1v5
  libpq-dev postgresql-server-dev-15 libmariadb-dev
)
