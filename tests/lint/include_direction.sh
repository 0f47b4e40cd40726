#!/usr/bin/env bash
# Fails when a source file includes a folder that its own folder may not know.
#
# The build enforces the same arrows between targets; this catches what a compiler lets pass: a header that nobody
# compiles alone, a path that goes up or names no folder, a test helper in the product.
set -euo pipefail
cd "${1:?usage: include_direction.sh SOURCE_DIR}"

# folder: what it may include beside itself
allowed() {
  case $1 in
    base) echo "" ;;
    formats) echo "base" ;;
    manifest) echo "base" ;;
    tree) echo "base manifest" ;;
    adapters/common) echo "base formats manifest tree" ;;
    adapters/*) echo "base formats manifest tree adapters/common" ;;
    decode) echo "base formats manifest tree adapters/*" ;;
    encode) echo "base formats manifest tree adapters/* decode" ;;
    restore) echo "base formats manifest" ;;
    check) echo "base formats manifest tree adapters/* decode encode" ;;
    cli) echo "base formats manifest tree adapters/* decode encode restore check" ;;
    tests/*) echo "base formats manifest tree adapters/* decode encode restore check cli tests/support" ;;
    bench) echo "base formats manifest tree adapters/* decode encode restore check cli bench" ;;
    *) return 1 ;;
  esac
}

# The folder of a path: its first component, two of them below adapters/ and tests/.
folder_of() {
  case $1 in
    adapters/*/* | tests/*/*) cut -d/ -f1-2 <<<"$1" ;;
    */*) echo "${1%%/*}" ;;
    *) echo "" ;;
  esac
}

failures=0
fail() {
  echo "$1" >&2
  failures=$((failures + 1))
}

checked=0
while IFS= read -r file; do
  checked=$((checked + 1))
  own=$(folder_of "$file")
  if ! rules=$(allowed "$own"); then
    fail "$file: folder \"$own\" has no rule here"
    continue
  fi
  while IFS=: read -r line included; do
    [[ -n $line ]] || continue
    other=$(folder_of "$included")
    if [[ -z $other || $included == *..* ]]; then
      fail "$file:$line: \"$included\" must be named from the top of the source tree"
      continue
    fi
    [[ $other != "$own" ]] || continue
    permitted=no
    for pattern in $rules; do
      # shellcheck disable=SC2053  # a pattern is meant
      [[ $other != $pattern ]] || permitted=yes
    done
    [[ $permitted == yes ]] || fail "$file:$line: $own may not include $other (\"$included\")"
  done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]+)".*/\1/;T;=;p' "$file" | paste -d: - -)
done < <(find adapters base bench check cli decode encode formats manifest restore tests tree \
  \( -name '*.h' -o -name '*.cc' \) -type f 2>/dev/null | LC_ALL=C sort)

if ((failures > 0)); then
  echo "$failures includes point the wrong way" >&2
  exit 1
fi
if ((checked == 0)); then
  echo "found no sources in $PWD" >&2
  exit 1
fi
echo "$checked files, every include points the right way"
