// Members of JSON texts that are written into one string, without a writer: messages come by the
// million. `name` is written as it is: comma, quotes and colon included.
#pragma once

#include <charconv>
#include <string>

#include "base/slice.h"
#include "manifest/json_writer.h"

namespace snaptree::sqs {

template <class Number>
void AppendNumber(std::string* out, Slice name, Number v) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, v).ptr;
  out->append(name).append(digits, static_cast<size_t>(end - digits));
}

template <class Number>
void AppendUnlessZero(std::string* out, Slice name, Number v) {
  if (v != 0) AppendNumber(out, name, v);
}

inline void AppendText(std::string* out, Slice name, Slice text, HtmlEscape html) {
  out->append(name);
  AppendJsonString(out, text, html);
}

inline void AppendUnlessEmpty(std::string* out, Slice name, Slice text, HtmlEscape html) {
  if (!text.empty()) AppendText(out, name, text, html);
}

inline void AppendRawUnlessEmpty(std::string* out, Slice name, Slice json) {
  if (!json.empty()) out->append(name).append(json);
}

// The members of an object behind others. REQUIRES: an object with members, without insignificant
// white space, or nothing.
inline void AppendMembersOf(std::string* out, Slice object) {
  if (object.size() > 2) out->append(",").append(object.substr(1, object.size() - 2));
}

}  // namespace snaptree::sqs
