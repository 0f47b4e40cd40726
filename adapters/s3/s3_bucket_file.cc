#include "adapters/s3/s3_bucket_file.h"

#include <algorithm>
#include <utility>

#include "adapters/s3/s3_bucket_names.h"
#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_tree_json.h"
#include "adapters/s3/s3_tree_time.h"
#include "base/coding.h"
#include "base/text.h"
#include "base/time_text.h"
#include "manifest/file_name_codec.h"

namespace snaptree::s3 {
namespace {

constexpr const char* kCode = "S3EncodeInvalidBucket";
constexpr unsigned kLogicalBits = 16;
constexpr Slice kRecordMembers[] = {"bucket_name", "generation", "created_at_hlc",
                                    "owner",       "region",     "acl"};

class BucketReader {
 public:
  BucketReader(const EncodeContext& context, const std::string& path, BucketFile* bucket)
      : context_(context), path_(path), bucket_(*bucket) {}

  Status Read(Slice text, StoredJson* json);

 private:
  Status Take(const JsonMember& member, StoredJson* json, size_t index);
  Status TakeText(const JsonMember& member, std::string* out);
  Status TakeTime(const JsonMember& member);
  Status TakeSnaptree(const JsonMember& member, Slice raw);
  void Ignore(Slice name);

  const EncodeContext& context_;
  const std::string& path_;
  BucketFile& bucket_;
  bool has_name_ = false;
  bool has_generation_ = false;
  bool other_form_ = false;
};

Status BucketReader::TakeText(const JsonMember& member, std::string* out) {
  Slice text;
  if (!ToText(member.value, &text)) return WrongType(kCode, member.name, "a string");
  *out = text;
  return {};
}

Status BucketReader::TakeTime(const JsonMember& member) {
  std::string text;
  SNAPTREE_TRY(TakeText(member, &text));
  if (text.empty()) {
    other_form_ = true;
    return {};
  }
  const std::optional<uint64_t> ms = ParseTreeTime(text);
  if (!ms) {
    return DataError(kCode, "the member \"creation_time_iso\" is no time")
        .Expected("2023-11-14T22:13:20.5Z, or an offset in place of the Z")
        .Found(Printable(text));
  }
  bucket_.created_at_hlc = *ms << kLogicalBits;
  if (*ms == 0 || text != Rfc3339(*ms)) other_form_ = true;
  return {};
}

Status BucketReader::TakeSnaptree(const JsonMember& member, Slice raw) {
  SNAPTREE_ASSIGN(SnaptreeMember own, ReadSnaptree(kCode, member.value, raw, kRecordMembers));
  bucket_.extra = std::move(own.extra);
  other_form_ = other_form_ || own.has_empty;
  has_generation_ = own.generation && *own.generation > 0;
  if (has_generation_) bucket_.generation = *own.generation;
  if (own.part_sizes) own.unknown.emplace_back("part_sizes");
  for (const std::string& name : own.unknown) Ignore("snaptree." + name);
  return {};
}

void BucketReader::Ignore(Slice name) {
  context_.findings.Note("s3_bucket_unknown_member",
                         "members of _bucket.json that no version of today knows were ignored",
                         "\"" + Printable(name) + "\" of " + path_);
  other_form_ = true;
}

Status BucketReader::Take(const JsonMember& member, StoredJson* json, size_t index) {
  const std::pair<Slice, std::string*> texts[] = {
      {"owner", &bucket_.owner}, {"region", &bucket_.region}, {"acl", &bucket_.acl}};
  for (const auto& [name, text] : texts) {
    if (member.name != name) continue;
    SNAPTREE_TRY(TakeText(member, text));
    if (text->empty()) other_form_ = true;
    return {};
  }
  if (member.name == "name") {
    has_name_ = true;
    return TakeText(member, &bucket_.name);
  }
  if (member.name == "format_version") return {};  // looked at before
  if (member.name == "creation_time_iso") return TakeTime(member);
  if (member.name == "snaptree") return TakeSnaptree(member, json->RawValue(index));
  if (member.name == "versioning" || member.name == "policy_json") {
    context_.findings.Warn("s3_bucket_member_ignored",
                           "settings of buckets that no node has were ignored",
                           "\"" + std::string(member.name) + "\" of " + path_);
    other_form_ = true;
    return {};
  }
  Ignore(member.name);
  return {};
}

Status BucketReader::Read(Slice text, StoredJson* json) {
  SNAPTREE_TRY(ParseTreeObject(text, kCode, json));
  for (size_t i = 0; i < json->members().size(); ++i) {
    SNAPTREE_TRY(Take(json->members()[i], json, i));
  }
  if (!has_name_) return DataError(kCode, "the member \"name\" is missing");
  if (!bucket_.acl.empty() && bucket_.acl != "private" && bucket_.acl != "public-read") {
    context_.findings.Warn("s3_bucket_acl_unknown",
                           "buckets with an acl that nodes do not know and take for private",
                           path_);
  }
  return other_form_ || !has_generation_ ? context_.differences.Add(path_) : Status::Ok();
}

Status CheckFolder(Slice folder, const BucketFile& bucket) {
  const std::string expected = EncodeDirectorySegment(bucket.name).name;
  if (folder == expected) return {};
  return DataError(kCode, "the folder has another name than the bucket in it")
      .Expected("s3/" + Printable(expected))
      .Found("s3/" + Printable(folder))
      .Next("rename the folder, or correct \"name\"");
}

Result<BucketFile> BareBucket(const EncodeContext& context, Slice folder, const std::string& path) {
  Result<std::string> name = DecodeSegment(folder);
  if (!name.ok() || !IsUtf8(*name)) {
    return DataError(kCode, "the folder's name stands for no bucket").At(path);
  }
  BucketFile bucket;
  bucket.name = *std::move(name);
  bucket.region = "us-east-1";
  bucket.acl = "private";
  bucket.bare = true;
  context.findings.Note("s3_bucket_defaults",
                        "folders without _bucket.json became buckets with the acl private in "
                        "us-east-1",
                        path);
  SNAPTREE_TRY(context.differences.Add(path));
  return bucket;
}

}  // namespace

BucketFile BucketOfFolder(Slice folder) {
  const Result<std::string> name = DecodeSegment(folder);
  BucketFile bucket;
  bucket.name = name.ok() ? *name : std::string(folder);
  return bucket;
}

Result<BucketFile> ReadBucketFile(const EncodeContext& context, Slice folder, bool allow_bare,
                                  TreeReader* reader, StoredJson* json) {
  const std::string path = "s3/" + std::string(folder) + "/_bucket.json";
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context.input.source().Find(path));
  BucketFile bucket;
  if (!kind && allow_bare) {
    SNAPTREE_ASSIGN(bucket, BareBucket(context, folder, path));
  } else if (!kind) {
    return DataError(kCode, "the bucket's own file is missing")
        .At(path)
        .Next("bring it back; encode --allow-bare-buckets lets the folder's name say all");
  } else {
    SNAPTREE_ASSIGN(const Slice text, reader->ReadSmall(path, StoredJson::kMaxBytes));
    const Status status = BucketReader(context, path, &bucket).Read(text, json);
    if (!status.ok()) return Status(status).At(path);
  }
  Status fits = CheckFolder(folder, bucket);
  if (!fits.ok()) return std::move(fits).At(path);
  if (!IsUsualBucketName(bucket.name)) {
    context.findings.Note("s3_bucket_name_unusual", "buckets with a name that a node would refuse",
                          Printable(bucket.name));
  }
  return bucket;
}

Status PutBucketRows(const BucketFile& bucket, RowWriter* rows) {
  std::string segment;
  AppendSegment(&segment, bucket.name);
  std::string counter;
  AppendBe64(&counter, bucket.generation);
  SNAPTREE_TRY(rows->Put(std::string(kBucketGenerationPrefix) + segment, counter));
  std::string json = "{\"bucket_name\":";
  AppendJsonString(&json, bucket.name, HtmlEscape::kOn);
  json.append(",\"generation\":").append(std::to_string(bucket.generation));
  json.append(",\"created_at_hlc\":").append(std::to_string(bucket.created_at_hlc));
  const std::pair<const char*, const std::string*> texts[] = {
      {",\"owner\":", &bucket.owner}, {",\"region\":", &bucket.region}, {",\"acl\":", &bucket.acl}};
  for (const auto& [name, text] : texts) {
    if (text->empty()) continue;
    json.append(name);
    AppendJsonString(&json, *text, HtmlEscape::kOn);
  }
  json.append(bucket.extra).append(1, '}');
  return rows->Put(std::string(kBucketMetaPrefix) + segment, json);
}

}  // namespace snaptree::s3
