#include "formats/encryption/envelope.h"

#include <snappy.h>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint8_t kKnownFlags = 1;
constexpr size_t kAuthenticatedBytes = 6;  // of the envelope: version, flags, key id
// The longest body that a node loads.
constexpr uint64_t kMaxBodyBytes = uint64_t{256} << 20;

}  // namespace

Result<EnvelopeHeader> ParseEnvelope(Slice head, uint64_t body_size) {
  if (body_size < kEnvelopeBytes) {
    return DataError("EnvelopeShort", "the row is marked as encrypted, but too short for it")
        .Expected("a body of at least " + std::to_string(kEnvelopeBytes) + " bytes")
        .Found(std::to_string(body_size));
  }
  const auto version = static_cast<uint8_t>(head[0]);
  if (version != kVersion) {
    return DataError("EnvelopeVersion", "the row is encrypted in an unknown way")
        .Expected("version 1")
        .Found(std::to_string(version))
        .Next("damaged, or written by a newer server: look for a newer snaptree");
  }
  EnvelopeHeader header;
  header.flags = static_cast<uint8_t>(head[1]);
  if ((header.flags & ~kKnownFlags) != 0) {
    return DataError("EnvelopeFlags", "the envelope of an encrypted row has unknown flags")
        .Expected("0 or 1")
        .Found(std::to_string(header.flags))
        .Next("damaged, or written by a newer server: look for a newer snaptree");
  }
  header.key_id = LoadBe32(head.data() + 2);
  return header;
}

GcmKey& EnvelopeOpener::KeyOf(uint32_t id) {
  if (last_key_ == nullptr || last_id_ != id) {
    last_key_ = &keys_.try_emplace(id, ring_.Find(id)->bytes()).first->second;
    last_id_ = id;
  }
  return *last_key_;
}

void EnvelopeOpener::Begin(Slice raw_key, Slice head) {
  const Slice envelope = head.substr(kValueHeaderBytes);
  associated_.assign(envelope.substr(0, kAuthenticatedBytes));
  associated_.append(head.substr(0, kValueHeaderBytes));
  associated_.append(raw_key);
  KeyOf(LoadBe32(envelope.data() + 2))
      .Begin(envelope.substr(kAuthenticatedBytes, GcmKey::kNonceBytes), associated_);
}

void EnvelopeOpener::Decrypt(Slice encrypted, char* plain) {
  last_key_->Decrypt(encrypted, reinterpret_cast<uint8_t*>(plain));
}

Status EnvelopeOpener::Finish(Slice tag) {
  if (last_key_->Finish(tag)) return {};
  return DataError("EnvelopeAuth",
                   "an encrypted row does not open: its key is another one, or it is damaged");
}

Status EnvelopeOpener::Open(Slice raw_key, Slice value, std::string* plain) {
  const Slice encrypted =
      value.substr(kEncryptedHeadBytes, value.size() - kValueHeaderBytes - kEnvelopeBytes);
  Begin(raw_key, value.substr(0, kEncryptedHeadBytes));
  plain->resize(encrypted.size());
  Decrypt(encrypted, plain->data());
  return Finish(value.substr(value.size() - kEnvelopeTagBytes));
}

Status UncompressBody(Slice packed, uint64_t limit, std::string* body) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(packed.data(), packed.size(), &size) || size > kMaxBodyBytes) {
    return DataError("EnvelopeCompression", "the body of an encrypted row cannot be unpacked")
        .Expected("a Snappy block of at most " + HumanBytes(kMaxBodyBytes));
  }
  if (limit < packed.size() || limit - packed.size() < size) {
    return DataError("EnvelopeCompression", "the body of an encrypted row is too large to unpack")
        .Expected("at most " + HumanBytes(limit))
        .Found(HumanBytes(uint64_t{packed.size()} + size))
        .Next("give more --memory");
  }
  body->resize(size);
  if (!snappy::RawUncompress(packed.data(), packed.size(), body->data())) {
    return DataError("EnvelopeCompression", "the body of an encrypted row cannot be unpacked")
        .Expected("a Snappy block of " + std::to_string(size) + " bytes");
  }
  return {};
}

}  // namespace snaptree
