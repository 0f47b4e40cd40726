#include "adapters/s3/s3_manifest_handler.h"

#include <algorithm>

#include "base/text.h"

namespace snaptree::s3 {
namespace {

// Live never comes near any of these; they bound the memory that a hostile value takes.
constexpr size_t kMaxParts = 10'000;  // as live
constexpr size_t kMaxTextBytes = size_t{16} << 20;
constexpr size_t kMaxPackedBytes = size_t{64} << 20;
constexpr size_t kMaxUnknownMembers = 1000;
constexpr int kMaxUnknownDepth = 10'000;  // where the library that writes these values stops too

}  // namespace

ManifestHandler::ManifestHandler(Manifest* manifest, Part* part,
                                 std::vector<std::string>* unknown_part_members)
    : manifest_(manifest),
      part_(part),
      unknown_part_members_(unknown_part_members),
      unknown_json_(JsonStyle::kCompact, HtmlEscape::kOff),
      forward_(&unknown_json_) {}

bool ManifestHandler::Refuse(const char* what) {
  problem_ = what;
  return false;
}

bool ManifestHandler::CheckText(Slice text) {
  text_bytes_ += text.size();
  if (text_bytes_ > kMaxTextBytes) return Refuse("its texts are longer than any request");
  return IsUtf8(text) || Refuse("a string has invalid UTF-8 or a lone surrogate");
}

ManifestHandler::Slot ManifestHandler::ManifestSlot(Slice name) {
  Slot slot;
  Manifest& m = *manifest_;
  if (name == "upload_id")
    slot.text = &m.upload_id;
  else if (name == "etag")
    slot.text = &m.etag;
  else if (name == "size_bytes")
    slot.number = &m.size_bytes, slot.max = INT64_MAX;
  else if (name == "last_modified_hlc")
    slot.number = &m.last_modified_hlc;
  else if (name == "content_type")
    slot.text = &m.content_type;
  else if (name == "content_encoding")
    slot.text = &m.content_encoding;
  else if (name == "cache_control")
    slot.text = &m.cache_control;
  else if (name == "content_disposition")
    slot.text = &m.content_disposition;
  else if (name == "user_metadata")
    slot.metadata = true;
  else if (name == "parts")
    slot.parts = true;
  else
    slot.unknown = true;
  return slot;
}

ManifestHandler::Slot ManifestHandler::PartSlot(Slice name) {
  Slot slot;
  Part& p = *part_;
  if (name == "part_no")
    slot.number = &p.number;
  else if (name == "etag")
    slot.text = &p.etag;
  else if (name == "size_bytes")
    slot.number = &p.size_bytes, slot.max = INT64_MAX;
  else if (name == "chunk_count")
    slot.number = &p.chunk_count;
  else if (name == "chunk_sizes")
    slot.sizes = true;
  else if (name == "part_version")
    slot.number = &p.part_version;
  else if (name == "chunk_ref_version")
    slot.number = &p.chunk_ref_version;
  else if (name == "offloaded")
    slot.flag = &p.offloaded;
  else
    slot.unknown = true;
  return slot;
}

bool ManifestHandler::BeginUnknown(Slice name) {
  unknown_name_ = name;
  unknown_json_.Reset();
  if (place_ != Place::kPart) {
    return manifest_->extra.members().size() < kMaxUnknownMembers ||
           Refuse("too many unknown members");
  }
  std::vector<std::string>& names = *unknown_part_members_;
  const bool seen = std::find(names.begin(), names.end(), name) != names.end();
  if (!seen && names.size() < kMaxUnknownMembers) names.emplace_back(name);
  return true;
}

bool ManifestHandler::EndUnknown() {
  if (place_ == Place::kManifest) manifest_->extra.Set(unknown_name_, unknown_json_.text());
  slot_ = {};
  return true;
}

template <class Event>
bool ManifestHandler::Unknown(Event event, int depth_change, bool* result) {
  if (!slot_.unknown) return false;
  if (place_ == Place::kManifest) event();
  unknown_depth_ += depth_change;
  if (unknown_depth_ > kMaxUnknownDepth) {
    *result = Refuse("objects and arrays are nested too deeply");
  } else {
    *result = unknown_depth_ > 0 || EndUnknown();
  }
  return true;
}

bool ManifestHandler::Null() {
  bool result = true;
  if (Unknown([&] { forward_.Null(); }, 0, &result)) return result;
  if (place_ == Place::kMetadata) return TakeMetadata("");
  if (place_ == Place::kManifest || place_ == Place::kPart) return true;
  return Refuse("null has no place there");
}

bool ManifestHandler::Bool(bool v) {
  bool result = true;
  if (Unknown([&] { forward_.Bool(v); }, 0, &result)) return result;
  if (slot_.flag == nullptr) return Refuse("true or false has no place there");
  *slot_.flag = v;
  return true;
}

bool ManifestHandler::RawNumber(const char* text, unsigned size, bool) {
  const Slice number(text, size);
  bool result = true;
  if (Unknown([&] { forward_.RawNumber(text, size, true); }, 0, &result)) {
    return result && CheckText(number);
  }
  return place_ == Place::kSizes ? TakeSize(number) : TakeNumber(number);
}

bool ManifestHandler::TakeSize(Slice number) {
  const std::optional<uint64_t> size = ParseU64(number);
  if (!size) return Refuse("a chunk size is no integer of 64 bits");
  if (!part_->chunk_sizes.Append(*size)) return Refuse("chunk sizes add up to more than 64 bits");
  return packed_bytes_ + part_->chunk_sizes.packed_bytes() <= kMaxPackedBytes ||
         Refuse("its chunk sizes take too much memory");
}

bool ManifestHandler::TakeNumber(Slice number) {
  if (slot_.number == nullptr) return Refuse("a number has no place there");
  const std::optional<uint64_t> v =
      ParseU64(number == "-0" && slot_.max == INT64_MAX ? "0" : number);
  if (!v || *v > slot_.max) return Refuse("a number is negative, too large or no integer");
  *slot_.number = *v;
  return true;
}

bool ManifestHandler::TakeMetadata(Slice value) {
  manifest_->user_metadata[metadata_name_] = value;
  return true;
}

bool ManifestHandler::String(const char* text, unsigned size, bool) {
  const Slice value(text, size);
  if (!CheckText(value)) return false;
  bool result = true;
  if (Unknown([&] { forward_.String(text, size, true); }, 0, &result)) return result;
  if (place_ == Place::kMetadata) return TakeMetadata(value);
  if (slot_.text == nullptr) return Refuse("a string has no place there");
  *slot_.text = value;
  return true;
}

bool ManifestHandler::Key(const char* text, unsigned size, bool) {
  const Slice name(text, size);
  if (!CheckText(name)) return false;
  if (slot_.unknown) {  // inside its value
    if (place_ == Place::kManifest) forward_.Key(text, size, true);
    return true;
  }
  if (place_ == Place::kMetadata) {
    metadata_name_ = name;
    return true;
  }
  slot_ = place_ == Place::kPart ? PartSlot(name) : ManifestSlot(name);
  return !slot_.unknown || BeginUnknown(name);
}

bool ManifestHandler::StartObject() {
  bool result = true;
  if (Unknown([&] { forward_.StartObject(); }, 1, &result)) return result;
  if (place_ == Place::kStart) {
    place_ = manifest_ != nullptr ? Place::kManifest : Place::kPart;
  } else if (place_ == Place::kManifest && slot_.metadata) {
    manifest_->user_metadata.clear();
    place_ = Place::kMetadata;
  } else if (place_ == Place::kParts) {
    if (manifest_->parts.size() == kMaxParts) return Refuse("more parts than an upload can have");
    part_ = &manifest_->parts.emplace_back();
    place_ = Place::kPart;
  } else {
    return Refuse("an object has no place there");
  }
  slot_ = {};
  return true;
}

bool ManifestHandler::EndObject(unsigned members) {
  bool result = true;
  if (Unknown([&] { forward_.EndObject(members); }, -1, &result)) return result;
  slot_ = {};
  if (place_ == Place::kMetadata) {
    place_ = Place::kManifest;
  } else if (place_ == Place::kPart && manifest_ != nullptr) {
    packed_bytes_ += part_->chunk_sizes.packed_bytes();
    place_ = Place::kParts;
  } else {
    place_ = Place::kEnd;
  }
  return true;
}

bool ManifestHandler::StartArray() {
  bool result = true;
  if (Unknown([&] { forward_.StartArray(); }, 1, &result)) return result;
  if (place_ == Place::kManifest && slot_.parts) {
    manifest_->parts.clear();
    packed_bytes_ = 0;
    place_ = Place::kParts;
  } else if (place_ == Place::kPart && slot_.sizes) {
    part_->chunk_sizes = {};
    place_ = Place::kSizes;
  } else {
    return Refuse("an array has no place there");
  }
  slot_ = {};
  return true;
}

bool ManifestHandler::EndArray(unsigned elements) {
  bool result = true;
  if (Unknown([&] { forward_.EndArray(elements); }, -1, &result)) return result;
  slot_ = {};
  place_ = place_ == Place::kSizes ? Place::kPart : Place::kManifest;
  return true;
}

}  // namespace snaptree::s3
