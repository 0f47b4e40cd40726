#include "formats/scan.h"

#include <algorithm>

#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/merged_rows.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

constexpr size_t kDamagedRowsKept = 1000;
constexpr uint64_t kMaxPlaces = 16384;
constexpr size_t kMaxKeyIds = 1000;

void AddKeyId(uint32_t id, std::vector<uint32_t>* ids) {
  const auto at = std::lower_bound(ids->begin(), ids->end(), id);
  if ((at == ids->end() || *at != id) && ids->size() < kMaxKeyIds) ids->insert(at, id);
}

class Scanner {
 public:
  Scanner(Container& container, const ScanOptions& options)
      : container_(container), options_(options), view_(options.at.value_or(kReadNewest)) {
    result_.families.resize(Families().size());
    result_.extents.resize(Families().size());
    result_.without_keys = options.without_keys;
    const Extent rows = container.rows().extent();
    place_bytes_ = std::max(rows.size() / kMaxPlaces, options.least_place_bytes);
    next_place_ = rows.begin + place_bytes_;
  }

  Result<ScanResult> Run();
  // Whether what was counted without a read timestamp can be different at this one.
  bool DependsOn(uint64_t read_ts) const { return saw_expiry_ || max_damaged_ts_ > read_ts; }

 private:
  Status TakeBatch(std::span<const Row> rows);
  Status CheckOrder(const Row& row, size_t common);
  void Classify(const Row& row, size_t common);
  void CountRow(const Row& row, size_t common);
  void CountDamaged(const Row& row, const char* defect);
  void CountMvcc(const Row& row, const MvccRow& mvcc, size_t common);
  void CountEncrypted(const Row& row, bool live);
  void CountAdded(Verdict verdict);
  void NoteMetadata(const Row& row);
  void NoteExtent(const Row& row);
  void NotePlace(const Row& row, size_t common);
  void BeginExtent(uint64_t begin, uint64_t end);
  void Finish();
  void CheckTimestamps();

  Container& container_;
  const ScanOptions& options_;
  ScanResult result_;
  // The family of the row at hand. The next row is of the same family when the two have as many
  // bytes in common as make its prefix, and it is long enough for those to be its logical key's: so
  // families are looked up where they change, not for each row.
  FamilyId family_ = 0;
  FamilyCounts* counts_ = nullptr;  // of family_
  Extent* extent_ = nullptr;        // its last one, once a row is in it
  bool newest_at_any_time_ = false;
  size_t prefix_bytes_ = SIZE_MAX;
  size_t min_key_bytes_ = 0;
  MvccView view_;
  PreviousKey previous_;
  size_t common_with_judged_ = SIZE_MAX;  // smallest common prefix since the last judged row
  uint64_t place_bytes_ = 0;
  uint64_t next_place_ = 0;  // not before this position
  bool saw_expiry_ = false;
  uint64_t max_damaged_ts_ = 0;  // may be above that of every commit
};

Status Scanner::CheckOrder(const Row& row, size_t common) {
  const Slice before = previous_.get();
  const bool ascending = common < before.size()
                             ? common < row.key.size() && static_cast<uint8_t>(before[common]) <
                                                              static_cast<uint8_t>(row.key[common])
                             : row.key.size() > before.size();
  if (ascending || result_.rows == 0) return {};
  const bool equal = row.key == before;
  if (equal && options_.several_inputs) return {};
  Slice key = row.key;
  if (ClassifyRawKey(key) < 0 && key.size() >= kTimestampBytes) key.remove_suffix(kTimestampBytes);
  return DataError(
             equal ? "RowDuplicate" : "RowOrder",
             equal ? "a raw key stands twice" : "a row stands before a row with a smaller key")
      .At(container_.rows().name(), row.position)
      .Address("row \"" + Printable(key, 120) + "\" (family " +
               std::string(FamilyName(ClassifyLogicalKey(key))) + ")")
      .Expected("a raw key above " + Hex(before.substr(0, 48)))
      .Found(Hex(row.key.substr(0, 48)))
      .Next("no node writes this: the file is damaged. --salvage sorts what can be read");
}

void Scanner::Classify(const Row& row, size_t common) {
  if (common >= prefix_bytes_ && row.key.size() >= min_key_bytes_) return;
  prefix_bytes_ = SIZE_MAX;
  if (const int raw = ClassifyRawKey(row.key); raw >= 0) {
    family_ = static_cast<FamilyId>(raw);
  } else {
    const size_t n = row.key.size() - std::min(row.key.size(), kTimestampBytes);
    const bool framed = row.key.size() >= kTimestampBytes;
    family_ = ClassifyLogicalKey(framed ? row.key.substr(0, n) : row.key);
    const Slice prefix = FamilyName(family_);
    if (family_ < kPrefixFamilies && prefix.back() == '|' && framed) {
      prefix_bytes_ = prefix.size();
      min_key_bytes_ = prefix.size() + kTimestampBytes;
    } else if (family_ == BareFamily() && !row.key.empty() && row.key[0] != '!' &&
               row.key[0] != '_') {
      prefix_bytes_ = 1;  // only keys that begin with those two can be anything but bare
      min_key_bytes_ = 1;
    }
  }
  counts_ = &result_.families[family_];
  extent_ = nullptr;
  newest_at_any_time_ = Families()[family_].newest_at_any_time;
}

// Extends the family's last extent when this row follows it, or begins another one.
void Scanner::NoteExtent(const Row& row) {
  if (extent_ != nullptr && extent_->end == row.position) {
    extent_->end = row.end;
    return;
  }
  BeginExtent(row.position, row.end);
  extent_ = &result_.extents[family_].back().extent;
}

void Scanner::BeginExtent(uint64_t begin, uint64_t end) {
  std::vector<FamilyExtent>& list = result_.extents[family_];
  if (!list.empty() && list.back().extent.end == begin) {
    list.back().extent.end = end;
    return;
  }
  // Bare and unknown rows that alternate would make an extent each: let the last extent run on over
  // the others.
  constexpr size_t kMaxExtents = 1024;
  if (list.size() == kMaxExtents) {
    list.back().extent.end = end;
    list.back().mixed = true;
    return;
  }
  list.push_back({{begin, end}, false});
}

// Rows of no family with a prefix are passed over.
void Scanner::NotePlace(const Row& row, size_t common) {
  const bool has_prefix = family_ < kPrefixFamilies && row.key.size() >= kTimestampBytes;
  if (has_prefix && view_.AnyBegins(common, FamilyName(family_).size())) return;
  if (has_prefix) result_.places.push_back(row.position);
  next_place_ = row.position + place_bytes_;
}

void Scanner::CountDamaged(const Row& row, const char* defect) {
  ++counts_->damaged;
  if (result_.damaged.size() < kDamagedRowsKept) {
    result_.damaged.push_back({row.position, family_, std::string(row.key.substr(0, 256)), defect});
  }
}

void Scanner::NoteMetadata(const Row& row) {
  if (row.value_size < 8) {
    result_.findings.Warn("short_metadata",
                          "a store metadata row is shorter than 8 bytes and counts as absent",
                          Printable(row.key));
    return;
  }
  const uint64_t v = LoadLe64(row.value.data());
  if (row.key == kMetaLastCommitTs) result_.meta_last_commit_ts = v;
  if (row.key == kMetaAppliedIndex) result_.applied_index = v;
  if (row.key == kMetaMinRetainedTs || row.key == kMetaPendingMinRetainedTs) {
    result_.min_retained_ts = std::max(result_.min_retained_ts.value_or(0), v);
  }
}

void Scanner::CountMvcc(const Row& row, const MvccRow& mvcc, size_t common) {
  FamilyCounts& counts = *counts_;
  counts.min_commit_ts = std::min(counts.min_commit_ts, mvcc.commit_ts);
  counts.max_commit_ts = std::max(counts.max_commit_ts, mvcc.commit_ts);
  saw_expiry_ = saw_expiry_ || mvcc.expire_at != 0;
  common_with_judged_ = SIZE_MAX;
  const Verdict verdict = view_.Judge(mvcc, common, newest_at_any_time_);
  if (IsAddedRow(row)) [[unlikely]]
    CountAdded(verdict);
  if (mvcc.flags == kFlagEncrypted) CountEncrypted(row, verdict == Verdict::kLive);
  switch (verdict) {
    case Verdict::kLive:
      ++counts.live;
      counts.live_bytes += row.key.size() + row.value_size;
      counts.live_value_bytes += row.value_size;
      break;
    case Verdict::kTombstone:
      ++counts.tombstone;
      if (row.value_size > kValueHeaderBytes) {
        result_.findings.Note("tombstone_with_body",
                              "deletions that carry a value; deletions all the same",
                              Printable(mvcc.user_key));
      }
      break;
    case Verdict::kExpired:
      ++counts.expired;
      break;
    case Verdict::kOlder:
      ++counts.older;
      break;
    case Verdict::kNewer:
      ++counts.newer;
      break;
    case Verdict::kDamaged:  // never of a row that can be judged
      break;
  }
}

void Scanner::CountEncrypted(const Row& row, bool live) {
  ++counts_->encrypted_versions;
  if (live) ++counts_->encrypted;
  if (row.value.size() < kValueHeaderBytes + 6) return;
  const uint32_t id = LoadBe32(row.value.data() + kValueHeaderBytes + 2);
  AddKeyId(id, &result_.version_key_ids);
  if (live) AddKeyId(id, &result_.encryption_key_ids);
}

void Scanner::CountAdded(Verdict verdict) {
  --counts_->rows;
  switch (verdict) {
    case Verdict::kLive:
      ++counts_->added.live;
      break;
    case Verdict::kTombstone:
      ++counts_->added.tombstone;
      break;
    case Verdict::kOlder:
      ++counts_->added.older;
      break;
    case Verdict::kNewer:
      ++counts_->added.newer;
      break;
    case Verdict::kExpired:  // they have no expiry
    case Verdict::kDamaged:
      break;
  }
}

void Scanner::CountRow(const Row& row, size_t common) {
  FamilyCounts& counts = *counts_;
  ++counts.rows;
  counts.key_bytes += row.key.size();
  counts.value_bytes += row.value_size;
  if (family_ == RawMetadataFamily()) return NoteMetadata(row);
  if (family_ == RegistryFamily()) return;
  if (row.key.size() > kLiveMaxKeyBytes) [[unlikely]] {
    result_.findings.Warn("key_over_limit", "keys longer than a node can load",
                          Printable(row.key, 60));
  }
  if (const char* defect =
          MvccDefect(row.key.size(), row.value_size, row.value, options_.without_keys)) {
    CountDamaged(row, defect);
    if (Slice(defect) == kRowEncrypted) CountEncrypted(row, false);
    if (row.key.size() < kTimestampBytes) return;
    view_.JudgeDamaged(row.key, common, newest_at_any_time_);
    max_damaged_ts_ =
        std::max(max_damaged_ts_, ~LoadBe64(row.key.data() + row.key.size() - kTimestampBytes));
    common_with_judged_ = SIZE_MAX;
    return;
  }
  CountMvcc(row, MvccRow::Parse(row.key, row.value), common);
}

Status Scanner::TakeBatch(std::span<const Row> rows) {
  for (const Row& row : rows) {
    const size_t common = CommonPrefix(previous_.get(), row.key);
    SNAPTREE_TRY(CheckOrder(row, common));
    Classify(row, common);
    NoteExtent(row);
    // The view wants the common prefix with the last row that it judged, not with a row that it
    // never saw.
    common_with_judged_ = std::min(common_with_judged_, common);
    if (row.position >= next_place_) [[unlikely]]
      NotePlace(row, common_with_judged_);
    CountRow(row, common_with_judged_);
    ++result_.rows;
    previous_.Set(row.key);
  }
  previous_.Detach();
  return {};
}

void Scanner::CheckTimestamps() {
  const ContainerInfo& info = container_.info();
  for (size_t i = 0; i < Families().size(); ++i) {
    const FamilyCounts& counts = result_.families[i];
    if (!Families()[i].newest_at_any_time) {
      result_.max_commit_ts = std::max(result_.max_commit_ts, counts.max_commit_ts);
    }
    if (counts.min_commit_ts == 0 || counts.max_commit_ts == UINT64_MAX) {
      result_.findings.Note("odd_timestamp",
                            "rows with a commit timestamp that no node gives (0 or the greatest)",
                            FamilyName(static_cast<FamilyId>(i)));
    }
  }
  if (info.metadata) {
    result_.applied_index = info.metadata->applied_index;
    result_.min_retained_ts = info.metadata->min_retained_ts;
    if (result_.meta_last_commit_ts) result_.meta_last_commit_ts = info.last_commit_ts;
  }
  result_.last_commit_ts = std::max(
      {info.last_commit_ts, result_.meta_last_commit_ts.value_or(0), result_.max_commit_ts});
  if (info.last_commit_ts != result_.last_commit_ts ||
      result_.meta_last_commit_ts.value_or(info.last_commit_ts) != info.last_commit_ts) {
    result_.findings.Note(
        "last_commit_mismatch",
        "header, metadata row and newest commit disagree on the last commit; the greatest counts",
        "header " + std::to_string(info.last_commit_ts) + ", greatest " +
            std::to_string(result_.last_commit_ts));
  }
  result_.read_ts = options_.at.value_or(result_.last_commit_ts);
  // With a checksum that holds, or metadata rows, the end is there.
  result_.retention_known = info.crc32c.has_value() || result_.min_retained_ts.has_value() ||
                            result_.meta_last_commit_ts.has_value();
}

Result<ScanResult> Scanner::Run() {
  const std::unique_ptr<ScanCursor> cursor = container_.OpenScan();
  for (;;) {
    Result<std::span<const Row>> batch = cursor->NextBatch();
    if (!batch.ok()) return container_.Diagnose(std::move(batch).status());
    if (batch->empty()) break;
    if (Status s = TakeBatch(*batch); !s.ok()) return container_.Diagnose(std::move(s));
    SNAPTREE_TRY(CheckCancelled());
    if (options_.progress != nullptr) {
      options_.progress->done.store(cursor->bytes_read(), std::memory_order_relaxed);
      options_.progress->rows.store(result_.rows, std::memory_order_relaxed);
    }
  }
  if (Status s = cursor->Finish(&result_.findings); !s.ok())
    return container_.Diagnose(std::move(s));
  CheckTimestamps();
  return std::move(result_);
}

}  // namespace

void FamilyCounts::Merge(const FamilyCounts& other) {
  rows += other.rows;
  key_bytes += other.key_bytes;
  value_bytes += other.value_bytes;
  live += other.live;
  live_bytes += other.live_bytes;
  live_value_bytes += other.live_value_bytes;
  older += other.older;
  newer += other.newer;
  tombstone += other.tombstone;
  expired += other.expired;
  encrypted += other.encrypted;
  encrypted_versions += other.encrypted_versions;
  damaged += other.damaged;
  min_commit_ts = std::min(min_commit_ts, other.min_commit_ts);
  max_commit_ts = std::max(max_commit_ts, other.max_commit_ts);
  added.live += other.added.live;
  added.older += other.added.older;
  added.newer += other.added.newer;
  added.tombstone += other.added.tombstone;
}

uint64_t ScanResult::DamagedRows() const {
  uint64_t n = 0;
  for (const FamilyCounts& f : families) n += f.damaged;
  return n;
}

uint64_t ScanResult::LiveEncryptedRows() const {
  uint64_t n = 0;
  for (const FamilyCounts& f : families) n += f.encrypted;
  return n;
}

uint64_t ScanResult::EncryptedVersions() const {
  uint64_t n = 0;
  for (const FamilyCounts& f : families) n += f.encrypted_versions;
  return n;
}

Result<ScanResult> ScanContainer(Container& container, const ScanOptions& options) {
  if (options.progress != nullptr) {
    options.progress->Begin("scan", "bytes", container.info().bytes);
  }
  Scanner scanner(container, options);
  SNAPTREE_ASSIGN(ScanResult result, scanner.Run());
  if (options.at || !scanner.DependsOn(result.read_ts)) return result;
  // Expiry and damaged versions are measured against the read timestamp, which only the first pass
  // could tell.
  ScanOptions again = options;
  again.at = result.read_ts;
  Scanner second(container, again);
  return second.Run();
}

}  // namespace snaptree
