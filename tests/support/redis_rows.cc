#include "tests/support/redis_rows.h"

#include <bit>

namespace snaptree::test {
namespace {

std::string BigEndian(uint64_t v, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(v >> (8 * i) & 0xff);
  return out;
}

// L(K) K of the specification.
std::string Sized(Slice key) { return BigEndian(key.size(), 4).append(key); }

std::string Join(Slice prefix, Slice rest) { return std::string(prefix).append(rest); }

// A field of a protobuf message: tag, length, bytes.
std::string Proto(char tag, Slice bytes) {
  std::string out(1, tag);
  size_t size = bytes.size();
  for (; size >= 0x80; size >>= 7) out += static_cast<char>((size & 0x7f) | 0x80);
  out += static_cast<char>(size);
  return out.append(bytes);
}

std::string Magic(Slice letters) { return std::string(1, '\0').append(letters).append("\x01"); }

std::string Envelope(char version, Slice value, std::optional<uint64_t> expire_at_ms) {
  std::string out{'\xff', version, expire_at_ms ? '\1' : '\0'};
  if (expire_at_ms) out += U64(*expire_at_ms);
  return out.append(value);
}

std::string EntryMessage(Slice id, const Strings& names_and_values) {
  std::string message = id.empty() ? "" : Proto(0x0a, id);
  for (const std::string& text : names_and_values) message += Proto(0x12, text);
  return message;
}

}  // namespace

std::string U64(uint64_t v) { return BigEndian(v, 8); }
std::string I64(int64_t v) { return U64(static_cast<uint64_t>(v)); }
std::string SortableI64(int64_t v) { return U64(static_cast<uint64_t>(v) ^ uint64_t{1} << 63); }
uint64_t Bits(double score) { return std::bit_cast<uint64_t>(score); }

std::string StrKey(Slice key) { return Join("!redis|str|", key); }
std::string HllKey(Slice key) { return Join("!redis|hll|", key); }
std::string TtlKey(Slice key) { return Join("!redis|ttl|", key); }
std::string HashBlobKey(Slice key) { return Join("!redis|hash|", key); }
std::string SetBlobKey(Slice key) { return Join("!redis|set|", key); }
std::string ZSetBlobKey(Slice key) { return Join("!redis|zset|", key); }
std::string StreamBlobKey(Slice key) { return Join("!redis|stream|", key); }
std::string FenceKey(Slice type, Slice key) {
  return "!redis|txn-wide-" + std::string(type) + "|" + std::string(key);
}

std::string MetaKeyOf(Slice family, Slice key) {
  return "!" + std::string(family) + "|meta|" + Sized(key);
}
std::string DeltaKeyOf(Slice family, Slice key, uint64_t commit_ts, uint32_t seq) {
  return "!" + std::string(family) + "|meta|d|" + Sized(key) + U64(commit_ts) + BigEndian(seq, 4);
}
std::string FieldKey(Slice key, Slice field) { return "!hs|fld|" + Sized(key).append(field); }
std::string SetMemberKey(Slice key, Slice member) { return "!st|mem|" + Sized(key).append(member); }
std::string ZSetMemberKey(Slice key, Slice member) {
  return "!zs|mem|" + Sized(key).append(member);
}
std::string ScoreKey(Slice key, Slice sortable_score, Slice member) {
  return "!zs|scr|" + Sized(key).append(sortable_score).append(member);
}
std::string ListMetaKey(Slice key) { return Join("!lst|meta|", key); }
std::string ListDeltaKey(Slice key, uint64_t commit_ts, uint32_t seq) {
  return DeltaKeyOf("lst", key, commit_ts, seq);
}
std::string ItemKey(Slice key, int64_t seq) { return Join("!lst|itm|", key) + SortableI64(seq); }
std::string ClaimKey(Slice key, int64_t seq) {
  return "!lst|claim|" + Sized(key) + SortableI64(seq);
}
std::string EntryKey(Slice key, uint64_t ms, uint64_t seq) {
  return "!stream|entry|" + Sized(key) + U64(ms) + U64(seq);
}

std::string StringValue(Slice value, std::optional<uint64_t> expire_at_ms) {
  return Envelope(1, value, expire_at_ms);
}
std::string HllValue(Slice payload, std::optional<uint64_t> expire_at_ms) {
  return Envelope(2, payload, expire_at_ms);
}
std::string CountMetaValue(int64_t length, uint64_t expire_at_ms) {
  return I64(length) + U64(expire_at_ms);
}
std::string OldCountMetaValue(int64_t length) { return I64(length); }
std::string ListMetaValue(int64_t head, int64_t length, uint64_t expire_at_ms) {
  return OldListMetaValue(head, length) + U64(expire_at_ms);
}
std::string OldListMetaValue(int64_t head, int64_t length) {
  // Wraps where a test asks for a meta that overflows.
  const uint64_t tail = static_cast<uint64_t>(head) + static_cast<uint64_t>(length);
  return I64(head) + U64(tail) + I64(length);
}
std::string ListDeltaValue(int64_t head, int64_t length) { return I64(head) + I64(length); }

std::string StreamMetaValue(const StreamMetaFields& meta, size_t size) {
  const std::string all = U64(meta.length) + U64(meta.last_ms) + U64(meta.last_seq) +
                          U64(meta.expire_at_ms) + U64(meta.trimmed_ms) + U64(meta.trimmed_seq);
  return all.substr(0, size);
}

std::string EntryValue(Slice id, const Strings& names_and_values) {
  return Magic("RXE") + EntryMessage(id, names_and_values);
}

std::string HashBlob(const Pairs& fields) {
  std::string out = Magic("RH");
  for (const auto& [name, value] : fields)
    out += Proto(0x0a, Proto(0x0a, name) + Proto(0x12, value));
  return out;
}

std::string SetBlob(const Strings& members) {
  std::string out = Magic("RS");
  for (const std::string& member : members) out += Proto(0x0a, member);
  return out;
}

std::string ZSetBlob(const Scores& members) {
  std::string out = Magic("RZ");
  for (const auto& [member, bits] : members) {
    std::string message = member.empty() ? "" : Proto(0x0a, member);
    if (bits != 0) {
      const std::string big_endian = U64(bits);
      message += '\x11';
      message.append(big_endian.rbegin(), big_endian.rend());
    }
    out += Proto(0x0a, message);
  }
  return out;
}

std::string StreamBlob(const std::vector<std::pair<std::string, Strings>>& entries) {
  std::string out = Magic("RX");
  for (const auto& [id, fields] : entries) out += Proto(0x0a, EntryMessage(id, fields));
  return out;
}

}  // namespace snaptree::test
