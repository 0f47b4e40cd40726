#include "formats/offload_manifest.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/time_text.h"
#include "formats/json_members.h"

namespace snaptree {
namespace {

constexpr uint64_t kMaxManifestBytes = 1 << 20;
constexpr char kInvalid[] = "OffloadManifestInvalid";
constexpr size_t kDigestDigits = 64;

bool IsDigest(Slice text) {
  return text.size() == kDigestDigits && text.find_first_not_of("0123456789abcdef") == Slice::npos;
}

// A key of the store is a prefix, which may be empty, and what the other members make of it.
bool EndsInKey(Slice key, Slice behind_prefix) {
  if (!key.ends_with(behind_prefix)) return false;
  key.remove_suffix(behind_prefix.size());
  return key.empty() || key.ends_with("/");
}

Result<std::string> TextOrEmpty(const JsonMembers& object, std::string_view name) {
  return object.Has(name) ? object.Text(name) : Result<std::string>(std::string());
}

Result<std::vector<uint64_t>> NumbersOrNone(const JsonMembers& object, std::string_view name) {
  if (!object.Has(name)) return std::vector<uint64_t>();
  return object.Numbers(name);
}

Status ReadMembership(const JsonMembers& object, OffloadManifest* m) {
  SNAPTREE_TRY(
      object.CheckNames({"voters", "learners", "voters_outgoing", "learners_next", "auto_leave"}));
  SNAPTREE_ASSIGN(m->voters, object.Numbers("voters"));
  SNAPTREE_ASSIGN(m->learners, NumbersOrNone(object, "learners"));
  SNAPTREE_ASSIGN(m->voters_outgoing, NumbersOrNone(object, "voters_outgoing"));
  SNAPTREE_ASSIGN(m->learners_next, NumbersOrNone(object, "learners_next"));
  if (object.Has("auto_leave")) {
    SNAPTREE_ASSIGN(m->auto_leave, object.Bool("auto_leave"));
  }
  return m->voters.empty() ? object.Error("voters", "no group is without voters") : Status::Ok();
}

Status ReadPayload(const JsonMembers& object, OffloadManifest* m) {
  SNAPTREE_TRY(object.CheckNames({"key", "bytes", "sha256", "source_crc32c"}));
  SNAPTREE_ASSIGN(m->payload_key, object.Text("key"));
  SNAPTREE_ASSIGN(m->payload_bytes, object.Unsigned("bytes"));
  SNAPTREE_ASSIGN(m->payload_sha256, object.Text("sha256"));
  SNAPTREE_ASSIGN(const uint64_t crc, object.Unsigned("source_crc32c"));
  if (!IsDigest(m->payload_sha256)) {
    return object.Error("sha256", "no SHA-256").Expected("64 lower-case hex digits");
  }
  if (crc > UINT32_MAX) return object.Error("source_crc32c", "no 32-bit number");
  m->payload_crc32c = static_cast<uint32_t>(crc);
  if (!EndsInKey(m->payload_key, OffloadPayloadKey(m->payload_sha256))) {
    return object.Error("key", "the key is not that of this SHA-256")
        .Expected("<prefix>/" + OffloadPayloadKey(m->payload_sha256))
        .Found(Printable(m->payload_key));
  }
  return {};
}

Status ReadSnapshot(const JsonMembers& object, OffloadManifest* m) {
  SNAPTREE_ASSIGN(m->created_at, object.Text("created_at"));
  SNAPTREE_ASSIGN(m->source_cluster, TextOrEmpty(object, "source_cluster"));
  SNAPTREE_ASSIGN(m->group_id, object.Unsigned("group_id"));
  SNAPTREE_ASSIGN(m->index, object.Unsigned("snapshot_index"));
  SNAPTREE_ASSIGN(m->term, object.Unsigned("snapshot_term"));
  SNAPTREE_ASSIGN(m->binary_version, TextOrEmpty(object, "binary_version"));
  SNAPTREE_ASSIGN(m->key, object.Text("manifest_key"));
  if (!ParseRfc3339(m->created_at)) return object.Error("created_at", "no time of RFC 3339");
  if (m->group_id == 0 && m->source_cluster.empty()) {
    return object.Error("source_cluster", "a snapshot of group 0 must name its cluster");
  }
  const std::string key = OffloadManifestKey(m->group_id, m->index, m->term);
  if (EndsInKey(m->key, key)) return {};
  return object.Error("manifest_key", "the key is not that of this group, index and term")
      .Expected("<prefix>/" + key)
      .Found(Printable(m->key));
}

Status CheckOwnDigest(const JsonMembers& object, const OffloadManifest& m) {
  if (!object.Has("manifest_sha256")) return {};
  SNAPTREE_ASSIGN(const std::string stored, object.Text("manifest_sha256"));
  const std::string computed = Sha256::HexOf(m.CanonicalText());
  if (stored == computed) return {};
  return object.Error("manifest_sha256", "the manifest does not match its own SHA-256")
      .Expected(Printable(stored))
      .Found(computed)
      .Next("get the manifest again from the store");
}

// A text as Go's encoder writes it, with what HTML could take amiss escaped.
void AppendGoText(std::string* out, Slice text) {
  *out += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const Slice rest = text.substr(i);
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (const size_t named = Slice("\b\f\n\r\t").find(c); named != Slice::npos) {
      *out += '\\';
      *out += "bfnrt"[named];
    } else if (static_cast<uint8_t>(c) < 0x20 || c == '<' || c == '>' || c == '&') {
      *out += "\\u00";
      AppendHex(out, rest.substr(0, 1));
    } else if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
      *out += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      *out += c;
    }
  }
  *out += '"';
}

// Members of an object of Go's indented form.
class GoObject {
 public:
  GoObject(std::string* out, int depth) : out_(out), indent_(static_cast<size_t>(depth) * 2, ' ') {
    *out_ += '{';
  }
  std::string* Member(Slice name) {
    *out_ += first_ ? "\n" : ",\n";
    first_ = false;
    *out_ += indent_ + "  \"" + std::string(name) + "\": ";
    return out_;
  }
  void Text(Slice name, Slice value) { AppendGoText(Member(name), value); }
  void TextUnlessEmpty(Slice name, Slice value) {
    if (!value.empty()) Text(name, value);
  }
  void Number(Slice name, uint64_t value) { *Member(name) += std::to_string(value); }
  void ListUnlessEmpty(Slice name, const std::vector<uint64_t>& values) {
    if (values.empty()) return;
    Member(name);
    for (size_t i = 0; i < values.size(); ++i)
      *out_ += (i == 0 ? "[\n" : ",\n") + indent_ + "    " + std::to_string(values[i]);
    *out_ += "\n" + indent_ + "  ]";
  }
  void End() { *out_ += "\n" + indent_ + "}"; }

 private:
  std::string* out_;
  std::string indent_;
  bool first_ = true;
};

}  // namespace

std::string OffloadManifestKey(uint64_t group_id, uint64_t index, uint64_t term) {
  char name[64];
  std::snprintf(name, sizeof name, "%020llu-%020llu.json", static_cast<unsigned long long>(index),
                static_cast<unsigned long long>(term));
  return "v1/groups/" + std::to_string(group_id) + "/snapshots/" + name;
}

std::string OffloadPayloadKey(const std::string& sha256) {
  return "v1/payloads/sha256/" + sha256.substr(0, 2) + "/" + sha256 + ".fsm";
}

std::string OffloadManifest::CanonicalText() const {
  std::string text;
  GoObject all(&text, 0);
  all.Number("schema_version", 1);
  all.Text("created_at", created_at);
  all.TextUnlessEmpty("source_cluster", source_cluster);
  all.Number("group_id", group_id);
  all.Number("snapshot_index", index);
  all.Number("snapshot_term", term);
  GoObject membership(all.Member("conf_state"), 1);
  membership.ListUnlessEmpty("voters", voters);
  membership.ListUnlessEmpty("learners", learners);
  membership.ListUnlessEmpty("voters_outgoing", voters_outgoing);
  membership.ListUnlessEmpty("learners_next", learners_next);
  if (auto_leave) *membership.Member("auto_leave") += "true";
  membership.End();
  GoObject payload(all.Member("payload"), 1);
  payload.Text("key", payload_key);
  payload.Number("bytes", payload_bytes);
  payload.Text("sha256", payload_sha256);
  payload.Number("source_crc32c", payload_crc32c);
  payload.End();
  all.TextUnlessEmpty("binary_version", binary_version);
  all.Text("manifest_key", key);
  all.End();
  return text;
}

SnapshotFacts OffloadManifest::Facts(const std::string& path) const {
  SnapshotFacts facts;
  facts.document = path;
  facts.error_code = "OffloadMismatch";
  facts.size = payload_bytes;
  facts.sha256 = DigestIn(*ParseHex(payload_sha256));
  if (payload_crc32c != 0) facts.crc32c = payload_crc32c;
  facts.index = index;
  facts.term = term;
  facts.origin.emplace_back("group", std::to_string(group_id));
  if (!source_cluster.empty()) facts.origin.emplace_back("cluster", Printable(source_cluster));
  facts.origin.emplace_back("taken", created_at);
  facts.origin.emplace_back("voters", OriginList(voters));
  const std::pair<const char*, const std::vector<uint64_t>&> others[] = {
      {"learners", learners},
      {"voters outgoing", voters_outgoing},
      {"learners next", learners_next}};
  for (const auto& [name, ids] : others) {
    if (!ids.empty()) facts.origin.emplace_back(name, OriginList(ids));
  }
  if (!binary_version.empty()) facts.origin.emplace_back("server", Printable(binary_version));
  return facts;
}

Result<OffloadManifest> ParseOffloadManifest(Slice text, const std::string& path) {
  SNAPTREE_ASSIGN(const JsonMembers object, JsonMembers::Parse(text, path, kInvalid));
  SNAPTREE_TRY(object.CheckNames({"schema_version", "created_at", "source_cluster", "group_id",
                                  "snapshot_index", "snapshot_term", "conf_state", "payload",
                                  "binary_version", "manifest_key", "manifest_sha256"}));
  SNAPTREE_ASSIGN(const uint64_t version, object.Unsigned("schema_version"));
  if (version != 1) {
    return object.Error("schema_version", "a version that this snaptree does not know")
        .Expected("1")
        .Found(std::to_string(version))
        .Next("written by a newer server? look for a newer snaptree");
  }
  OffloadManifest manifest;
  SNAPTREE_TRY(ReadSnapshot(object, &manifest));
  SNAPTREE_ASSIGN(const JsonMembers membership, object.Object("conf_state"));
  SNAPTREE_TRY(ReadMembership(membership, &manifest));
  SNAPTREE_ASSIGN(const JsonMembers payload, object.Object("payload"));
  SNAPTREE_TRY(ReadPayload(payload, &manifest));
  SNAPTREE_TRY(CheckOwnDigest(object, manifest));
  return manifest;
}

Result<OffloadManifest> ReadOffloadManifest(const std::string& path) {
  SNAPTREE_ASSIGN(const InputFile file, InputFile::Open(path));
  if (file.size() > kMaxManifestBytes) {
    return DataError(kInvalid, "too large for the manifest of an offloaded snapshot")
        .At(path)
        .Expected("at most " + std::to_string(kMaxManifestBytes) + " bytes")
        .Found(std::to_string(file.size()));
  }
  std::string text(static_cast<size_t>(file.size()), '\0');
  SNAPTREE_TRY(file.ReadExactlyAt(0, text.data(), text.size()));
  return ParseOffloadManifest(text, path);
}

std::optional<SnapshotFacts> FactsOfObjectName(const std::string& path) {
  std::string_view name(path);
  name.remove_prefix(name.find_last_of('/') + 1);
  if (name.ends_with(".zst")) name.remove_suffix(4);
  if (!name.ends_with(".fsm")) return std::nullopt;
  name.remove_suffix(4);
  if (!IsDigest(name)) return std::nullopt;
  SnapshotFacts facts;
  facts.document = "its name, a SHA-256";
  facts.error_code = "OffloadMismatch";
  facts.sha256 = DigestIn(*ParseHex(name));
  return facts;
}

}  // namespace snaptree
