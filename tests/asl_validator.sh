#!/bin/sh
# The shipped state machine, judged by a validator that nobody here wrote: npm's asl-validator.
# Usage: asl_validator.sh FOLDER DEFINITION; 77 (skipped) where npm or its registry is out of reach.
set -eu
folder=$1 definition=$2 version=4.0.0
if ! command -v npm >/dev/null; then
  echo "skipped: there is no npm here; Debian's package is npm"
  exit 77
fi
validator=$folder/node_modules/.bin/asl-validator
if [ ! -x "$validator" ]; then
  mkdir -p "$folder"
  if ! timeout 120 npm install --silent --no-save --no-package-lock --prefix "$folder" "asl-validator@$version"; then
    echo "skipped: npm could not install asl-validator@$version"
    exit 77
  fi
fi
"$validator" --json-path "$definition"
