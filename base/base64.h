// Strict base64 (RFC 4648), both alphabets: no line breaks, no characters of the other alphabet,
// unused bits zero, so that a text has one meaning and bytes have one text. Encoding base64url is
// in base/text.h.
#pragma once

#include <string>

#include "base/slice.h"

namespace snaptree {

// Section 4, with padding.
void AppendBase64(std::string* out, Slice bytes);

// Section 5, without padding. Appends the bytes to *out; false: not base64url, and *out is in an
// undefined state.
bool AppendFromBase64Url(std::string* out, Slice text);
// Section 4, with padding.
bool AppendFromBase64(std::string* out, Slice text);

}  // namespace snaptree
