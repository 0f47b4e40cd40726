// Items as servers wrote them until March 2026: bare JSON, an object of name -> {"<type>":value}
// (spec 03 section 2.3).
#pragma once

#include <string>

#include "adapters/common/stored_json.h"
#include "base/result.h"

namespace snaptree::dynamodb {

// Turns JSON items into the messages that servers of today write, so that there is one way to read
// an item. Keeps its memory; one thread.
class JsonItem {
 public:
  // Sets *message. "DdbInvalidItem".
  Status ToMessage(Slice json, std::string* message);

 private:
  StoredJson json_;
};

}  // namespace snaptree::dynamodb
