// Members of stored JSON objects that no version of today knows: kept raw, in stored order, numbers
// as written, and put out as "x_extra" (spec 00 decision 17).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/slice.h"
#include "manifest/json_writer.h"

namespace snaptree::s3 {

class ExtraMembers {
 public:
  // json: the member's value, valid JSON. Of two members of one name the last counts.
  void Set(Slice name, Slice json);
  bool empty() const { return members_.empty(); }
  const std::vector<std::pair<std::string, std::string>>& members() const { return members_; }

  // The object "x_extra" with its name, in the writer's own indent.
  void Write(JsonWriter* json) const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;  // name, JSON
};

}  // namespace snaptree::s3
