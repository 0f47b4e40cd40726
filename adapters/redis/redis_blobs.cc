#include "adapters/redis/redis_blobs.h"

#include <algorithm>
#include <utility>

#include "adapters/redis/redis_json_values.h"
#include "adapters/redis/redis_proto_reader.h"
#include "adapters/redis/redis_stream_entry.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr char kJsonFirstByte = '{';

Status Invalid(std::string what) { return DataError("RedisInvalidBlob", std::move(what)); }

void NoteString(Slice text, BlobInfo* info) {
  if (!info->not_utf8 && !IsUtf8(text)) info->not_utf8 = true;
}

// Walks `repeated field 1` of the body: parse(element bytes) says whether the element is sound,
// emit() gives it away.
template <class Parse, class Emit>
Status WalkElements(Slice body, Parse parse, Emit emit) {
  ProtoReader in(body);
  while (in.Next()) {
    if (in.tag() != kLengthDelimited1) {
      in.Skip();
      continue;
    }
    Slice element;
    in.ReadBytes(&element);
    if (!in.ok()) break;
    if (!parse(element)) return Invalid("protobuf of an element of the blob is malformed");
    SNAPTREE_TRY(emit());
  }
  return in.ok() ? Status::Ok() : Invalid("protobuf of the blob is malformed");
}

// A blob that is not JSON: once through without a word, then once more for the visitor.
template <class Parse, class Emit>
Status VisitProtobuf(Slice blob, Slice magic, BlobInfo* info, Parse parse, Emit emit) {
  *info = BlobInfo{};
  if (blob.empty()) return Status::Ok();
  if (!blob.starts_with(magic)) {
    return Invalid("blob has neither its magic nor the JSON form of older stores")
        .Expected(Hex(magic))
        .Found(Hex(blob.substr(0, magic.size())));
  }
  if (blob.size() > kMaxMessageBytes) return Invalid("blob is larger than 2 GiB");
  const Slice body = blob.substr(magic.size());
  SNAPTREE_TRY(WalkElements(body, parse, [] { return Status::Ok(); }));
  BlobInfo seen;
  SNAPTREE_TRY(WalkElements(body, parse, [&] {
    ++seen.elements;
    return emit(&seen);
  }));
  *info = seen;
  return Status::Ok();
}

bool IsJson(Slice blob) { return !blob.empty() && blob.front() == kJsonFirstByte; }

}  // namespace

Status VisitHashBlob(Slice blob, const HashVisitor& visitor, BlobInfo* info) {
  if (IsJson(blob)) return VisitHashJson(blob, visitor, info);
  Slice field;
  Slice value;
  const auto parse = [&](Slice element) {
    field = value = Slice();  // a missing sub-field is an empty string (spec 02 section 2.3)
    ProtoReader in(element);
    while (in.Next()) {
      if (in.tag() == kLengthDelimited1) {
        in.ReadBytes(&field);
      } else if (in.tag() == kLengthDelimited2) {
        in.ReadBytes(&value);
      } else {
        in.Skip();
      }
    }
    return in.ok();
  };
  return VisitProtobuf(blob, kHashMagic, info, parse, [&](BlobInfo* seen) {
    NoteString(field, seen);
    NoteString(value, seen);
    return visitor(field, value);
  });
}

Status VisitSetBlob(Slice blob, const SetVisitor& visitor, BlobInfo* info) {
  if (IsJson(blob)) return VisitSetJson(blob, visitor, info);
  Slice member;
  const auto parse = [&](Slice element) {
    member = element;
    return true;
  };
  return VisitProtobuf(blob, kSetMagic, info, parse, [&](BlobInfo* seen) {
    NoteString(member, seen);
    return visitor(member);
  });
}

Status VisitZSetBlob(Slice blob, const ZSetVisitor& visitor, BlobInfo* info) {
  if (IsJson(blob)) return VisitZSetJson(blob, visitor, info);
  Slice member;
  uint64_t score_bits = 0;
  const auto parse = [&](Slice element) {
    member = Slice();
    score_bits = 0;
    ProtoReader in(element);
    while (in.Next()) {
      if (in.tag() == kLengthDelimited1) {
        in.ReadBytes(&member);
      } else if (in.tag() == kFixed64Number2) {
        in.ReadFixed64(&score_bits);
      } else {
        in.Skip();
      }
    }
    return in.ok();
  };
  return VisitProtobuf(blob, kZSetMagic, info, parse, [&](BlobInfo* seen) {
    NoteString(member, seen);
    return visitor(member, score_bits);
  });
}

Status VisitStreamBlob(Slice blob, const StreamVisitor& visitor, BlobInfo* info) {
  if (IsJson(blob)) return VisitStreamJson(blob, visitor, info);
  Slice id;
  std::vector<Slice> fields;
  const auto parse = [&](Slice element) { return ParseStreamEntryMessage(element, &fields, &id); };
  return VisitProtobuf(blob, kStreamMagic, info, parse, [&](BlobInfo* seen) {
    NoteString(id, seen);
    for (const Slice field : fields) NoteString(field, seen);
    return visitor(id, fields);
  });
}

HllPayload ClassifyHllPayload(Slice first_bytes, bool enveloped) {
  if (first_bytes.empty()) return HllPayload::kEmpty;
  if (first_bytes.starts_with(kSetMagic)) return HllPayload::kMagic;
  if (!enveloped && IsJson(first_bytes)) return HllPayload::kJson;
  return HllPayload::kUnrecognized;
}

std::string CanonicalHllPayload(std::vector<std::string> members) {
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  std::string payload(kSetMagic);
  for (const std::string& member : members) {
    payload += static_cast<char>(kLengthDelimited1);
    size_t size = member.size();
    for (; size >= 0x80; size >>= 7) payload += static_cast<char>((size & 0x7f) | 0x80);
    payload += static_cast<char>(size);
    payload += member;
  }
  return payload;
}

Status ConvertJsonHll(Slice json, std::string* payload, BlobInfo* info, bool* has_duplicate) {
  std::vector<std::string> members;
  SNAPTREE_TRY(VisitSetJson(
      json,
      [&](Slice member) {
        members.emplace_back(member);
        return Status::Ok();
      },
      info));
  std::sort(members.begin(), members.end());
  *has_duplicate = std::adjacent_find(members.begin(), members.end()) != members.end();
  *payload = CanonicalHllPayload(std::move(members));
  return Status::Ok();
}

}  // namespace snaptree::redis
