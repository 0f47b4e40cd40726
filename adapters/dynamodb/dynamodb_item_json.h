// Reads the JSON of an item, whole and strictly (spec 03 section 6.3), into an ItemMessage: one
// object and nothing else, valid UTF-8, no lone surrogates. Texts up to kWholeItemBytes go through
// simdjson, which is quickest; larger ones through RapidJSON piece by piece, so that they need no
// more memory than their message and their longest string. Keeps its memory; one thread.
#pragma once

#include <simdjson.h>

#include <functional>
#include <string>

#include "adapters/dynamodb/dynamodb_item_message.h"
#include "base/result.h"
#include "base/shared_bytes.h"

namespace snaptree::dynamodb {

inline constexpr size_t kWholeItemBytes = size_t{1} << 20;

class ItemJson {
 public:
  // Errors of the text are data errors without a place. REQUIRES: TreeReader::kPadding readable
  // bytes behind the text; out->Begin() was called.
  Status Read(Slice text, ItemMessage* out);
  // next() gives the text piece by piece, an empty piece at the end.
  using NextPiece = std::function<Result<SharedBytes>()>;
  static Status ReadPieces(const NextPiece& next, ItemMessage* out);

 private:
  // has_mark: the text begins with a byte order mark.
  static Status Invalid(std::string found, bool has_mark);

  simdjson::dom::parser parser_;
};

}  // namespace snaptree::dynamodb
