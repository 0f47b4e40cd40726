#include "formats/bundle/bundle_manifest.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/base64.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/json_members.h"
#include "formats/table/table_set.h"

namespace snaptree {
namespace {

constexpr uint64_t kHeadBytes = 48;  // magic, length, SHA-256
constexpr uint64_t kMaxManifestBytes = uint64_t{64} << 20;
constexpr size_t kMaxFiles = 1048576;
constexpr char kCode[] = "BundleManifest";

Status Cut(const InputFile& file, const char* where, uint64_t expected) {
  return DataError("PayloadTruncated", std::string("the file ends inside ") + where)
      .At(file.path(), file.size())
      .Expected("at least " + std::to_string(expected) + " bytes")
      .Found(std::to_string(file.size()))
      .Next("copy the file again from the node; --salvage reads the tables that are whole");
}

// Parsed JSON takes up many times its text where the text is nothing but punctuation. No manifest
// has this much of it.
bool IsMostlyPunctuation(Slice text) {
  constexpr size_t kLeastBytesPerSign = 8;
  const auto signs = static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return c == ',' || c == ':' || c == '[' || c == ']' || c == '{' || c == '}';
  }));
  return signs > text.size() / kLeastBytesPerSign;
}

Result<std::string> RawKey(const JsonMembers& members, std::string_view name) {
  SNAPTREE_ASSIGN(const std::string text, members.Text(name));
  std::string key;
  if (!AppendFromBase64(&key, text)) {
    return members.Error(name, "a raw key is not in base64")
        .Expected("the standard alphabet, padded")
        .Found("\"" + Printable(text, 60) + "\"");
  }
  return key;
}

Result<Sha256Digest> Digest(const JsonMembers& members, std::string_view name) {
  SNAPTREE_ASSIGN(const std::string text, members.Text(name));
  const bool upper =
      std::any_of(text.begin(), text.end(), [](char c) { return c <= 'F' && c >= 'A'; });
  const std::optional<std::string> bytes = ParseHex(text);
  if (upper || !bytes || bytes->size() != Sha256Digest().size()) {
    return members.Error(name, "a checksum is malformed")
        .Expected("64 lower-case hex digits")
        .Found("\"" + Printable(text, 80) + "\"");
  }
  return DigestIn(*bytes);
}

// Appends the table; *end is where it begins, and then where it ends.
Status AddFile(const JsonMembers& members, uint64_t* end, std::vector<BundleFile>* files) {
  SNAPTREE_TRY(members.CheckNames({"name", "size", "sha256", "smallest", "largest"}));
  const std::string expected_name = BundleFileName(files->size());
  SNAPTREE_ASSIGN(const std::string name, members.Text("name"));
  if (name != expected_name) {
    return members.Error("name", "a table is not named after its place")
        .Expected(expected_name)
        .Found("\"" + Printable(name, 60) + "\"");
  }
  SNAPTREE_ASSIGN(const uint64_t size, members.Unsigned("size"));
  if (size == 0 || size > kMaxSetBytes) {
    return members.Error("size", "no table has this size: " + expected_name)
        .Found(std::to_string(size));
  }
  BundleFile file;
  file.region = {*end, *end + size};
  SNAPTREE_ASSIGN(file.sha256, Digest(members, "sha256"));
  SNAPTREE_ASSIGN(file.smallest, RawKey(members, "smallest"));
  SNAPTREE_ASSIGN(file.largest, RawKey(members, "largest"));
  if (file.largest < file.smallest) {
    return members.Error("largest", "a table's last key is below its first: " + expected_name);
  }
  if (!files->empty() && file.smallest <= files->back().largest) {
    return members
        .Error("smallest", "a table begins before the one before it ends: " + expected_name)
        .Expected("a raw key above " + Hex(Slice(files->back().largest).substr(0, 48)))
        .Found(Hex(Slice(file.smallest).substr(0, 48)));
  }
  *end = file.region.end;
  files->push_back(std::move(file));
  return {};
}

Status ParseFiles(const JsonMembers& members, BundleManifest* manifest) {
  SNAPTREE_ASSIGN(const uint64_t total, members.Unsigned("total_file_bytes"));
  if (!members.Has("files")) return members.Error("files", "a member is missing");
  SNAPTREE_ASSIGN(const std::vector<JsonMembers> files, members.Objects("files"));
  if (files.size() > kMaxFiles) {
    return members.Error("files", "a bundle has no more than 1048576 tables")
        .Found(std::to_string(files.size()));
  }
  const uint64_t begin = manifest->text.end;
  manifest->end = begin;
  manifest->files.reserve(files.size());
  for (const JsonMembers& file : files) {
    SNAPTREE_TRY(AddFile(file, &manifest->end, &manifest->files));
    if (manifest->end - begin > kMaxSetBytes) {
      return DataError("ContainerUnsupported", "a bundle with more than 1 TiB of tables");
    }
  }
  if (total == manifest->end - begin) return {};
  return members.Error("total_file_bytes", "the sizes of the tables add up to something else")
      .Expected(std::to_string(manifest->end - begin))
      .Found(std::to_string(total));
}

Result<BundleManifest> Parse(Slice text, const InputFile& file, Extent place) {
  if (IsMostlyPunctuation(text)) return DataError(kCode, "no manifest of a bundle looks like this");
  SNAPTREE_ASSIGN(const JsonMembers members, JsonMembers::Parse(text, file.path(), kCode));
  // Before anything else: another version may have other members.
  SNAPTREE_ASSIGN(const uint64_t version, members.Unsigned("version"));
  if (version != 1) {
    return DataError("BundleVersion", "a bundle of another version")
        .Expected("1")
        .Found(std::to_string(version))
        .Next("written by a newer server? look for a newer snaptree");
  }
  SNAPTREE_TRY(members.CheckNames({"version", "last_commit_ts", "min_retained_ts",
                                   "pending_min_retained_ts", "applied_index", "entry_count",
                                   "uncompressed_bytes", "total_file_bytes", "files"}));
  BundleManifest manifest;
  manifest.text = place;
  SNAPTREE_ASSIGN(manifest.last_commit_ts, members.Unsigned("last_commit_ts"));
  SNAPTREE_ASSIGN(manifest.min_retained_ts, members.Unsigned("min_retained_ts"));
  SNAPTREE_ASSIGN(manifest.pending_min_retained_ts, members.Unsigned("pending_min_retained_ts"));
  if (members.Has("applied_index")) {
    SNAPTREE_ASSIGN(manifest.applied_index, members.Unsigned("applied_index"));
  }
  SNAPTREE_ASSIGN(manifest.entry_count, members.Unsigned("entry_count"));
  SNAPTREE_ASSIGN(manifest.uncompressed_bytes, members.Unsigned("uncompressed_bytes"));
  SNAPTREE_TRY(ParseFiles(members, &manifest));
  return manifest;
}

}  // namespace

std::string BundleFileName(size_t number) {
  std::array<char, 32> name{};
  const int n = std::snprintf(name.data(), name.size(), "%06zu.sst", number);
  return {name.data(), static_cast<size_t>(n)};
}

Result<BundleManifest> ReadBundleManifest(const InputFile& file, uint64_t begin, bool cut) {
  if (file.size() - begin < kHeadBytes) {
    return Cut(file, "the head of its bundle", begin + kHeadBytes);
  }
  std::array<char, kHeadBytes> head{};
  SNAPTREE_TRY(file.ReadExactlyAt(begin, head.data(), head.size()));
  const uint64_t length = LoadBe64(head.data() + kMagicBytes);
  if (length == 0 || length > kMaxManifestBytes) {
    return DataError(kCode, "the length of the manifest is out of range")
        .At(file.path(), begin + kMagicBytes)
        .Expected("1 to " + std::to_string(kMaxManifestBytes))
        .Found(std::to_string(length));
  }
  const Extent place{begin + kHeadBytes, begin + kHeadBytes + length};
  if (file.size() < place.end) return Cut(file, "the manifest of its bundle", place.end);
  std::string text(static_cast<size_t>(length), '\0');
  SNAPTREE_TRY(file.ReadExactlyAt(place.begin, text.data(), text.size()));
  const Slice stored(head.data() + kMagicBytes + kLengthBytes, Sha256Digest().size());
  if (const Sha256Digest computed = Sha256::Of(text); AsSlice(computed) != stored) {
    return DataError("BundleMismatch", "the manifest does not match its checksum")
        .At(file.path(), place.begin)
        .Expected("sha256 " + Hex(stored))
        .Found(Hex(AsSlice(computed)));
  }
  Result<BundleManifest> manifest = Parse(text, file, place);
  if (!manifest.ok()) return std::move(manifest).status().At(file.path(), place.begin);
  if (!cut && file.size() < manifest->end) return Cut(file, "its tables", manifest->end);
  return manifest;
}

}  // namespace snaptree
