// Standard base64 with padding (RFC 4648 section 4): values of type B in JSON. Stateless.
#pragma once

#include <optional>
#include <string>

#include "base/slice.h"

namespace snaptree::dynamodb {

void AppendBase64(std::string* out, Slice bytes);
// Strict: padded, no line breaks, unused bits zero.
std::optional<std::string> ParseBase64(Slice text);

}  // namespace snaptree::dynamodb
