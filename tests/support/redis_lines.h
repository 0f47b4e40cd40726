// Lines of Redis keys (spec 08) as people write them, and what is wrong with them.
#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/encoded_snapshot.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {

inline std::string FileOf(const std::string& type, unsigned number = 0) {
  return InDb(type + "-0000" + std::to_string(number) + ".jsonl");
}

inline EncodedRows EncodeHashes(const std::string& lines) {
  return EncodeLines({{FileOf("hashes"), lines}});
}

// What is wrong, without the path: "Code line 1".
inline Strings ErrorsIn(const std::string& type, const std::string& lines) {
  Strings errors;
  for (const Status& error : EncodeLines({{FileOf(type), lines}}).statuses) {
    CHECK(error.info().source == FileOf(type));
    CHECK_FALSE(error.info().next.empty());
    errors.push_back(error.code() + " " + error.info().address);
  }
  return errors;
}

inline std::string Line(const std::string& members) { return "{" + members + "}\n"; }
inline std::string Part(const std::string& key, int part, const std::string& rest) {
  return Line("\"key\":\"" + key + "\",\"part\":" + std::to_string(part) + "," + rest);
}
inline std::string Fields(const Strings& names) {
  std::string text = "\"fields\":[";
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : ",") + ("{\"name\":\"" + names[i] + "\",\"value\":\"v\"}");
  return text + "]";
}

}  // namespace snaptree::test
