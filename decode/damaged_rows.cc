#include "decode/damaged_rows.h"

#include <cstring>

#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

constexpr size_t kReported = 1000;
constexpr size_t kKeyIdAt = 2;  // in an envelope

std::string ReasonOf(Slice defect, const Row& row) {
  if (defect == "RowKeyShort") return "the raw key is too short to hold a commit timestamp";
  if (defect == "RowValueShort") return "the value is shorter than its header";
  if (defect == kRowEncrypted) {
    const bool has_id = row.value.size() >= kValueHeaderBytes + kKeyIdAt + sizeof(uint32_t);
    return "the row is encrypted, and was not opened" +
           (has_id ? ": key id " +
                         std::to_string(LoadBe32(row.value.data() + kValueHeaderBytes + kKeyIdAt))
                   : std::string());
  }
  return "the value's header has flags that no node writes";
}

// What is kept of a row; its value stays where it stands.
struct KeptRow {
  uint64_t value_position = 0;
  uint64_t value_size = 0;
  uint64_t commit_ts = 0;
  FamilyId family = 0;
  bool is_raw = false;

  // With the texts behind it.
  std::string Packed(Slice key, Slice code, Slice reason) const {
    std::string out(reinterpret_cast<const char*>(this), sizeof *this);
    for (const Slice text : {key, code, reason}) {
      AppendBe64(&out, text.size());
      out.append(text);
    }
    return out;
  }
  static KeptRow Unpack(Slice packed, Slice* key, Slice* code, Slice* reason) {
    KeptRow row;
    std::memcpy(static_cast<void*>(&row), packed.data(), sizeof row);
    packed.remove_prefix(sizeof row);
    for (Slice* text : {key, code, reason}) {
      const uint64_t size = LoadBe64(packed.data());
      *text = packed.substr(sizeof size, size);
      packed.remove_prefix(sizeof size + size);
    }
    return row;
  }
};

}  // namespace

Status DamagedRows::Keep(FamilyId family, const ViewRow& row, const Status& why) {
  KeptRow kept;
  kept.value_position = row.body.position;
  kept.value_size = row.body.size;
  kept.commit_ts = row.commit_ts;
  kept.family = family;
  std::string position;
  AppendBe64(&position, row.position);
  const std::string packed = kept.Packed(row.key, why.code(), why.info().what);
  const std::lock_guard lock(mutex_);
  return rows_.Add(position, packed);
}

Status DamagedRows::KeepUnreadable(const ScanResult& scan) {
  if (scan.DamagedRows() == 0) return {};
  const std::unique_ptr<RowCursor> cursor = source_.OpenCursor(source_.extent());
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
    if (rows.empty()) return {};
    for (const Row& row : rows) {
      const char* defect = MvccDefect(row.key.size(), row.value_size, row.value, scan.without_keys);
      if (defect == nullptr || ClassifyRawKey(row.key) >= 0) continue;
      KeptRow kept;
      kept.value_position = row.value_position;
      kept.value_size = row.value_size;
      kept.is_raw = true;
      std::string position;
      AppendBe64(&position, row.position);
      SNAPTREE_TRY(rows_.Add(position, kept.Packed(row.key, defect, ReasonOf(defect, row))));
    }
  }
}

Status DamagedRows::WriteRow(RowLinesFile* file, uint64_t position, Slice packed,
                             std::vector<DamagedRecord>* report) {
  Slice key;
  Slice code;
  Slice reason;
  const KeptRow kept = KeptRow::Unpack(packed, &key, &code, &reason);
  // A key can be damaged more than once: in two inputs, or in two versions.
  std::string blob_name(key);
  AppendBe64(&blob_name, position);
  const ValueRef value{Slice(), kept.value_size, kept.value_position};
  SNAPTREE_TRY(file->BeginRow(key, value, blob_name));
  JsonWriter& json = file->json();
  if (kept.is_raw) {
    json.MemberBool("raw", true);  // key and value as they stand in the file
  } else {
    json.Member("commit_ts", kept.commit_ts);
    json.Member("family", FamilyName(kept.family));
  }
  const uint64_t offset = source_.OffsetOf(position, kept.value_position);
  const std::string& in = source_.FileOf(kept.value_position);
  json.Member("offset", offset);
  if (in != source_.name()) {
    json.Key("input");
    json.Bytes(in);
  }
  if (report->size() < kReported) {
    const Slice owner = kept.is_raw ? "raw" : FamilyName(kept.family);
    report->push_back({std::string(owner) + " row \"" + Printable(key) + "\"", std::string(code),
                       std::string(reason), offset, in == source_.name() ? "" : in});
  }
  json.Member("code", code);
  json.Member("reason", reason);
  return file->EndRow();
}

Result<std::vector<DamagedRecord>> DamagedRows::Finish() {
  std::vector<DamagedRecord> report;
  SNAPTREE_TRY(rows_.Finish());
  RowLinesFile file(source_, sink_, "unknown/damaged", "rows.jsonl");
  Slice position;
  Slice packed;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, rows_.Next(&position, &packed));
    if (!more) break;
    SNAPTREE_TRY(WriteRow(&file, LoadBe64(position.data()), packed, &report));
  }
  SNAPTREE_TRY(file.Finish());
  return report;
}

}  // namespace snaptree
