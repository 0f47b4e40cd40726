#include "encode/row_limits.h"

#include <utility>

#include "adapters/common/row_writer.h"
#include "base/text.h"

namespace snaptree {
namespace {

Status TooLarge(Status error, uint64_t limit, uint64_t size) {
  return std::move(error)
      .Expected("at most " + Thousands(limit) + " bytes, what a live node loads")
      .Found(Thousands(size))
      .Next("remove the record from the tree; no node can hold it");
}

}  // namespace

Status CheckRowLimits(Slice user_key, uint64_t body_bytes) {
  if (user_key.size() > kMaxUserKeyBytes) {
    return TooLarge(DataError("EncodeKeyTooLarge", "a row's key is too long"), kMaxUserKeyBytes,
                    user_key.size());
  }
  if (body_bytes > kMaxBodyBytes) {
    return TooLarge(DataError("EncodeValueTooLarge", "a row's value is too large"), kMaxBodyBytes,
                    body_bytes);
  }
  return {};
}

}  // namespace snaptree
