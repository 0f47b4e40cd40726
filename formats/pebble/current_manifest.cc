#include "formats/pebble/current_manifest.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pebble/directory_file.h"

namespace snaptree {
namespace {

constexpr Slice kManifestPrefix = "MANIFEST-";
constexpr size_t kMaxCurrentBytes = 64;

// Never a path: it is looked for in the directory.
bool IsManifestName(Slice name) {
  if (!name.starts_with(kManifestPrefix)) return false;
  name.remove_prefix(kManifestPrefix.size());
  return !name.empty() && ParseU64(name).has_value();
}

Status NoManifest(const std::string& source, const char* what) {
  return DataError("PebbleNoManifest", what)
      .At(source)
      .Next(
          "copy the whole directory again: without its MANIFEST nobody knows which tables count; "
          "--salvage takes all tables and logs that are there");
}

std::string FoundInstead(const std::vector<std::string>& names) {
  std::string found;
  for (const std::string& name : names)
    if (IsManifestName(name)) found += (found.empty() ? "" : ", ") + name;
  return found.empty() ? "neither" : found + ", which no file says is in force";
}

Result<std::string> ReadCurrent(const std::string& directory) {
  SNAPTREE_ASSIGN(const auto file, OpenFileIn(directory, "CURRENT"));
  std::string text(kMaxCurrentBytes, '\0');
  SNAPTREE_ASSIGN(const size_t n, file->ReadAt(0, text.data(), text.size()));
  text.resize(n);
  if (!text.empty() && text.back() == '\n') {
    text.pop_back();
    if (IsManifestName(text)) return text;
  }
  return std::move(NoManifest(file->path(), "CURRENT does not name a MANIFEST"))
      .Expected("MANIFEST-NUMBER and a line feed")
      .Found(Printable(text));
}

}  // namespace

std::optional<std::string> MarkerValue(const std::vector<std::string>& names,
                                       const std::string& kind) {
  const std::string prefix = "marker." + kind + ".";
  std::optional<std::string> value;
  uint64_t greatest = 0;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix)) continue;
    const size_t dot = name.find('.', prefix.size());
    if (dot == std::string::npos) continue;
    const auto iteration = ParseU64(Slice(name).substr(prefix.size(), dot - prefix.size()));
    if (!iteration || (value && *iteration <= greatest)) continue;
    greatest = *iteration;
    value = name.substr(dot + 1);
  }
  return value;
}

Result<std::string> CurrentManifest(const std::string& directory,
                                    const std::vector<std::string>& names) {
  const auto has = [&](const std::string& name) {
    return std::binary_search(names.begin(), names.end(), name);
  };
  std::string manifest;
  if (std::optional<std::string> marked = MarkerValue(names, "manifest")) {
    manifest = *std::move(marked);
    if (!IsManifestName(manifest)) {
      return std::move(NoManifest(directory, "the marker of the MANIFEST names something else"))
          .Expected("MANIFEST-NUMBER")
          .Found(Printable(manifest));
    }
  } else if (has("CURRENT")) {
    SNAPTREE_ASSIGN(manifest, ReadCurrent(directory));
  } else {
    return std::move(NoManifest(directory, "no Pebble directory, or an incomplete one"))
        .Expected("a file marker.manifest.NUMBER.MANIFEST-NUMBER, or CURRENT")
        .Found(FoundInstead(names));
  }
  if (!has(manifest)) {
    return NoManifest(directory + "/" + manifest, "the MANIFEST that is in force is missing");
  }
  return manifest;
}

}  // namespace snaptree
