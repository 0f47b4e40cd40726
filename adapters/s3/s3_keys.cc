#include "adapters/s3/s3_keys.h"

#include <algorithm>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr char kTerminator = '\x01';
constexpr char kEscapedZero = '\xff';
constexpr size_t kTerminatorBytes = 2;

// Takes one segment with its terminator from the front.
bool ReadSegment(ByteReader* reader, Slice* segment) {
  const Slice rest = reader->rest();
  for (size_t at = rest.find('\0'); at != Slice::npos; at = rest.find('\0', at + 2)) {
    if (at + 1 == rest.size()) return false;
    if (rest[at + 1] == kTerminator) return reader->ReadBytes(at + kTerminatorBytes, segment);
    if (rest[at + 1] != kEscapedZero) return false;
  }
  return false;
}

Slice UpTo(Slice tail, const ByteReader& reader) {
  return tail.substr(0, tail.size() - reader.size());
}

bool ReadChunk(ByteReader* reader, S3Key* key, bool* has_version) {
  if (!reader->ReadBe64(&key->chunk)) return false;
  key->version = 0;
  *has_version = !reader->empty();
  return !*has_version || reader->ReadBe64(&key->version);
}

}  // namespace

KeyShape ParseTail(Slice tail, KeyLayout layout, S3Key* key) {
  ByteReader reader(tail);
  key->tail = tail;
  bool has_version = false;
  bool good = ReadSegment(&reader, &key->bucket);
  if (layout >= KeyLayout::kObject) {
    good = good && reader.ReadBe64(&key->generation) && ReadSegment(&reader, &key->object);
    key->scope = UpTo(tail, reader);
  }
  if (layout >= KeyLayout::kUpload) good = good && ReadSegment(&reader, &key->upload);
  if (layout >= KeyLayout::kPart) {
    good = good && reader.ReadBe64(&key->part);
    key->part_scope = UpTo(tail, reader);
  }
  if (layout >= KeyLayout::kChunk) good = good && ReadChunk(&reader, key, &has_version);
  if (!good || !reader.empty()) return KeyShape::kMalformed;
  return has_version && key->version == 0 ? KeyShape::kUnreachable : KeyShape::kGood;
}

Slice BucketSegment(Slice tail) {
  ByteReader reader(tail);
  Slice segment;
  return ReadSegment(&reader, &segment) ? segment : Slice();
}

KeyShape ParseChunkBlobTail(Slice tail, Sha256Digest* digest) {
  const std::optional<std::string> bytes = ParseHex(tail);
  if (!bytes || bytes->size() != digest->size()) return KeyShape::kMalformed;
  std::copy(bytes->begin(), bytes->end(), digest->begin());
  const bool upper =
      std::any_of(tail.begin(), tail.end(), [](char c) { return c < 'a' && c > '9'; });
  return upper ? KeyShape::kUnreachable : KeyShape::kGood;
}

void AppendSegment(std::string* out, Slice text) {
  for (const char c : text) {
    out->push_back(c);
    if (c == '\0') out->push_back(kEscapedZero);
  }
  out->push_back('\0');
  out->push_back(kTerminator);
}

std::string SegmentText(Slice segment) {
  segment.remove_suffix(kTerminatorBytes);
  std::string text;
  text.reserve(segment.size());
  for (size_t at = 0; at < segment.size(); ++at) {
    text.push_back(segment[at]);
    if (segment[at] == '\0') ++at;
  }
  return text;
}

}  // namespace snaptree::s3
