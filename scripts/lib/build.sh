# Sourced by the other scripts, from the top of the source tree.

# configure PRESET [cmake options...]
configure() {
  local preset=$1 generator=()
  shift
  # The presets name Ninja; without it any other generator does.
  command -v ninja >/dev/null || generator=(-G "Unix Makefiles")
  cmake --preset "$preset" "${generator[@]}" "$@" </dev/null
}

# build PRESET [cmake options...]
build() {
  local preset=$1
  shift
  cmake --build --preset "$preset" --parallel "$(nproc)" "$@" </dev/null
}
