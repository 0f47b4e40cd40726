#!/usr/bin/env bash
# Fails when a file of ours still carries a note of unfinished work.
set -euo pipefail
cd "${1:?usage: no_leftovers.sh SOURCE_DIR}"

# Put together here, so that this file does not find itself.
words="TO""DO|FIX""ME|XX""X"

found=$(grep -rnIwE "$words" \
  --exclude-dir=.git --exclude-dir=build --exclude-dir=testdata --exclude-dir=demo-out . || true)
if [[ -n $found ]]; then
  echo "$found" >&2
  echo "unfinished work is named in the lines above" >&2
  exit 1
fi
echo "no leftovers"
