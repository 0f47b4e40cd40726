#include "adapters/sqs/sqs_keys.h"

#include <array>

#include "base/base64.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

// What follows the queue segment (and, in a partitioned key, '|' and the u32 partition).
struct Layout {
  Slice prefix;
  bool has_generation;
  bool has_time;
  bool has_name;
  bool name_is_text;  // a message id, which becomes a JSON string
  bool can_be_partitioned;
};

constexpr std::array<Layout, kSqsFamilies> kLayouts = {{
    {"!sqs|msg|byage|", true, true, true, true, true},
    {"!sqs|msg|data|", true, false, true, true, true},
    {"!sqs|msg|dedup|", true, false, true, false, true},
    {"!sqs|msg|group|", true, false, true, false, true},
    {"!sqs|msg|vis|", true, true, true, true, true},
    {"!sqs|queue|gen|", false, false, false, false, false},
    {"!sqs|queue|meta|", false, false, false, false, false},
    {"!sqs|queue|seq|", false, false, false, false, false},
    {"!sqs|queue|tombstone|", true, false, false, false, false},
}};

constexpr Slice kPartitionedMark = "p|";
constexpr char kSeparator = '|';

constexpr std::array<bool, 256> MakeAlphabet() {
  std::array<bool, 256> alphabet{};
  for (const char c : Slice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    alphabet[static_cast<uint8_t>(c)] = true;
  }
  return alphabet;
}
constexpr std::array<bool, 256> kAlphabet = MakeAlphabet();

const Layout& LayoutOf(SqsFamily family) { return kLayouts[static_cast<size_t>(family)]; }

// The longest run of base64url characters.
Slice AlphabetRun(Slice text) {
  size_t n = 0;
  while (n < text.size() && kAlphabet[static_cast<uint8_t>(text[n])]) ++n;
  return text.substr(0, n);
}

// Up to the separator, which is taken too.
bool TakeUpToSeparator(ByteReader* in, Slice* out) {
  const size_t n = in->rest().find(kSeparator);
  return n != Slice::npos && in->ReadBytes(n, out) && in->Skip({&kSeparator, 1});
}

}  // namespace

Slice PrefixOf(SqsFamily family) { return LayoutOf(family).prefix; }

FamilyId FamilyIdOf(SqsFamily family) { return FamilyOf(PrefixOf(family)); }

void AppendSqsKey(std::string* out, SqsFamily family, const SqsKey& key) {
  const Layout& layout = LayoutOf(family);
  const bool partitioned = key.partitioned && layout.can_be_partitioned;
  out->append(layout.prefix).append(partitioned ? kPartitionedMark : Slice()).append(key.queue);
  if (partitioned) {
    out->push_back(kSeparator);
    AppendBe32(out, key.partition);
  }
  if (layout.has_generation) AppendBe64(out, key.generation);
  if (layout.has_time) AppendBe64(out, key.time_ms);
  if (partitioned && family == SqsFamily::kDedup) out->append(key.group).push_back(kSeparator);
  if (layout.has_name) out->append(key.name);
}

bool SqsKeyParser::TakeQueue(Slice segment) {
  if (segment.empty()) return false;
  if (segment == queue_) return true;
  queue_.clear();
  queue_name_.clear();
  if (!AppendFromBase64Url(&queue_name_, segment) || !IsUtf8(queue_name_)) return false;
  queue_ = segment;
  return true;
}

bool SqsKeyParser::TakeName(Slice segment) {
  name_.clear();
  if (segment.empty() || !AppendFromBase64Url(&name_, segment)) return false;
  return !LayoutOf(family_).name_is_text || IsUtf8(name_);
}

bool SqsKeyParser::Parse(Slice logical, SqsKey* key) {
  const Layout& layout = LayoutOf(family_);
  ByteReader in(logical);
  if (!in.Skip(layout.prefix)) return false;
  SqsKey parsed;
  parsed.partitioned = layout.can_be_partitioned && in.Skip(kPartitionedMark);
  if (parsed.partitioned) {
    if (!TakeUpToSeparator(&in, &parsed.queue) || !in.ReadBe32(&parsed.partition)) return false;
  } else {
    in.ReadBytes(AlphabetRun(in.rest()).size(), &parsed.queue);
  }
  if (!TakeQueue(parsed.queue)) return false;
  if (layout.has_generation && !in.ReadBe64(&parsed.generation)) return false;
  if (layout.has_time && !in.ReadBe64(&parsed.time_ms)) return false;
  if (parsed.partitioned && family_ == SqsFamily::kDedup) {
    if (!TakeUpToSeparator(&in, &parsed.group) || !TakeName(parsed.group)) return false;
  }
  parsed.name = in.rest();
  if (layout.has_name ? !TakeName(parsed.name) : !parsed.name.empty()) return false;
  *key = parsed;
  return true;
}

}  // namespace snaptree::sqs
