#!/usr/bin/env bash
# Fails when a source file includes a folder that its own folder may not know.
#
# The build enforces the same arrows between targets; this catches what a compiler lets pass: a header that nobody
# compiles alone, a path that goes up or names no folder, a test helper in the product.
set -euo pipefail
cd "${1:?usage: include_direction.sh SOURCE_DIR}"

# One awk reads all of them: a process for each file takes most of the time.
sources() {
  find adapters base bench check cli decode encode formats manifest restore tests tree \
    \( -name '*.h' -o -name '*.cc' \) -type f 2>/dev/null || true
}

sources | LC_ALL=C sort | LC_ALL=C awk '
# What a folder may include beside itself; "adapters/" stands for each folder below it.
BEGIN {
  allowed["base"] = ""
  allowed["formats"] = "base"
  allowed["manifest"] = "base"
  allowed["tree"] = "base manifest"
  allowed["adapters/common"] = "base formats manifest tree"
  allowed["adapters/"] = "base formats manifest tree adapters/common"
  allowed["decode"] = "base formats manifest tree adapters/"
  allowed["encode"] = allowed["decode"] " decode"
  allowed["restore"] = "base formats manifest"
  allowed["check"] = allowed["encode"] " encode"
  allowed["cli"] = allowed["check"] " restore check"
  allowed["tests/"] = allowed["cli"] " cli tests/support"
  allowed["bench"] = allowed["cli"] " cli tests/support"
  failures = 0
}

# The folder of a path: its first component, two of them below adapters/ and tests/.
function folder_of(path,   parts, count) {
  count = split(path, parts, "/")
  if (count > 2 && (parts[1] == "adapters" || parts[1] == "tests")) return parts[1] "/" parts[2]
  return count > 1 ? parts[1] : ""
}

function is_in(word, list) { return index(" " list " ", " " word " ") > 0 }

# "adapters/" of "adapters/redis"; empty of others.
function group_of(folder) { return folder ~ /\// ? substr(folder, 1, index(folder, "/")) : "" }

function fail(text) {
  print text > "/dev/stderr"
  ++failures
}

function check_include(file, line, own, rules, included,   other) {
  other = folder_of(included)
  if (other == "" || index(included, "..") > 0) {
    fail(file ":" line ": \"" included "\" must be named from the top of the source tree")
  } else if (other != own && !is_in(other, rules) && !(group_of(other) != "" && is_in(group_of(other), rules))) {
    fail(file ":" line ": " own " may not include " other " (\"" included "\")")
  }
}

{
  file = $0
  own = folder_of(file)
  key = own in allowed ? own : group_of(own)
  if (key == "" || !(key in allowed)) {
    fail(file ": folder \"" own "\" has no rule here")
    next
  }
  line = 0
  while ((status = (getline text < file)) > 0) {
    ++line
    if (text !~ /^[ \t]*#[ \t]*include[ \t]*"[^"]+"/) continue
    split(text, quoted, "\"")
    check_include(file, line, own, allowed[key], quoted[2])
  }
  if (status < 0) fail(file ": cannot be read")
  close(file)
}

END {
  if (failures > 0) {
    print failures " includes point the wrong way" > "/dev/stderr"
    exit 1
  }
  if (NR == 0) {
    print "found no sources in " ENVIRON["PWD"] > "/dev/stderr"
    exit 1
  }
  print NR " files, every include points the right way"
}'
