// Members that a newer node has stored and this version does not know: they are kept as they stand
// (spec 05 section 5.5, spec 00 decision 17). One thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/common/stored_json.h"

namespace snaptree::sqs {

class UnknownMembers {
 public:
  void Clear() { indexes_.clear(); }
  void Add(size_t member_index) { indexes_.push_back(member_index); }
  bool empty() const { return indexes_.empty(); }
  // One JSON object with all of them, compact, in stored order; of a name that stands twice the
  // last one. `json` is what the indexes are of. Lives until the next call.
  Slice ToObject(StoredJson& json);
  // Their names, since the last ToObject(); of the document.
  const std::vector<Slice>& names() const { return names_; }

 private:
  std::vector<size_t> indexes_;
  std::vector<Slice> names_;
  std::string object_;
};

}  // namespace snaptree::sqs
