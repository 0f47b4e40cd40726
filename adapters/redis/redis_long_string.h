// Strings of JSON that are too long to be held: their bytes come piece by piece. RapidJSON hands
// out strings whole.
#pragma once

#include <functional>

#include "adapters/redis/redis_json_text.h"
#include "base/slice.h"
#include "base/status.h"

namespace snaptree::redis {

// Takes the string that comes next, with both its quotes, and gives the bytes of its text; or, of
// base64url, those that it stands for. As strict as ElementsReader. "RedisEncodeInvalidJSON"
// without a place; pieces before the error have been given. When the text ends, its status tells
// more. REQUIRES: text.Peek() is a quote.
using TakePiece = std::function<Status(Slice bytes)>;
Status ReadLongString(JsonText& text, bool base64, const TakePiece& take);

}  // namespace snaptree::redis
