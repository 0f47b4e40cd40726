// Reads MANIFEST.json (spec 07 chapter 4, "Reading").
#include <utility>

#include "base/text.h"
#include "base/time_text.h"
#include "manifest/json_members.h"
#include "manifest/manifest.h"

namespace snaptree {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kMaxBytes = size_t{64} << 20;  // names of very many scopes
constexpr const char* kOffline = "phase0-snapshot-decode";
constexpr const char* kLive = "phase1-live-pinned";

Status Invalid(std::string what) {
  return DataError("ManifestInvalid", std::move(what))
      .Next("bring back the MANIFEST.json that was written with this tree");
}

Status Unsupported(std::string what, std::string expected, std::string found) {
  return DataError("ManifestUnsupported", std::move(what))
      .Expected(std::move(expected))
      .Found(std::move(found))
      .Next("use a version of snaptree that knows this form of tree");
}

std::string Quoted(Slice text) { return "\"" + Printable(text) + "\""; }

// A member that can have one value only in a tree that we can read.
Status ReadFixed(const JsonMembers& members, Slice name, Slice expected) {
  std::string found;
  SNAPTREE_TRY(members.Text(name, true, &found));
  if (found.empty()) return members.Wrong(name, "is empty");
  if (found == expected) return {};
  return Unsupported("the tree was written with another " + std::string(name), Quoted(expected),
                     Quoted(found));
}

Status ReadVersion(const JsonMembers& top) {
  std::optional<uint64_t> version;
  SNAPTREE_TRY(top.Number("format_version", &version));
  if (!version) return top.Wrong("format_version", "is missing");
  if (*version == 1) return {};
  return Unsupported("the tree has another format", "format_version 1", std::to_string(*version));
}

Status ReadSource(const JsonMembers& top, Manifest* m) {
  std::string phase;
  SNAPTREE_TRY(top.Text("phase", true, &phase));
  std::optional<object> source;
  std::optional<object> live;
  SNAPTREE_TRY(top.Object("source", &source));
  SNAPTREE_TRY(top.Object("live", &live));
  if (phase == kOffline) {
    if (live) return Invalid("a dump of a snapshot has no member \"live\"");
    if (!source) return {};
    const JsonMembers members = top.Below("source", *source);
    SNAPTREE_TRY(members.Text("fsm_path", false, &m->fsm_path));
    return members.Text("fsm_crc32c", false, &m->fsm_crc32c);
  }
  if (phase != kLive) return Invalid("the member \"phase\" is not known: " + Quoted(phase));
  if (source) return Invalid("a dump of a running cluster has no member \"source\"");
  if (!live) return Invalid("a dump of a running cluster must have the member \"live\"");
  SNAPTREE_TRY(top.Below("live", *live).Number("read_ts", &m->live_read_ts));
  if (m->live_read_ts.value_or(0) == 0)
    return Invalid("the member \"live.read_ts\" is missing or 0");
  return {};
}

bool TakeDatabase(const element& entry, std::vector<uint32_t>* out) {
  uint64_t number = 0;
  if (entry.type() == simdjson::dom::element_type::DOUBLE || entry.get_uint64().get(number) ||
      number > UINT32_MAX) {
    return false;
  }
  out->push_back(static_cast<uint32_t>(number));
  return true;
}

Status ReadAdapters(const JsonMembers& top, Manifest* m) {
  std::optional<object> adapters;
  SNAPTREE_TRY(top.Object("adapters", &adapters));
  if (!adapters) return top.Wrong("adapters", "is missing");
  const JsonMembers members = top.Below("adapters", *adapters);
  for (const Slice name : {"dynamodb", "s3", "redis", "sqs", "rawkv", "fs"}) {
    std::optional<object> one;
    SNAPTREE_TRY(members.Object(name, &one));
    if (!one) continue;
    const JsonMembers scopes = members.Below(name, *one);
    ManifestAdapter& adapter = m->adapters[std::string(name)];
    SNAPTREE_TRY(scopes.List("tables", &adapter.tables, TakeJsonName));
    SNAPTREE_TRY(scopes.List("buckets", &adapter.buckets, TakeJsonName));
    SNAPTREE_TRY(scopes.List("databases", &adapter.databases, TakeDatabase));
    SNAPTREE_TRY(scopes.List("queues", &adapter.queues, TakeJsonName));
  }
  return {};
}

Status ReadExclusions(const JsonMembers& top, Manifest* m) {
  std::optional<object> exclusions;
  SNAPTREE_TRY(top.Object("exclusions", &exclusions));
  if (!exclusions) return top.Wrong("exclusions", "is missing");
  const JsonMembers members = top.Below("exclusions", *exclusions);
  SNAPTREE_TRY(members.Flag("include_incomplete_uploads", true, &m->include_incomplete_uploads));
  SNAPTREE_TRY(members.Flag("include_orphans", true, &m->include_orphans));
  SNAPTREE_TRY(members.Flag("preserve_sqs_visibility", true, &m->preserve_sqs_visibility));
  SNAPTREE_TRY(members.Flag("include_sqs_side_records", true, &m->include_sqs_side_records));
  return members.Flag("rename_s3_collisions", false, &m->rename_s3_collisions);
}

Status ReadPolicies(const JsonMembers& top, Manifest* m) {
  SNAPTREE_TRY(ReadFixed(top, "checksum_algorithm", "sha256"));
  SNAPTREE_TRY(ReadFixed(top, "checksum_format", "sha256sum"));
  SNAPTREE_TRY(ReadFixed(top, "encoded_filename_charset", "rfc3986-unreserved-plus-percent"));
  std::optional<uint64_t> segment;
  SNAPTREE_TRY(top.Number("key_segment_max_bytes", &segment));
  if (segment.value_or(0) == 0) return top.Wrong("key_segment_max_bytes", "is missing or 0");
  if (*segment != 240) {
    return Unsupported("the tree was written with another key_segment_max_bytes", "240",
                       std::to_string(*segment));
  }
  SNAPTREE_TRY(ReadFixed(top, "s3_meta_suffix", ".elastickv-meta.json"));
  SNAPTREE_TRY(ReadFixed(top, "s3_collision_strategy", "leaf-data-suffix"));
  std::string layout;
  SNAPTREE_TRY(top.Text("dynamodb_layout", true, &layout));
  if (layout != kPerItemLayout && layout != kJsonlLayout)
    return top.Wrong("dynamodb_layout", "is neither \"per-item\" nor \"jsonl\"");
  m->dynamodb_jsonl = layout == kJsonlLayout;
  return {};
}

// Trees of the layout per-item do not have the member.
Status ReadLayout(const JsonMembers& ours, Manifest* m) {
  std::string layout(kPerItemLayout);
  SNAPTREE_TRY(ours.Text("layout", false, &layout));
  if (layout == kPerItemLayout) return {};
  if (layout != kJsonlLayout) {
    return Unsupported("the tree has another layout", "\"per-item\" or \"jsonl\"", Quoted(layout));
  }
  if (!m->dynamodb_jsonl)
    return ours.Wrong("layout", "is \"jsonl\", and \"dynamodb_layout\" is not");
  m->jsonl = true;
  return {};
}

Status ReadSnaptree(const JsonMembers& top, Manifest* m) {
  std::optional<object> ours;
  SNAPTREE_TRY(top.Object("snaptree", &ours));
  if (!ours) return {};
  const JsonMembers members = top.Below("snaptree", *ours);
  SNAPTREE_TRY(members.Text("version", true, &m->snaptree_version));
  std::optional<uint64_t> read_ts;
  SNAPTREE_TRY(members.Number("read_ts", &read_ts));
  m->read_ts = read_ts.value_or(0);
  return ReadLayout(members, m);
}

Status ReadTop(const JsonMembers& top, Manifest* m) {
  SNAPTREE_TRY(ReadVersion(top));
  SNAPTREE_TRY(ReadSource(top, m));
  SNAPTREE_TRY(top.Text("elastickv_version", false, &m->elastickv_version));
  SNAPTREE_TRY(top.Text("cluster_id", false, &m->cluster_id));
  SNAPTREE_TRY(top.Number("snapshot_index", &m->snapshot_index));
  std::optional<uint64_t> last_commit;
  SNAPTREE_TRY(top.Number("last_commit_ts", &last_commit));
  m->last_commit_ts = last_commit.value_or(0);
  SNAPTREE_TRY(top.Text("wall_time_iso", true, &m->wall_time_iso));
  if (!ParseRfc3339(m->wall_time_iso)) return top.Wrong("wall_time_iso", "is no time of RFC 3339");
  SNAPTREE_TRY(ReadAdapters(top, m));
  SNAPTREE_TRY(ReadExclusions(top, m));
  SNAPTREE_TRY(ReadPolicies(top, m));
  return ReadSnaptree(top, m);
}

}  // namespace

Result<Manifest> ParseManifest(Slice text) {
  if (text.size() > kMaxBytes) return Invalid("the file is too large");
  simdjson::dom::parser parser;
  SNAPTREE_ASSIGN(const object top, ParseJsonObject(&parser, text, Invalid));
  Manifest manifest;
  SNAPTREE_TRY(ReadTop(JsonMembers(top, "", Invalid), &manifest));
  return manifest;
}

uint64_t ReadTimestampOf(const Manifest& manifest) {
  if (manifest.read_ts != 0) return manifest.read_ts;
  return manifest.live_read_ts.value_or(manifest.last_commit_ts);
}

}  // namespace snaptree
