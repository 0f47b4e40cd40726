// Opens the encrypted rows of a source one by one and writes all rows to a copy.
#pragma once

#include <cstdint>
#include <string>

#include "base/findings.h"
#include "formats/encryption/decrypted_rows.h"
#include "formats/encryption/envelope.h"
#include "formats/row.h"
#include "formats/row_copy.h"

namespace snaptree {

// Whether a row's body is an envelope, or may be one although the row says that it is clear.
bool MayBeEncrypted(const Row& row, const KeyRing& keys);

// The source, the keys and the copy must outlive it.
class RowOpener {
 public:
  RowOpener(const RowSource& source, const KeyRing& keys, const DecryptOptions& options,
            RowCopy* copy)
      : source_(source), ring_(keys), opener_(keys), options_(options), copy_(*copy) {}

  // Rows in the order of the source.
  Status Take(const Row& row);

  uint64_t opened() const { return opened_; }
  // Of them and of those that stayed encrypted.
  uint64_t encrypted() const { return encrypted_; }
  const Findings& findings() const { return findings_; }

 private:
  Status Keep(const Row& row);
  Status KeepMarked(const Row& row);
  Status Open(const Row& row);
  Status OpenResident(const Row& row, bool compressed);
  Status OpenLarge(const Row& row, bool compressed);
  Status OpenLargeCompressed(const Row& row);
  Status CheckClear(const Row& row);
  Status Emit(const Row& row, Slice body);
  // Its body follows.
  Status BeginOpened(const Row& row, uint64_t body_size);
  template <class TakePiece>
  Status ForEachPiece(const Row& row, Slice head, TakePiece take);
  // The error with its place; with --salvage it is told, and the row stays as it is.
  Status Fail(const Row& row, Status error);
  Status WithPlace(const Row& row, Status error) const;

  const RowSource& source_;
  const KeyRing& ring_;
  EnvelopeOpener opener_;
  const DecryptOptions& options_;
  RowCopy& copy_;
  Findings findings_;
  uint64_t opened_ = 0;
  uint64_t encrypted_ = 0;
  std::string head_;  // of a value of which its source gives less
  std::string plain_;
  std::string unpacked_;
};

}  // namespace snaptree
