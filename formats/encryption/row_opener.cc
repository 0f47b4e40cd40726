#include "formats/encryption/row_opener.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "base/text.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"
#include "formats/mvcc_view.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = 256 << 10;

uint8_t FlagsOf(const Row& row) { return static_cast<uint8_t>(row.value[0]); }

bool IsVersionedRow(const Row& row) {
  return MvccDefect(row.key.size(), row.value_size, row.value) == nullptr &&
         ClassifyRawKey(row.key) < 0;
}

Slice HeadOf(const Row& row) { return row.value.substr(0, kEncryptedHeadBytes); }

uint32_t KeyIdOf(const Row& row) { return LoadBe32(row.value.data() + kValueHeaderBytes + 2); }

uint64_t CiphertextBytes(const Row& row) {
  return row.value_size - kValueHeaderBytes - kEnvelopeBytes;
}

// A clear row or a deletion that could have been an encrypted row before its flags changed.
bool LooksLikeEnvelope(const Row& row, const KeyRing& keys) {
  const uint64_t body_size = row.value_size - kValueHeaderBytes;
  if (body_size < kEnvelopeBytes) return false;
  if (row.value.size() < kEncryptedHeadBytes) return true;  // only its source can tell
  if (row.value[kValueHeaderBytes] != 1) return false;
  const Result<EnvelopeHeader> envelope =
      ParseEnvelope(row.value.substr(kValueHeaderBytes), body_size);
  return envelope.ok() && keys.Find(envelope->key_id) != nullptr;
}

}  // namespace

bool MayBeEncrypted(const Row& row, const KeyRing& keys) {
  return IsVersionedRow(row) &&
         ((FlagsOf(row) & kFlagEncrypted) != 0 || LooksLikeEnvelope(row, keys));
}

Status RowOpener::Take(const Row& row) {
  if (!MayBeEncrypted(row, ring_)) return Keep(row);
  Row with_head = row;
  if (row.value.size() < std::min<uint64_t>(row.value_size, kEncryptedHeadBytes)) {
    head_.resize(static_cast<size_t>(std::min<uint64_t>(row.value_size, kEncryptedHeadBytes)));
    SNAPTREE_TRY(source_.ReadValue(row.value_position, 0, head_.data(), head_.size()));
    with_head.value = head_;
    if (!MayBeEncrypted(with_head, ring_)) return Keep(row);
  }
  return (FlagsOf(row) & kFlagEncrypted) != 0 ? Open(with_head) : CheckClear(with_head);
}

Status RowOpener::Keep(const Row& row) {
  SNAPTREE_TRY(copy_.Begin(row.key, row.value_size));
  if (row.value.size() == row.value_size) return copy_.Append(row.value);
  return copy_.AppendFrom(source_, row.value_position, row.value_size);
}

// As an encrypted row, which it is although it says otherwise.
Status RowOpener::KeepMarked(const Row& row) {
  SNAPTREE_TRY(copy_.Begin(row.key, row.value_size));
  const char flags = kFlagEncrypted;
  SNAPTREE_TRY(copy_.Append(Slice(&flags, 1)));
  return copy_.AppendFrom(source_, row.value_position + 1, row.value_size - 1);
}

Status RowOpener::BeginOpened(const Row& row, uint64_t body_size) {
  SNAPTREE_TRY(copy_.Begin(row.key, kValueHeaderBytes + body_size));
  const char flags = 0;
  SNAPTREE_TRY(copy_.Append(Slice(&flags, 1)));
  ++opened_;
  return copy_.Append(row.value.substr(1, kValueHeaderBytes - 1));
}

Status RowOpener::Emit(const Row& row, Slice body) {
  SNAPTREE_TRY(BeginOpened(row, body.size()));
  return copy_.Append(body);
}

Status RowOpener::WithPlace(const Row& row, Status error) const {
  std::string address = "raw key " + Printable(row.key, 60);
  if (row.value_size >= kEncryptedHeadBytes) address += ", key id " + std::to_string(KeyIdOf(row));
  const bool has_next = !error.info().next.empty();
  Status placed = std::move(error)
                      .At(source_.FileOf(row.value_position),
                          source_.OffsetOf(row.position, row.value_position))
                      .Address(address);
  if (has_next) return placed;
  return std::move(placed).Next(
      "check that keys.json is of this node; get the file again or take an older one; --salvage "
      "goes on past such rows");
}

Status RowOpener::Fail(const Row& row, Status error) {
  const bool of_row = error.kind() == ErrorKind::kData && error.info().source.empty();
  if (!of_row) return error;
  const std::string code = error.code();
  Status placed = WithPlace(row, std::move(error));
  if (!options_.salvage) return placed;
  findings_.Warn(
      "rows_not_opened", "encrypted rows that do not open, for other reasons than a missing key",
      code + " at offset " + std::to_string(*placed.info().offset) + ", " + placed.info().address);
  return (FlagsOf(row) & kFlagEncrypted) != 0 ? Keep(row) : KeepMarked(row);
}

Status RowOpener::Open(const Row& row) {
  ++encrypted_;
  const Result<EnvelopeHeader> envelope =
      ParseEnvelope(HeadOf(row).substr(kValueHeaderBytes), row.value_size - kValueHeaderBytes);
  if (!envelope.ok()) return Fail(row, envelope.status());
  const uint32_t id = envelope->key_id;
  if (ring_.PurposeOf(id) == KeyPurpose::kRaft) {
    return Fail(row, DataError("EnvelopeKeyPurpose",
                               "a row is encrypted with a key that keys.json has for the raft log")
                         .Expected("a key for storage"));
  }
  if (ring_.Find(id) == nullptr) {
    findings_.Note("rows_without_key",
                   "rows that stay encrypted: the key files lack their key. Older versions that "
                   "nobody reads do no harm",
                   "key id " + std::to_string(id));
    return Keep(row);
  }
  if (envelope->compressed()) {
    findings_.Warn("compressed_envelopes",
                   "rows that were compressed before they were encrypted, which no known server "
                   "does; they were unpacked: look at their values",
                   Printable(row.key, 60));
  }
  const bool resident = row.value.size() == row.value_size;
  const Status opened =
      resident ? OpenResident(row, envelope->compressed()) : OpenLarge(row, envelope->compressed());
  return opened.ok() ? Status::Ok() : Fail(row, opened);
}

Status RowOpener::OpenResident(const Row& row, bool compressed) {
  SNAPTREE_TRY(opener_.Open(row.key, row.value, &plain_));
  if (!compressed) return Emit(row, plain_);
  SNAPTREE_TRY(UncompressBody(plain_, options_.memory_bytes, &unpacked_));
  return Emit(row, unpacked_);
}

// Calls take(Slice) -> Status for the body in order. What it was is known only when all is well.
template <class TakePiece>
Status RowOpener::ForEachPiece(const Row& row, Slice head, TakePiece take) {
  opener_.Begin(row.key, head);
  const uint64_t end = kEncryptedHeadBytes + CiphertextBytes(row);
  for (uint64_t from = kEncryptedHeadBytes; from < end; from += plain_.size()) {
    plain_.resize(static_cast<size_t>(std::min<uint64_t>(end - from, kPieceBytes)));
    SNAPTREE_TRY(source_.ReadValue(row.value_position, from, plain_.data(), plain_.size()));
    opener_.Decrypt(plain_, plain_.data());
    SNAPTREE_TRY(take(Slice(plain_)));
  }
  char tag[kEnvelopeTagBytes];
  SNAPTREE_TRY(source_.ReadValue(row.value_position, end, tag, sizeof tag));
  return opener_.Finish(Slice(tag, sizeof tag));
}

Status RowOpener::OpenLarge(const Row& row, bool compressed) {
  if (compressed) return OpenLargeCompressed(row);
  // A row of the copy cannot be taken back; without --salvage all of it is given up.
  if (options_.salvage)
    SNAPTREE_TRY(ForEachPiece(row, HeadOf(row), [](Slice) { return Status::Ok(); }));
  SNAPTREE_TRY(BeginOpened(row, CiphertextBytes(row)));
  return ForEachPiece(row, HeadOf(row), [this](Slice piece) { return copy_.Append(piece); });
}

Status RowOpener::OpenLargeCompressed(const Row& row) {
  if (CiphertextBytes(row) > options_.memory_bytes) {
    return DataError("EnvelopeCompression", "the body of an encrypted row is too large to unpack")
        .Expected("at most " + HumanBytes(options_.memory_bytes))
        .Found(HumanBytes(CiphertextBytes(row)))
        .Next("give more --memory");
  }
  std::string packed;
  packed.reserve(static_cast<size_t>(CiphertextBytes(row)));
  SNAPTREE_TRY(ForEachPiece(row, HeadOf(row), [&](Slice piece) {
    packed.append(piece);
    return Status::Ok();
  }));
  std::string body;
  SNAPTREE_TRY(UncompressBody(packed, options_.memory_bytes, &body));
  return Emit(row, body);
}

Status RowOpener::CheckClear(const Row& row) {
  std::string head(HeadOf(row));
  head[0] = kFlagEncrypted;
  const Status opens = ForEachPiece(row, head, [](Slice) { return Status::Ok(); });
  if (opens.ok()) {
    ++encrypted_;
    return Fail(row, DataError("EnvelopeAuth",
                               "a row says that it is not encrypted, and its body is: its flags "
                               "are wrong"));
  }
  return opens.code() == "EnvelopeAuth" ? Keep(row) : opens;
}

}  // namespace snaptree
