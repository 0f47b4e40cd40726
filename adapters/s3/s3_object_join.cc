#include "adapters/s3/s3_object_join.h"

#include <algorithm>
#include <utility>

#include "adapters/common/keymap_file.h"
#include "adapters/s3/s3_encoder_findings.h"
#include "adapters/s3/s3_keymap_rules.h"
#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_object_lines.h"
#include "adapters/s3/s3_payload.h"
#include "base/cancel.h"
#include "base/coding.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::s3 {
namespace {

// In the order in which what has one path comes.
enum Tag : char {
  kBody,
  kPerhapsBody,  // if a record says so; else a sidecar
  kSidecar,
  kNoSidecar,  // what looks like the sidecar is a body
  kRecord,
  kClaim,
  kLine,
};

constexpr size_t kChunkKeyBytes = 2 * sizeof(uint64_t);  // part and chunk

// What the Go tools leave beside a file when they are killed.
bool IsLeftover(Slice path) {
  constexpr Slice kPrefix = ".obj.tmp-";
  const Slice name = path.substr(path.rfind('/') + 1);
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.find_first_not_of("0123456789", kPrefix.size()) == Slice::npos;
}

// What stands for a key that only KEYMAP.jsonl knows.
bool IsFallbackPath(Slice path) { return path.find('/') == Slice::npos && HasFallbackShape(path); }

Slice WithoutSuffix(Slice sidecar_path) {
  return sidecar_path.substr(0, sidecar_path.size() - kSidecarSuffix.size());
}

}  // namespace

ObjectJoin::ObjectJoin(const EncodeContext& context, const EncodeS3Options& options,
                       uint32_t body_encoder, double share)
    : context_(context),
      options_(options),
      body_encoder_(body_encoder),
      by_path_(context.sorter_options(share / 2)),
      by_original_(context.sorter_options(share / 8)),
      paths_(context, share * 3 / 8) {}

void ObjectJoin::Begin(Slice folder, const BucketFile& bucket) {
  folder_ = folder;
  keymap_path_ = folder_ + std::string(kKeymapFileName);
  lines_path_ = folder_ + std::string(kObjectLinesName);
  bucket_ = &bucket;
  by_path_.Reset();
  by_original_.Reset();
  paths_.Begin(folder);
}

Status ObjectJoin::Add(Slice path, char tag, Slice payload) {
  key_.clear();
  AppendSegment(&key_, path);
  key_ += tag;
  return by_path_.Add(key_, payload);
}

// The name that stands for a key that ends as a sidecar's name ends that way too.
Status ObjectJoin::AddFile(Slice path) {
  if (!path.ends_with(kSidecarSuffix)) return Add(path, kBody, {});
  if (IsFallbackPath(path)) SNAPTREE_TRY(Add(path, kPerhapsBody, {}));
  return Add(WithoutSuffix(path), kSidecar, {});
}

// ---- KEYMAP.jsonl -------------------------------------------------------------------------------

Status ObjectJoin::KeymapProblem(const char* code, const char* what, uint64_t line, Slice found) {
  return context_.findings.TakeError(DataError(code, what)
                                         .At(keymap_path_)
                                         .Address("line " + std::to_string(line))
                                         .Found(Printable(found)));
}

Status ObjectJoin::ReadKeymap() {
  std::string payload;
  SNAPTREE_TRY(ReadKeymapFile(
      context_, keymap_path_, [&](const KeymapRecord& record, uint64_t line) -> Status {
        if (record.has_unknown) SNAPTREE_TRY(context_.differences.Add(keymap_path_));
        SNAPTREE_TRY(CheckKeymapRecord(record));
        paths_.SeeRecord(record);
        payload.clear();
        AppendLe64(&payload, line);
        return by_original_.Add(record.original, payload.append(record.encoded));
      }));
  return CheckRecords();
}

// Two files of one key; then each record with its file.
Status ObjectJoin::CheckRecords() {
  SNAPTREE_TRY(by_original_.Finish());
  std::string last;
  std::string payload;
  bool first = true;
  for (Slice original, value;;) {
    SNAPTREE_ASSIGN(const bool more, by_original_.Next(&original, &value));
    if (!more) return {};
    const auto line = LoadLe<uint64_t>(value.data());
    const Slice encoded = value.substr(sizeof line);
    const bool twice = !first && original == last;
    if (twice) {
      SNAPTREE_TRY(KeymapProblem("DuplicateKey", "two records have one key", line, original));
    }
    payload.assign(1, twice ? '\1' : '\0');
    AppendLe64(&payload, line);
    SNAPTREE_TRY(Add(encoded, kRecord, payload.append(original)));
    if (encoded.ends_with(kSidecarSuffix)) {
      SNAPTREE_TRY(Add(WithoutSuffix(encoded), kNoSidecar, {}));
    }
    if (!twice) SNAPTREE_TRY(Add(original, kClaim, encoded));
    last = original;
    first = false;
  }
}

// ---- _objects.jsonl -----------------------------------------------------------------------------

Status ObjectJoin::ReadLines() {
  std::string payload;
  return ReadObjectLines(context_, lines_path_,
                         [&](const ObjectLine& line, Slice text, uint64_t number) -> Status {
                           payload.clear();
                           AppendLe64(&payload, number);
                           AppendText(&payload, line.key);
                           return Add(line.path, kLine, payload.append(text));
                         });
}

Status ObjectJoin::LineProblem(const Group& group, Status error) {
  return context_.findings.TakeError(
      std::move(error).At(lines_path_).Address("line " + std::to_string(group.object_line)));
}

Status ObjectJoin::TakeLine(Slice payload, Group* group) {
  PayloadReader reader(payload);
  const uint64_t number = reader.Number();
  if (group->object_line != 0) {
    const std::string first = std::to_string(group->object_line);
    group->object_line = number;
    return LineProblem(*group, DataError("DuplicateKey", "two lines tell of one object")
                                   .Found(Printable(group->path) + ", also in line " + first)
                                   .Next("keep one of them"));
  }
  group->object_line = number;
  group->line_key = reader.Text();
  group->line_text = reader.rest();
  return {};
}

// What is known of an object beside its bytes stands in one place, and is of this object. False: it
// was told why not.
Result<bool> ObjectJoin::IsOneSidecar(const Group& group, Slice key) {
  if (group.object_line != 0 && group.line_key != key) {
    SNAPTREE_TRY(LineProblem(
        group, DataError("S3EncodeInvalidSidecar", "the key of the line is not that of its file")
                   .Expected(Printable(key) + ", of " + Printable(group.path))
                   .Found(Printable(group.line_key))
                   .Next("correct \"key\" or \"path\"")));
    return false;
  }
  if (!context_.manifest.jsonl || !group.sidecar) return true;
  const std::string sidecar = folder_ + SidecarPath(group.path);
  if (group.object_line != 0) {
    SNAPTREE_TRY(LineProblem(
        group, DataError("S3EncodeTwoSidecars", "the object has a sidecar file and a line")
                   .Found(sidecar)
                   .Next("remove the file, or the line")));
    return false;
  }
  context_.findings.Note("s3_sidecar_beside_lines",
                         "sidecar files in a tree that keeps sidecars as lines of _objects.jsonl; "
                         "they were read like lines",
                         sidecar);
  SNAPTREE_TRY(context_.differences.Add(sidecar));
  SNAPTREE_TRY(context_.differences.Add(lines_path_));
  return true;
}

// ---- Files of one path --------------------------------------------------------------------------

Status ObjectJoin::Finish(S3FileJobs* jobs) {
  SNAPTREE_TRY(by_path_.Finish());
  Group group;
  std::string segment;  // of the group
  for (Slice key, payload;;) {
    SNAPTREE_ASSIGN(const bool more, by_path_.Next(&key, &payload));
    const Slice next = more ? key.substr(0, key.size() - 1) : Slice();
    if (next != segment) {
      if (!segment.empty()) SNAPTREE_TRY(EndGroup(group, jobs));
      if (more) {
        group = {};
        segment = next;
        group.path = SegmentText(next);
      }
    }
    if (!more) return paths_.Finish();
    SNAPTREE_TRY(TakeEntry(key.back(), payload, &group));
  }
}

Status ObjectJoin::TakeEntry(char tag, Slice payload, Group* group) {
  switch (static_cast<Tag>(tag)) {
    case kBody:
      group->body = true;
      return {};
    case kPerhapsBody:
      group->perhaps_body = true;
      return {};
    case kSidecar:
      group->sidecar = true;
      return {};
    case kNoSidecar:
      group->sidecar = false;
      return {};
    case kClaim:
      group->claimed = true;
      group->claimant = payload;
      return {};
    case kLine:
      return TakeLine(payload, group);
    case kRecord:
      break;
  }
  const auto line = LoadLe<uint64_t>(payload.data() + 1);
  if (group->has_record) {
    return KeymapProblem("KeymapInvalid", "two records have one path", line, group->path);
  }
  group->has_record = true;
  group->body = group->body || group->perhaps_body;
  group->bad_record = payload[0] != '\0';
  group->line = line;
  group->original = payload.substr(1 + sizeof line);
  return {};
}

Status ObjectJoin::Lost(const Group& group) {
  if (group.sidecar && group.perhaps_body) return NoRecord(group);
  if (group.sidecar) {
    SNAPTREE_TRY(context_.findings.TakeError(
        DataError("S3EncodeOrphanSidecar", "the body that this file describes is missing")
            .At(folder_ + SidecarPath(group.path))
            .Expected(Printable(group.path) + " beside it")
            .Next("bring the body back (tools that skip empty files lose empty bodies), or remove "
                  "the sidecar with it")));
  }
  if (group.object_line != 0) {
    SNAPTREE_TRY(LineProblem(
        group, DataError("S3EncodeOrphanSidecar", "the body that this line describes is missing")
                   .Expected(Printable(folder_ + group.path))
                   .Next("bring the body back (tools that skip empty files lose empty bodies), or "
                         "remove the line with it")));
  }
  if (!group.has_record) return {};
  return KeymapProblem("KeymapInvalid", "the file that a record names is missing", group.line,
                       group.path);
}

Status ObjectJoin::NoRecord(const Group& group) {
  return context_.findings.TakeError(
      DataError("KeymapMissing", "the name stands for a key that KEYMAP.jsonl does not have")
          .At(folder_ + group.path)
          .Next("bring back the bucket's KEYMAP.jsonl"));
}

// False: it was told why not.
Result<bool> ObjectJoin::IsObject(const Group& group) {
  if (group.has_record) return !group.bad_record;
  if (IsFallbackPath(group.path)) {
    if (!context_.manifest.snaptree_version.empty()) {
      SNAPTREE_TRY(NoRecord(group));
      return false;
    }
    context_.findings.Warn("s3_name_looks_like_fallback",
                           "objects whose key looks like a name that stands for another key; taken "
                           "as it is",
                           folder_ + group.path);
  }
  if (group.claimed) {
    SNAPTREE_TRY(context_.findings.TakeError(
        DataError("DuplicateKey", "two files of the tree have one key")
            .At(folder_ + group.path)
            .Found("the same key by KEYMAP.jsonl: " + Printable(group.claimant))
            .Next("keep one of them")));
    return false;
  }
  if (!group.sidecar && IsLeftover(group.path)) {
    SNAPTREE_TRY(ReportLeftOut(context_, Severity::kWarning, "tree_leftover",
                               "temporary files of a run that was killed were left out",
                               folder_ + group.path));
    return false;
  }
  return true;
}

Status ObjectJoin::EndGroup(const Group& group, S3FileJobs* jobs) {
  if (!group.body) return Lost(group);
  SNAPTREE_ASSIGN(const bool is_object, IsObject(group));
  if (!is_object) return {};
  const Slice key = group.has_record ? Slice(group.original) : Slice(group.path);
  SNAPTREE_ASSIGN(const bool has_one, IsOneSidecar(group, key));
  if (!has_one) return {};
  SNAPTREE_TRY(paths_.Take(key, group.path));
  return Emit(group, key, jobs);
}

Status ObjectJoin::Emit(const Group& group, Slice key, S3FileJobs* jobs) {
  std::string scope;
  AppendSegment(&scope, bucket_->name);
  AppendBe64(&scope, bucket_->generation);
  AppendSegment(&scope, key);
  const size_t longest =
      kBlobPrefix.size() + scope.size() + kRestoredUploadId.size() + 2 + kChunkKeyBytes;
  if (longest > kMaxUserKeyBytes) {
    return context_.findings.TakeError(
        DataError("S3EncodeKeyTooLong", "the object's key is longer than a node takes")
            .At(folder_ + group.path)
            .Expected("rows with keys of at most " + Thousands(kMaxUserKeyBytes) + " bytes")
            .Found(Thousands(longest)));
  }
  ObjectFile file;
  file.encoder = body_encoder_;
  file.has_sidecar = group.sidecar;
  file.check_etags = options_.check_etags;
  file.use_mtime = options_.use_mtime;
  file.expects_sidecar = !bucket_->bare;
  file.scope = scope;
  file.line = group.object_line;
  file.line_text = group.line_text;
  return jobs->Add(folder_ + group.path, file.Detail());
}

}  // namespace snaptree::s3
