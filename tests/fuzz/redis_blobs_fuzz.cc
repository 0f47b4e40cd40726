// Redis blobs, HLL payloads and stream entries on arbitrary bytes: as they are, and behind each
// magic. A malformed blob gives no element; what a sound one gives lies inside it; a set survives
// being written and read again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "adapters/redis/redis_blobs.h"
#include "adapters/redis/redis_stream_entry.h"

namespace {

using namespace snaptree;
using namespace snaptree::redis;

void Require(bool holds) {
  if (!holds) std::abort();
}

void RequireInside(Slice part, Slice whole) {
  if (part.empty()) return;
  const std::less_equal<const char*> at_most;
  Require(at_most(whole.data(), part.data()));
  Require(at_most(part.data() + part.size(), whole.data() + whole.size()));
}

// What Visit functions promise: all or nothing, and the truth about how much.
struct Seen {
  uint64_t elements = 0;
  BlobInfo info;

  void Check(const Status& status) const {
    Require(elements == info.elements);
    if (!status.ok()) Require(elements == 0 && status.code() == "RedisInvalidBlob");
  }
};

void CheckHash(Slice blob) {
  Seen seen;
  const auto visitor = [&](Slice field, Slice value) {
    ++seen.elements;
    if (blob.front() == 0) {
      RequireInside(field, blob);
      RequireInside(value, blob);
    }
    return Status::Ok();
  };
  seen.Check(VisitHashBlob(blob, visitor, &seen.info));
}

void CheckZSet(Slice blob) {
  Seen seen;
  const auto visitor = [&](Slice member, uint64_t) {
    ++seen.elements;
    if (blob.front() == 0) RequireInside(member, blob);
    return Status::Ok();
  };
  seen.Check(VisitZSetBlob(blob, visitor, &seen.info));
}

void CheckStream(Slice blob) {
  Seen seen;
  const auto visitor = [&](Slice id, const std::vector<Slice>& fields) {
    ++seen.elements;
    uint64_t ms = 0;
    uint64_t seq = 0;
    ParseStreamId(id, &ms, &seq);
    if (blob.front() == 0) {
      for (const Slice field : fields) RequireInside(field, blob);
    }
    return Status::Ok();
  };
  seen.Check(VisitStreamBlob(blob, visitor, &seen.info));
}

Status ReadSet(Slice blob, std::vector<std::string>* members, Seen* seen) {
  const auto visitor = [&](Slice member) {
    ++seen->elements;
    members->emplace_back(member);
    return Status::Ok();
  };
  return VisitSetBlob(blob, visitor, &seen->info);
}

void CheckSet(Slice blob) {
  Seen seen;
  std::vector<std::string> members;
  const Status status = ReadSet(blob, &members, &seen);
  seen.Check(status);
  if (!status.ok()) return;
  const std::string canonical = CanonicalHllPayload(members);
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  std::vector<std::string> again;
  Seen seen_again;
  Require(ReadSet(canonical, &again, &seen_again).ok());
  Require(again == members);

  if (ClassifyHllPayload(blob, false) != HllPayload::kJson) return;
  std::string payload;
  BlobInfo info;
  bool has_duplicate = false;
  Require(ConvertJsonHll(blob, &payload, &info, &has_duplicate).ok());
  Require(payload == canonical);
  Require(has_duplicate == (members.size() != seen.elements));
}

void CheckBlob(Slice blob) {
  CheckHash(blob);
  CheckSet(blob);
  CheckZSet(blob);
  CheckStream(blob);
}

void CheckEntry(Slice value) {
  std::vector<Slice> fields;
  Slice id;
  if (!ParseStreamEntry(value, &fields, &id).ok()) return;
  RequireInside(id, value);
  for (const Slice field : fields) RequireInside(field, value);
  Require(fields.size() % 2 == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  CheckBlob(bytes);
  CheckEntry(bytes);
  for (const Slice magic : {kHashMagic, kSetMagic, kZSetMagic, kStreamMagic}) {
    CheckBlob(std::string(magic).append(bytes));
  }
  CheckEntry(std::string(kStreamEntryMagic).append(bytes));
  return 0;
}
