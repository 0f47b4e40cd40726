#include "adapters/s3/s3_bucket_pass.h"

#include <algorithm>

#include "adapters/s3/s3_bucket_names.h"
#include "adapters/s3/s3_object_findings.h"
#include "base/text.h"
#include "base/time_text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::s3 {
namespace {

constexpr double kNamesShare = 0.05;
constexpr uint64_t kFormatVersion = 1;
constexpr uint64_t kFirstGeneration = 1;

}  // namespace

BucketPass::BucketPass(Shared* shared)
    : shared_(*shared),
      generations_(shared->context, FamilyOf(kBucketGenerationPrefix), KeyLayout::kBucket,
                   &shared->misfits),
      records_(shared->context, FamilyOf(kBucketMetaPrefix), KeyLayout::kBucket, &shared->misfits),
      heads_(shared->context, FamilyOf(kHeadPrefix), KeyLayout::kObject, nullptr),
      uploads_(shared->context, FamilyOf(kUploadMetaPrefix), KeyLayout::kUpload, nullptr),
      names_(shared->context.sorter_options(kNamesShare), shared->options.rename_collisions) {}

Status BucketPass::Start() {
  SNAPTREE_TRY(generations_.Start());
  SNAPTREE_TRY(records_.Start());
  SNAPTREE_TRY(uploads_.Start());
  return heads_.Start();
}

Slice BucketPass::NextBucket() const {
  if (!generations_.valid()) return records_.valid() ? records_.key().bucket : Slice();
  if (!records_.valid()) return generations_.key().bucket;
  return std::min(generations_.key().bucket, records_.key().bucket);
}

Result<Bucket> BucketPass::Open(Slice segment) {
  Bucket bucket;
  bucket.segment = segment;
  bucket.name = SegmentText(segment);
  const std::string folder = "s3/" + EncodeDirectorySegment(bucket.name).name + "/";
  bucket.folder = folder;
  bucket.may_be_selected = shared_.context.filter.MaySelectBelow(folder);
  shared_.records_in_bucket = 0;
  shared_.unknown_members.clear();
  SNAPTREE_TRY(TakeGeneration(bucket.segment));
  SNAPTREE_TRY(TakeRecord(bucket.segment));
  bucket.known_deleted = record_.known && !record_.exists;
  if (record_.exists) bucket.state = BucketState::kExists;
  SNAPTREE_TRY(ChooseGeneration(&bucket));
  if (bucket.state != BucketState::kAbsent) {
    bucket.orphan_folder = folder;
    ReportNames(bucket);
  } else if (shared_.context.extensions) {
    bucket.orphan_folder = "_internal/" + folder;
    bucket.may_be_selected =
        bucket.may_be_selected || shared_.context.filter.MaySelectBelow(bucket.orphan_folder);
  }
  return bucket;
}

// ---- The bucket's own rows ----------------------------------------------------------------------

Status BucketPass::TakeGeneration(Slice segment) {
  counter_ = 0;
  return ForEachIn(&generations_, segment, [&]() -> Status {
    const ViewRow& row = generations_.row();
    if (!row.IsLive()) return {};
    std::optional<uint64_t> counter;
    if (row.body.size <= kMaxSmallValueBytes) {
      std::string storage;
      SNAPTREE_ASSIGN(const Slice value, LoadValue(shared_.context.source, row.body, &storage));
      counter = ParseGeneration(value);
    }
    if (!counter) {
      return shared_.context.ledger.AddDamaged(
          generations_.family(), row,
          DataError("S3InvalidGeneration", "the generation counter of a bucket is no number"));
    }
    counter_ = *counter;
    shared_.context.ledger.Add(generations_.family(), RowLedger::Place::kOperational);
    return {};
  });
}

// A version that cannot be read decides like any other: the bucket is there, what it is called like
// is not.
Status BucketPass::TakeRecord(Slice segment) {
  record_ = {};
  bool decided = false;
  return ForEachIn(&records_, segment, [&]() -> Status {
    const ViewRow& row = records_.row();
    record_.known = true;
    if (row.IsLive()) SNAPTREE_TRY(TakeLiveRecord());
    const bool damaged =
        row.verdict == Verdict::kDamaged && row.commit_ts <= shared_.context.scan.read_ts;
    if (damaged && !decided) record_.exists = true;
    decided =
        decided || (row.verdict != Verdict::kNewer && row.verdict != Verdict::kDamaged) || damaged;
    return {};
  });
}

Status BucketPass::TakeLiveRecord() {
  const ViewRow& row = records_.row();
  RowLedger& ledger = shared_.context.ledger;
  if (row.body.size == 0) {  // no bucket for live (spec 04 section 2.1)
    ledger.Add(records_.family(), RowLedger::Place::kOperational);
    return {};
  }
  record_.exists = true;
  Result<BucketMeta> meta = DataError("S3InvalidBucketMeta", "the record of a bucket is too large");
  if (row.body.size <= StoredJson::kMaxBytes) {
    std::string storage;
    SNAPTREE_ASSIGN(const Slice value, LoadValue(shared_.context.source, row.body, &storage));
    meta = ParseBucketMeta(value, &json_);
  }
  if (!meta.ok()) return ledger.AddDamaged(records_.family(), row, meta.status());
  record_.meta = *std::move(meta);
  record_.live_row = true;
  return {};
}

// ---- Generations --------------------------------------------------------------------------------

Status BucketPass::ChooseGeneration(Bucket* bucket) {
  Findings& findings = shared_.context.findings;
  const uint64_t stated = record_.meta.generation != 0 ? record_.meta.generation : counter_;
  if (bucket->known_deleted) return {};
  if (bucket->state == BucketState::kExists && stated != 0) {
    if (counter_ != 0 && counter_ < record_.meta.generation) {
      findings.Note("s3_generation_mismatch",
                    "buckets with a generation above that of their counter; the bucket's counts",
                    bucket->name);
    }
    bucket->generation = stated;
    return CollectNames(bucket->segment, stated).status();
  }
  SNAPTREE_ASSIGN(const std::optional<uint64_t> greatest,
                  CollectNames(bucket->segment, std::nullopt));
  const bool exists = bucket->state == BucketState::kExists;
  std::optional<uint64_t> alive = greatest;
  if (!exists && !alive) {
    SNAPTREE_ASSIGN(alive, GreatestUpload(bucket->segment));
  }
  bucket->generation = alive.value_or(kFirstGeneration);
  if (exists) {
    findings.Warn("s3_generation_unknown",
                  "buckets of which no row tells the generation; the greatest that has objects "
                  "was taken",
                  bucket->name);
  } else if (alive) {
    bucket->state = BucketState::kUnknown;
    findings.Warn("s3_bucket_meta_missing",
                  "buckets whose own row is not in the input, perhaps on another raft group: their "
                  "objects were written all the same",
                  bucket->name);
  }
  return {};
}

Result<std::optional<uint64_t>> BucketPass::CollectNames(Slice segment,
                                                         std::optional<uint64_t> generation) {
  std::optional<uint64_t> greatest;
  names_.Begin();
  SNAPTREE_TRY(heads_.SeekTo(segment));
  SNAPTREE_TRY(ForEachIn(&heads_, segment, [&]() -> Status {
    const S3Key& key = heads_.key();
    if (!heads_.row().IsLive() || (generation && key.generation != *generation)) return {};
    if (greatest && key.generation > *greatest) names_.Begin();  // generations ascend
    greatest = key.generation;
    return names_.Add(SegmentText(key.object));
  }));
  SNAPTREE_TRY(names_.EndOfKeys());
  return greatest;
}

// The greatest generation that has an open upload: a group can hold nothing else of a bucket yet.
Result<std::optional<uint64_t>> BucketPass::GreatestUpload(Slice segment) {
  std::optional<uint64_t> greatest;
  SNAPTREE_TRY(uploads_.SeekTo(segment));
  SNAPTREE_TRY(ForEachIn(&uploads_, segment, [&]() -> Status {
    if (uploads_.row().IsLive()) greatest = uploads_.key().generation;
    return {};
  }));
  return greatest;
}

// ---- _bucket.json -------------------------------------------------------------------------------

void BucketPass::ReportNames(const Bucket& bucket) {
  Findings& findings = shared_.context.findings;
  if (!IsUsualBucketName(bucket.name)) {
    findings.Note("s3_bucket_name_unusual", "buckets with a name that a node would refuse",
                  Printable(bucket.name));
  }
  if (record_.live_row && record_.meta.bucket_name != bucket.name) {
    findings.Note("s3_bucket_name_mismatch",
                  "buckets whose record has another name than its key; the key counts",
                  Printable(bucket.name));
  }
}

Status BucketPass::Close(const Bucket& bucket) {
  RowLedger::Place place = RowLedger::Place::kExcluded;
  const std::string path = bucket.folder + "_bucket.json";
  const bool exists = bucket.state != BucketState::kAbsent;
  if (exists && (shared_.context.filter.Selects(path) || shared_.records_in_bucket > 0)) {
    SNAPTREE_TRY(WriteFile(bucket, path));
    shared_.totals.scopes.push_back(bucket.name);
    place = RowLedger::Place::kEmitted;
  }
  if (record_.live_row) shared_.context.ledger.Add(records_.family(), place);
  return {};
}

Status BucketPass::WriteFile(const Bucket& bucket, Slice path) {
  const BucketMeta& meta = record_.meta;
  const bool extensions = shared_.context.extensions;
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOn);
  json.StartObject();
  json.Member("format_version", kFormatVersion);
  json.Member("name", Slice(bucket.name));
  if (extensions && meta.created_at_hlc != 0) {
    json.Member("creation_time_iso", Slice(Rfc3339(HlcMillis(meta.created_at_hlc))));
  }
  if (!meta.owner.empty()) json.Member("owner", Slice(meta.owner));
  if (!meta.region.empty()) json.Member("region", Slice(meta.region));
  if (!meta.acl.empty()) json.Member("acl", Slice(meta.acl));
  if (extensions) {
    json.Key("snaptree");
    json.StartObject();
    json.Member("generation", bucket.generation);
    if (!meta.extra.empty()) meta.extra.Write(&json);
    json.EndObject();
  }
  json.EndObject();
  for (const auto& [name, value] : meta.extra.members()) {
    ReportUnknownMember(&shared_, name, path, extensions);
  }
  return shared_.context.sink.WriteFile(path, json.text());
}

}  // namespace snaptree::s3
