#include "check/diff/diff.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "check/diff/diff_contents.h"
#include "check/diff/diff_filter.h"
#include "check/diff/diff_merge.h"
#include "check/diff/diff_pack.h"
#include "check/diff/diff_scopes.h"
#include "check/diff/diff_side.h"
#include "encode/canonical_json.h"

#include "base/external_sorter.h"
#include "base/scratch_space.h"
#include "base/time_text.h"

namespace snaptree {
namespace {

// Shares of the memory budget. The sides are filled one after the other, each beside what reads it.
constexpr double kReadShare = 0.6;
constexpr double kSideShare = 0.1;
constexpr double kFoundShare = 0.04;

bool IsFileOfLines(Slice path) {
  const std::optional<CanonicalRules> rules = CanonicalRulesOf(path);
  return rules && rules->lines;
}

class DiffRun {
 public:
  explicit DiffRun(const DiffOptions& options)
      : options_(options),
        filter_(options.filter),
        scratch_(options.memory_bytes, options.scratch_folder),
        a_(scratch_.Share(kSideShare)),
        b_(scratch_.Share(kSideShare)),
        changes_(scratch_.Share(kFoundShare)),
        fields_(scratch_.Share(kFoundShare)),
        scopes_(options.take_scope),
        contents_([this](Slice path, const FieldDifferences& fields) {
          const std::lock_guard lock(fields_mutex_);
          return fields_.Add(path, PackFields(fields));
        }) {}

  Result<DiffReport> Run();

 private:
  RecordsOptions OptionsOf(bool is_a) const;
  Status LearnManifests();
  Status ReadSide(bool is_a);
  Status TakeMerged(const MergedRecord& record);
  RecordDifference DifferenceOf(const MergedRecord& record) const;
  void WantContent(const MergedRecord& record);
  Status CompareContents();
  Status ReadAgain(bool is_a, const std::vector<std::string>& files);
  Status TellChanges();

  const DiffOptions& options_;
  const DiffFilter filter_;
  ScratchSpace scratch_;
  DiffSide a_;
  DiffSide b_;
  std::optional<Manifest> manifest_a_;  // of trees that the other side has to be like
  std::optional<Manifest> manifest_b_;
  ExternalSorter changes_;
  std::mutex fields_mutex_;
  ExternalSorter fields_;
  ScopeCounter scopes_;
  DiffContents contents_;
  uint64_t wanted_bytes_ = 0;
  DiffReport report_;
};

RecordsOptions DiffRun::OptionsOf(bool is_a) const {
  RecordsOptions records;
  records.what = is_a ? options_.a : options_.b;
  records.at = is_a ? options_.at_a : options_.at_b;
  records.adapters = options_.adapters;
  records.filter = filter_.scopes();
  records.force = options_.force;
  records.input = options_.input;
  records.salvage = options_.salvage;
  const std::optional<Manifest>& other = is_a ? manifest_b_ : manifest_a_;
  records.like = other ? &*other : nullptr;
  records.threads = options_.threads;
  records.memory_bytes =
      static_cast<uint64_t>(static_cast<double>(options_.memory_bytes) * kReadShare);
  records.scratch_folder = options_.scratch_folder;
  records.progress = options_.progress;
  return records;
}

// A snapshot is decoded as the tree on the other side was. Trees are taken as they are.
Status DiffRun::LearnManifests() {
  SNAPTREE_ASSIGN(const WhatKind kind_a, WhatKindOf(options_.a));
  SNAPTREE_ASSIGN(const WhatKind kind_b, WhatKindOf(options_.b));
  // Wrong calls are told before anything is read.
  for (const bool is_a : {true, false}) {
    const bool is_snapshot = (is_a ? kind_a : kind_b) == WhatKind::kSnapshot;
    if (!is_snapshot && (is_a ? options_.at_a : options_.at_b))
      return AtNeedsSnapshot(is_a ? options_.a : options_.b);
  }
  if (kind_a == WhatKind::kSnapshot) manifest_b_ = ManifestIn(OptionsOf(false));
  if (kind_b == WhatKind::kSnapshot) manifest_a_ = ManifestIn(OptionsOf(true));
  return {};
}

Status DiffRun::ReadSide(bool is_a) {
  DiffSide& side = is_a ? a_ : b_;
  DiffSinkOptions sink_options;
  sink_options.wanted = [this](Slice path) { return filter_.Wants(path); };
  sink_options.lines = options_.details;
  sink_options.expiries = options_.details && is_a;
  sink_options.content_types = options_.details && !is_a;
  const std::unique_ptr<TreeSink> sink = NewDiffSink(side, std::move(sink_options));
  SNAPTREE_ASSIGN((is_a ? report_.a : report_.b), ReadRecords(OptionsOf(is_a), *sink));
  return side.Finish();
}

RecordDifference DiffRun::DifferenceOf(const MergedRecord& record) const {
  RecordDifference difference;
  difference.address = record.path();
  if (record.a != nullptr) difference.size_a = record.a->size;
  if (record.b != nullptr) difference.size_b = record.b->size;
  if (record.a == nullptr) {
    difference.change = RecordChange::kAdded;
    difference.content_type = record.b->content_type;
    return difference;
  }
  if (record.b == nullptr) {
    difference.change = RecordChange::kRemoved;
    const std::optional<uint64_t>& expiry = record.a->expire_at_ms;
    difference.as_of_ms = HlcMillis(report_.b.read_ts);
    if (expiry && *expiry <= difference.as_of_ms) difference.expired_at_ms = expiry;
    return difference;
  }
  difference.lines = record.lines;
  difference.same_content =
      options_.details && IsFileOfLines(record.path()) && record.lines.Sum() == 0;
  return difference;
}

// Documents that changed are compared later, if they are not too many.
void DiffRun::WantContent(const MergedRecord& record) {
  const uint64_t size_a = record.a->size;
  const uint64_t size_b = record.b->size;
  if (!DiffContents::CanCompare(record.path(), size_a, size_b)) return;
  const uint64_t bytes = size_a + size_b + record.path().size();
  const uint64_t limit = std::min(DiffOptions::kMaxComparedBytes, options_.memory_bytes / 8);
  // Standard input is read once.
  const bool again = options_.a != "-" && options_.b != "-";
  if (!again || contents_.size() == DiffOptions::kMaxCompared || wanted_bytes_ + bytes > limit) {
    ++report_.not_compared;
    return;
  }
  wanted_bytes_ += bytes;
  contents_.Add(record.path(), record.a->digest, record.b->digest);
}

Status DiffRun::TakeMerged(const MergedRecord& record) {
  SNAPTREE_TRY(scopes_.Add(record));
  if (record.same() || !options_.take) return {};
  const RecordDifference difference = DifferenceOf(record);
  if (!options_.details) return options_.take(difference);
  if (difference.change == RecordChange::kChanged) WantContent(record);
  return changes_.Add(difference.address, PackDifference(difference));
}

Status DiffRun::ReadAgain(bool is_a, const std::vector<std::string>& files) {
  RecordsOptions records = OptionsOf(is_a);
  records.filter = {};
  records.filter.files = files;
  records.filter.from_files = true;
  const std::unique_ptr<TreeSink> sink = is_a ? contents_.SinkForA() : contents_.SinkForB();
  return ReadRecords(records, *sink).status();
}

Status DiffRun::CompareContents() {
  if (contents_.size() == 0) return {};
  const std::vector<std::string> files = contents_.Addresses();
  SNAPTREE_TRY(ReadAgain(true, files));
  return ReadAgain(false, files);
}

Status DiffRun::TellChanges() {
  SNAPTREE_TRY(changes_.Finish());
  SNAPTREE_TRY(fields_.Finish());
  Slice path;
  Slice packed;
  Slice fields_path;
  Slice fields;
  SNAPTREE_ASSIGN(bool has_fields, fields_.Next(&fields_path, &fields));
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, changes_.Next(&path, &packed));
    if (!more) return {};
    RecordDifference difference;
    difference.address = path;
    UnpackDifference(packed, &difference);
    if (has_fields && fields_path == path) {
      difference.fields = UnpackFields(fields);
      difference.same_content = difference.fields.fields.empty();
      SNAPTREE_ASSIGN(has_fields, fields_.Next(&fields_path, &fields));
    }
    SNAPTREE_TRY(options_.take(difference));
  }
}

Result<DiffReport> DiffRun::Run() {
  SNAPTREE_TRY(LearnManifests());
  SNAPTREE_TRY(ReadSide(true));
  SNAPTREE_TRY(ReadSide(false));
  SNAPTREE_TRY(
      MergeSides(a_, b_, [this](const MergedRecord& record) { return TakeMerged(record); }));
  SNAPTREE_TRY(scopes_.Finish());
  report_.counts = scopes_.all();
  if (options_.take && options_.details) {
    SNAPTREE_TRY(CompareContents());
    SNAPTREE_TRY(TellChanges());
  }
  report_.unmatched = filter_.Unmatched(report_.a.unmatched, report_.b.unmatched);
  return std::move(report_);
}

}  // namespace

Result<DiffReport> Diff(const DiffOptions& options) { return DiffRun(options).Run(); }

}  // namespace snaptree
