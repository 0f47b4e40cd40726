#include "adapters/s3/s3_values.h"

#include <algorithm>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

Status WrongType(const char* code, Slice member) {
  return DataError(code, "the member \"" + Printable(member) + "\" has a wrong type");
}

bool TakeText(const simdjson::dom::element& value, std::string* out) {
  Slice text;
  if (!ToText(value, &text)) return false;
  *out = text;
  return true;
}

// What a member of the name is read into; absent from the object: unknown.
enum class Known : uint8_t { kNo, kYes, kWrong };

Known TakeBucketMember(const JsonMember& member, BucketMeta* meta) {
  const struct {
    Slice name;
    std::string* text;
  } texts[] = {{"bucket_name", &meta->bucket_name},
               {"owner", &meta->owner},
               {"region", &meta->region},
               {"acl", &meta->acl}};
  const struct {
    Slice name;
    uint64_t* number;
  } numbers[] = {{"generation", &meta->generation}, {"created_at_hlc", &meta->created_at_hlc}};
  const auto verdict = [&](bool good) {
    return good || IsJsonNull(member.value) ? Known::kYes : Known::kWrong;
  };
  for (const auto& text : texts) {
    if (member.name == text.name) return verdict(TakeText(member.value, text.text));
  }
  for (const auto& number : numbers) {
    if (member.name == number.name) return verdict(ToUint64(member.value, number.number));
  }
  return Known::kNo;
}

bool IsTextObject(const simdjson::dom::element& value) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  return std::all_of(object.begin(), object.end(), [](const simdjson::dom::key_value_pair& field) {
    return field.value.is_string() || field.value.is_null();
  });
}

// A list of `count` pairs of texts, each with its length before it.
bool SkipReplicas(ByteReader* reader, uint16_t count) {
  uint16_t size = 0;
  Slice text;
  for (uint32_t i = 0; i < uint32_t{count} * 2; ++i) {
    if (!reader->ReadBe16(&size) || !reader->ReadBytes(size, &text)) return false;
  }
  return true;
}

}  // namespace

Result<BucketMeta> ParseBucketMeta(Slice value, StoredJson* json) {
  constexpr const char* kCode = "S3InvalidBucketMeta";
  SNAPTREE_TRY(json->Parse(value, kCode));
  BucketMeta meta;
  for (size_t i = 0; i < json->members().size(); ++i) {
    const JsonMember& member = json->members()[i];
    const Known known = TakeBucketMember(member, &meta);
    if (known == Known::kWrong) return WrongType(kCode, member.name);
    if (known == Known::kNo) meta.extra.Set(member.name, json->RawValue(i));
  }
  return meta;
}

std::optional<uint64_t> ParseGeneration(Slice value) {
  constexpr Slice kBlanks = " \t\n\v\f\r";
  if (value.size() == sizeof(uint64_t)) return LoadBe64(value.data());
  const size_t begin = value.find_first_not_of(kBlanks);
  if (begin == Slice::npos) return std::nullopt;
  return ParseU64(value.substr(begin, value.find_last_not_of(kBlanks) + 1 - begin));
}

Status CheckUploadMeta(Slice value, StoredJson* json) {
  constexpr const char* kCode = "S3InvalidUpload";
  SNAPTREE_TRY(json->Parse(value, kCode));
  for (const auto& [name, element] : json->members()) {
    const bool text =
        name == "bucket" || name == "object" || name == "upload_id" || name == "content_type";
    const bool number = name == "generation" || name == "created_hlc";
    uint64_t ignored = 0;
    const bool good = (!text || element.is_string()) && (!number || ToUint64(element, &ignored)) &&
                      (name != "metadata" || IsTextObject(element));
    if (!good && !IsJsonNull(element)) return WrongType(kCode, name);
  }
  return {};
}

std::optional<ChunkRef> ParseChunkRef(Slice value) {
  ByteReader reader(value);
  ChunkRef ref;
  uint8_t version = 0;
  uint16_t size = 0;
  Slice digest;
  Slice peer;
  const bool head = reader.ReadU8(&version) && reader.ReadBytes(ref.digest.size(), &digest) &&
                    reader.ReadBe64(&ref.size) && reader.ReadBe16(&size) &&
                    reader.ReadBytes(size, &peer);
  if (!head || (version != 1 && version != 2)) return std::nullopt;
  if (version == 2 && (!reader.ReadBe16(&size) || !SkipReplicas(&reader, size)))
    return std::nullopt;
  if (!reader.empty()) return std::nullopt;
  std::copy(digest.begin(), digest.end(), ref.digest.begin());
  return ref;
}

Result<std::optional<ChunkRef>> LoadChunkRef(const RowSource& source, const ValueRef& value) {
  if (value.size > kMaxSmallValueBytes) return std::optional<ChunkRef>();
  std::string storage;
  SNAPTREE_ASSIGN(const Slice bytes, LoadValue(source, value, &storage));
  return ParseChunkRef(bytes);
}

}  // namespace snaptree::s3
