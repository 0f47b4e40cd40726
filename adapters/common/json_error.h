// Says where and why a small JSON text is wrong, so that a person finds the place. Parsers that are
// quick do not tell; the text is read a second time, once it is known to be wrong.
#pragma once

#include <string>

#include "base/slice.h"
#include "base/status.h"

namespace snaptree {

inline constexpr Slice kByteOrderMark = "\xef\xbb\xbf";
inline constexpr const char* kByteOrderMarkNext =
    "save the file as UTF-8 without a byte order mark (BOM)";

// What RapidJSON says of a place, as errors have it: "missing a colon ... at byte 12".
std::string JsonDefectAt(const char* message, size_t offset);

// What keeps a text from being one JSON value in UTF-8, with the place: "invalid value at byte 12".
// Empty: nothing that the second reading can see, such as a number that fits no type.
std::string FindJsonDefect(Slice text);

// Completes an error that came of parsing `text`, if it is a data error: what was found, if that
// can be told better, and the next step if it has none (a byte order mark says itself what to do).
Status ExplainJsonError(Status error, Slice text, const char* next);

}  // namespace snaptree
