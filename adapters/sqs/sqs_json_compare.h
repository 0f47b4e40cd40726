// Whether a file of the tree says what another text says: to know whether a decoder would write it
// again. One thread.
#pragma once

#include "adapters/common/stored_json.h"
#include "base/slice.h"

namespace snaptree::sqs {

class JsonComparer {
 public:
  // Whether two objects have the same members with the same values, in whatever form and order;
  // false when one of them is no JSON object.
  bool Same(Slice a, Slice b);

 private:
  StoredJson a_;
  StoredJson b_;
};

}  // namespace snaptree::sqs
