#include "adapters/s3/s3_upload_encoder.h"

#include <fmt/format.h>

#include <utility>

#include "adapters/common/line_reader.h"
#include "adapters/s3/s3_encoder_findings.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr Slice kRecordsFile = "_incomplete_uploads/records.jsonl";
constexpr Slice kDataFolder = "_incomplete_uploads/data/";
constexpr uint64_t kLongestLine = StoredJson::kMaxBytes;

// In the order in which what has one path comes.
enum Tag : char { kFile, kWanted };

Status Misplaced(Slice what, Slice found) {
  return DataError("S3EncodeInvalidUpload", std::string(what)).Found(Printable(found));
}

// BGO in the bucket's generation.
std::string ScopeIn(const BucketFile& bucket, const S3Key& key) {
  std::string scope(key.bucket);
  AppendBe64(&scope, bucket.generation);
  return scope.append(key.object);
}

}  // namespace

UploadEncoder::UploadEncoder(const EncodeContext& context, const EncodeS3Options& options,
                             uint32_t body_encoder, double share)
    : context_(context),
      options_(options),
      body_encoder_(body_encoder),
      scopes_(context.sorter_options(share / 5)),
      records_(context.sorter_options(share / 5)),
      parts_(context.sorter_options(share / 5)),
      names_(context.sorter_options(share / 5)) {}

void UploadEncoder::Begin(Slice folder, const BucketFile& bucket) {
  folder_ = folder;
  records_path_ = folder_ + std::string(kRecordsFile);
  bucket_ = &bucket;
  has_records_ = false;
  scopes_.Reset();
  records_.Reset();
  parts_.Reset();
  names_.Begin();
}

Status UploadEncoder::AddFile(Slice path) {
  if (!Encodes()) {
    const std::string whole = folder_ + std::string(path);
    if (context_.manifest.include_incomplete_uploads) {
      return ReportLeftOut(context_, Severity::kNote, "s3_incomplete_uploads_dropped",
                           "files of open uploads were left out, as asked", whole);
    }
    return ReportLeftOut(
        context_, Severity::kWarning, "s3_incomplete_uploads_ignored",
        "files of open uploads in a tree whose MANIFEST.json says that it has none "
        "were left out",
        whole);
  }
  if (path == kRecordsFile) {
    has_records_ = true;
    return {};
  }
  if (path.starts_with(kDataFolder)) {
    std::string key;
    AppendSegment(&key, path);
    key.push_back(static_cast<char>(kFile));
    return parts_.Add(key, {});
  }
  return UnexpectedFile(context_, folder_ + std::string(path),
                        "records.jsonl and data/ in this folder");
}

Status UploadEncoder::Finish(RowWriter* rows, S3FileJobs* jobs) {
  if (!Encodes()) return {};
  if (has_records_) SNAPTREE_TRY(ReadRecords());
  SNAPTREE_TRY(PutRecords(rows));
  return JoinParts(jobs);
}

// ---- records.jsonl ------------------------------------------------------------------------------

Status UploadEncoder::ReadRecords() {
  Result<std::unique_ptr<TreeInputFile>> file = context_.input.Open(records_path_);
  if (!file.ok()) return context_.findings.TakeError(std::move(file).status());
  LineReader lines(*std::move(file), kLongestLine);
  for (Slice line;;) {
    SNAPTREE_TRY(CheckCancelled());
    const Result<bool> more = lines.Next(&line);
    if (!more.ok()) return context_.findings.TakeError(more.status());
    if (!*more) return {};
    Result<UploadRecord> record = ParseUploadLine(line, &json_);
    Status status = record.ok() ? TakeRecord(*record, lines.number()) : std::move(record).status();
    if (!status.ok()) SNAPTREE_TRY(context_.findings.TakeError(lines.At(std::move(status))));
  }
}

Status UploadEncoder::TakeRecord(const UploadRecord& record, uint64_t line) {
  S3Key key;
  ParseTail(record.tail, record.is_part ? KeyLayout::kPart : KeyLayout::kUpload, &key);
  if (SegmentText(key.bucket) != bucket_->name) {
    return Misplaced("the record is that of another bucket", SegmentText(key.bucket));
  }
  if (SegmentText(key.upload) == kRestoredUploadId) {
    return Misplaced("the upload has the ID that restored objects have", kRestoredUploadId);
  }
  if (record.has_unknown) SNAPTREE_TRY(context_.differences.Add(records_path_));
  if (!record.is_part) SNAPTREE_TRY(scopes_.Add(record.tail, {}));
  std::string payload;
  AppendLe64(&payload, line);
  // An upload's own tail is a prefix of those of its parts: it comes before them.
  return records_.Add(record.tail, payload.append(record.value));
}

Status UploadEncoder::PutRecords(RowWriter* rows) {
  SNAPTREE_TRY(scopes_.Finish());
  SNAPTREE_TRY(records_.Finish());
  S3Key key;
  for (Slice tail, ignored;;) {
    SNAPTREE_ASSIGN(const bool more, scopes_.Next(&tail, &ignored));
    if (!more) break;
    ParseTail(tail, KeyLayout::kUpload, &key);
    SNAPTREE_TRY(names_.Add(SegmentText(key.upload), tail));
  }
  SNAPTREE_TRY(names_.EndOfUploads());
  std::string scope;  // of the upload whose record came last
  std::string name;   // of its folder
  for (Slice tail, payload;;) {
    SNAPTREE_ASSIGN(const bool more, records_.Next(&tail, &payload));
    if (!more) return {};
    const bool is_part = ParseTail(tail, KeyLayout::kPart, &key) == KeyShape::kGood;
    if (!is_part) ParseTail(tail, KeyLayout::kUpload, &key);
    const auto line = LoadLe<uint64_t>(payload.data());
    const Slice value = payload.substr(sizeof line);
    Status status;
    if (!is_part) {
      scope = tail;
      SNAPTREE_ASSIGN(name, names_.NameOf(SegmentText(key.upload), tail));
      rows->From(records_path_, line);
      status = PutMeta(key, value, rows);
    } else if (!scope.empty() && tail.starts_with(scope)) {
      status = TakePart(key, value, name);
    } else {
      context_.findings.Note("s3_leftover_parts_ignored",
                             "records of parts whose upload is not in the tree were ignored",
                             records_path_);
      SNAPTREE_TRY(context_.differences.Add(records_path_));
    }
    if (status.ok()) continue;
    SNAPTREE_TRY(context_.findings.TakeError(
        std::move(status).At(records_path_).Address("line " + std::to_string(line))));
  }
}

Status UploadEncoder::PutMeta(const S3Key& key, Slice value, RowWriter* rows) {
  SNAPTREE_ASSIGN(const std::string changed, WithGeneration(value, bucket_->generation, &json_));
  if (changed != value || key.generation != bucket_->generation) {
    SNAPTREE_TRY(context_.differences.Add(records_path_));
  }
  const std::string tail = ScopeIn(*bucket_, key).append(key.upload);
  SNAPTREE_TRY(rows->Put(std::string(kUploadMetaPrefix) + tail, changed));
  return rows->Put(std::string(kGcUploadPrefix) + tail, changed);
}

Status UploadEncoder::TakePart(const S3Key& key, Slice value, Slice folder_name) {
  SNAPTREE_ASSIGN(const UploadedPart part, ReadUploadedPart(value, key.part, &json_));
  if (part.value != value || key.generation != bucket_->generation) {
    SNAPTREE_TRY(context_.differences.Add(records_path_));
  }
  const std::string scope = ScopeIn(*bucket_, key);
  const std::string upload = SegmentText(key.upload);
  PartFile file;
  file.encoder = body_encoder_;
  file.check_etags = options_.check_etags;
  file.scope = scope;
  file.upload = upload;
  file.number = key.part;
  file.version = part.version;
  file.size = part.size;
  file.etag = part.etag;
  file.record = part.value;
  file.records_path = records_path_;
  std::string path;
  AppendSegment(&path, fmt::format("{}{}/{:05}.part", kDataFolder, folder_name, key.part));
  path.push_back(static_cast<char>(kWanted));
  return parts_.Add(path, file.Detail());
}

// ---- Parts --------------------------------------------------------------------------------------

Status UploadEncoder::JoinParts(S3FileJobs* jobs) {
  SNAPTREE_TRY(parts_.Finish());
  std::string file;  // a path that is there
  bool wanted = true;
  const auto end_file = [&]() -> Status {
    if (wanted) return {};
    return UnexpectedFile(context_, folder_ + file, "a part that a line of records.jsonl names");
  };
  for (Slice key, detail;;) {
    SNAPTREE_ASSIGN(const bool more, parts_.Next(&key, &detail));
    if (!more) return end_file();
    const std::string path = SegmentText(key.substr(0, key.size() - 1));
    if (key.back() == kFile) {
      SNAPTREE_TRY(end_file());
      file = path;
      wanted = false;
      continue;
    }
    const std::string whole = folder_ + path;
    if (path == file) {
      wanted = true;
      SNAPTREE_TRY(jobs->Add(whole, detail));
    } else {
      SNAPTREE_TRY(context_.differences.Add(records_path_));
      SNAPTREE_TRY(ReportPartMissing(context_, whole));
    }
  }
}

}  // namespace snaptree::s3
