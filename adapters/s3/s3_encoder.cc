#include "adapters/s3/s3_encoder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/s3/s3_body_encoder.h"
#include "adapters/s3/s3_bucket_file.h"
#include "adapters/s3/s3_encoder_findings.h"
#include "adapters/s3/s3_file_worker.h"
#include "adapters/s3/s3_folder_walk.h"
#include "adapters/s3/s3_object_join.h"
#include "adapters/s3/s3_upload_encoder.h"

namespace snaptree::s3 {
namespace {

// Of the memory budget; together 0.3.
constexpr double kWalkShare = 0.04;
constexpr double kObjectsShare = 0.2;
constexpr double kUploadsShare = 0.06;

class Encoder {
 public:
  Encoder(const EncodeContext& context, const EncodeS3Options& options)
      : Encoder(context, options,
                context.rows.AddBodyEncoder(std::make_unique<S3BodyEncoder>(context))) {}

  Result<EncodeTotals> Run();

 private:
  Encoder(const EncodeContext& context, const EncodeS3Options& options, uint32_t body_encoder)
      : context_(context),
        options_(options),
        reader_(context.input),
        rows_(context.rows.Borrow()),
        jobs_(context),
        walk_(context, kWalkShare),
        objects_(context, options, body_encoder, kObjectsShare),
        uploads_(context, options, body_encoder, kUploadsShare) {}

  Result<std::vector<std::string>> Folders();
  Status RunBucket(const std::string& folder);
  Status TakeFile(Slice path);
  Result<bool> HasKeymap();
  Result<bool> HasLines();

  const EncodeContext& context_;
  const EncodeS3Options& options_;
  TreeReader reader_;
  StoredJson json_;
  std::unique_ptr<RowWriter> rows_;
  S3FileJobs jobs_;
  FolderWalk walk_;
  ObjectJoin objects_;
  UploadEncoder uploads_;

  std::string folder_;  // "s3/photos/"
  bool has_keymap_ = false;
  bool has_lines_ = false;
};

// Of buckets, ascending.
Result<std::vector<std::string>> Encoder::Folders() {
  std::vector<std::string> folders;
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      const std::string path = "s3/" + entry.name;
      if (entry.kind == EntryKind::kFolder) {
        folders.push_back(entry.name);
      } else if (entry.kind == EntryKind::kOther) {
        SNAPTREE_TRY(context_.findings.TakeError(context_.input.source().Open(path).status()));
      } else if (!entry.name.starts_with('_')) {
        SNAPTREE_TRY(UnexpectedFile(context_, path, "folders of buckets"));
      }
    }
    return {};
  };
  SNAPTREE_TRY(context_.input.source().List("s3", take));
  std::sort(folders.begin(), folders.end());
  return folders;
}

// The name may be that of an object as well: then its sidecar is beside it.
Result<bool> Encoder::HasKeymap() {
  const std::string path = folder_ + std::string(kKeymapFileName);
  const TreeSource& source = context_.input.source();
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, source.Find(path));
  if (kind != EntryKind::kFile) return false;
  SNAPTREE_ASSIGN(const std::optional<EntryKind> sidecar, source.Find(SidecarPath(path)));
  return sidecar != EntryKind::kFile;
}

// In trees without them it is the name of an object like any other.
Result<bool> Encoder::HasLines() {
  if (!context_.manifest.jsonl) return false;
  const std::string path = folder_ + std::string(kObjectLinesName);
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context_.input.source().Find(path));
  return kind == EntryKind::kFile;
}

Status Encoder::TakeFile(Slice path) {
  const bool orphan = path.starts_with("_orphans/");
  const bool upload = path.starts_with("_incomplete_uploads/");
  const std::string whole = folder_ + std::string(path);
  if ((orphan || upload) && path.ends_with(kSidecarSuffix)) {
    return context_.findings.TakeError(
        DataError("S3EncodeReservedName", "a sidecar stands in a folder that holds no objects")
            .At(whole)
            .Next("move the object to its own path; a key that begins like this folder's name "
                  "needs the name and the KEYMAP.jsonl record that a dump gives it"));
  }
  if (orphan) {
    return ReportLeftOut(context_, Severity::kNote, "s3_orphans_not_encoded",
                         "files below _orphans/, which are parts of no object, were left out",
                         whole);
  }
  if (upload) return uploads_.AddFile(path);
  if (path == "_bucket.json" || (has_keymap_ && path == kKeymapFileName) ||
      (has_lines_ && path == kObjectLinesName)) {
    return {};
  }
  return objects_.AddFile(path);
}

Status Encoder::RunBucket(const std::string& folder) {
  folder_ = "s3/" + folder + "/";
  Result<BucketFile> read =
      ReadBucketFile(context_, folder, options_.allow_bare_buckets, &reader_, &json_);
  const BucketFile bucket = read.ok() ? *read : BucketOfFolder(folder);
  if (read.ok()) {
    const std::string path = folder_ + "_bucket.json";
    rows_->From(path);
    SNAPTREE_TRY(PutBucketRows(bucket, rows_.get()));
  } else {
    SNAPTREE_TRY(context_.findings.TakeError(read.status()));
  }
  objects_.Begin(folder_, bucket);
  uploads_.Begin(folder_, bucket);
  SNAPTREE_ASSIGN(has_keymap_, HasKeymap());
  if (has_keymap_) SNAPTREE_TRY(objects_.ReadKeymap());
  SNAPTREE_ASSIGN(has_lines_, HasLines());
  if (has_lines_) SNAPTREE_TRY(objects_.ReadLines());
  SNAPTREE_TRY(walk_.Run("s3/" + folder, [&](Slice path, EntryKind kind) -> Status {
    if (kind == EntryKind::kFile) return TakeFile(path);
    objects_.AddFolder(path);
    return {};
  }));
  SNAPTREE_TRY(objects_.Finish(&jobs_));
  return uploads_.Finish(rows_.get(), &jobs_);
}

Result<EncodeTotals> Encoder::Run() {
  SNAPTREE_ASSIGN(const std::vector<std::string> folders, Folders());
  for (const std::string& folder : folders) SNAPTREE_TRY(RunBucket(folder));
  SNAPTREE_TRY(jobs_.Finish());
  EncodeTotals totals;
  for (const std::unique_ptr<FileWorker>& worker : jobs_.workers()) {
    totals.records += worker->objects();
  }
  return totals;
}

}  // namespace

Result<EncodeTotals> EncodeS3(const EncodeContext& context, const EncodeS3Options& options) {
  return Encoder(context, options).Run();
}

}  // namespace snaptree::s3
