#include "adapters/sqs/sqs_packed_message.h"

#include "base/coding.h"

namespace snaptree::sqs {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;

// Numbers have 7 bits a byte, the last byte without the top bit; signed ones their sign in the
// lowest bit, so that small ones stay small.
void PutNumber(std::string* out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) out->push_back(static_cast<char>(v | 0x80));
  out->push_back(static_cast<char>(v));
}
void PutSigned(std::string* out, int64_t v) {
  PutNumber(out, static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63));
}
void PutText(std::string* out, Slice text) {
  PutNumber(out, text.size());
  out->append(text);
}

// Reads what was put. No bounds are checked: these bytes never left the process but for its own
// checksummed scratch files.
class Unpacker {
 public:
  explicit Unpacker(Slice payload) : at_(payload.data()) {}

  uint64_t Number() {
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      v |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return v;
    }
  }
  int64_t Signed() {
    const uint64_t v = Number();
    return static_cast<int64_t>(v >> 1 ^ (~(v & 1) + 1));
  }
  Slice Text() {
    const uint64_t n = Number();
    const Slice text(at_, n);
    at_ += n;
    return text;
  }

 private:
  const char* at_;
};

// The texts of a payload, in its order.
template <class M, class Visit>
void ForEachText(M& m, Visit visit) {
  visit(m.body);
  visit(m.md5_of_body);
  visit(m.md5_of_attributes);
  visit(m.attributes);
  visit(m.sender_id);
  visit(m.receipt_token);
  visit(m.group_id);
  visit(m.deduplication_id);
  visit(m.dead_letter_source);
  visit(m.extra);
}

}  // namespace

void PackSortKey(const Message& message, std::string* key) {
  key->clear();
  AppendBe64(key, static_cast<uint64_t>(message.sent_ms) ^ kSignBit);
  AppendBe64(key, message.sequence);
  key->append(message.id);
}

void PackPayload(const Message& message, std::string* payload) {
  payload->clear();
  PutSigned(payload, message.available_ms);
  PutSigned(payload, message.visible_ms);
  PutSigned(payload, message.receive_count);
  PutSigned(payload, message.first_receive_ms);
  PutNumber(payload, message.generation);
  PutNumber(payload, message.partition ? uint64_t{*message.partition} + 1 : 0);
  ForEachText(message, [&](Slice text) { PutText(payload, text); });
}

Message UnpackMessage(Slice key, Slice payload) {
  Message message;
  message.sent_ms = static_cast<int64_t>(LoadBe64(key.data()) ^ kSignBit);
  message.sequence = LoadBe64(key.data() + 8);
  message.id = key.substr(16);
  Unpacker in(payload);
  message.available_ms = in.Signed();
  message.visible_ms = in.Signed();
  message.receive_count = in.Signed();
  message.first_receive_ms = in.Signed();
  message.generation = in.Number();
  if (const uint64_t partition = in.Number(); partition > 0) {
    message.partition = static_cast<uint32_t>(partition - 1);
  }
  ForEachText(message, [&](Slice& text) { text = in.Text(); });
  return message;
}

}  // namespace snaptree::sqs
