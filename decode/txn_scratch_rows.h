// Where an intent stands while transactions are decided, and the scratch file of rows that
// committed intents become: an EKVPBBL1 row stream without header, in an unnamed file.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "formats/row.h"

namespace snaptree {

// An intent whose value is still in its input.
struct TxnPlacedIntent {
  std::string key;  // K
  uint8_t input = 0;
  bool deletes = false;
  uint64_t value_position = 0;
  uint64_t value_size = 0;

  std::string Packed() const;
  // REQUIRES: begins with what Packed() gave; more may follow.
  static TxnPlacedIntent Unpack(Slice packed);
};

class TxnScratchRows {
 public:
  static Result<TxnScratchRows> Create(const std::string& folder);

  // Rows come in ascending order of raw keys.
  Status Add(Slice raw_key, const RowSource& source, const TxnPlacedIntent& intent);
  // The file as a source. Last call.
  Result<std::unique_ptr<RowSource>> Finish();

 private:
  TxnScratchRows(UniqueFd fd, std::string folder)
      : fd_(std::move(fd)), folder_(std::move(folder)) {}
  Status Write(Slice bytes);

  UniqueFd fd_;
  std::string folder_;
  std::string buffer_;
};

}  // namespace snaptree
