// Some attributes of a stored item (spec 03 section 2.2), as parts of keys: those that the keys of
// its table and of its indexes are made of. Nothing else of the item is looked at. One thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "base/slice.h"

namespace snaptree {

class KeyAttributes {
 public:
  // The names that matter, each as often as it is mentioned.
  void Begin(std::vector<std::string> names);
  // False: this is no message of an item.
  bool Read(Slice message);
  // Of the item that was read last; lives as long as its message. REQUIRES: a name of Begin().
  // Type 0: it is of a type that no key has.
  struct Attribute {
    bool is_there = false;
    dynamodb::KeyValue value;
  };
  const Attribute& Of(Slice name) const;

 private:
  bool Entry(Slice entry);

  std::vector<std::string> names_;  // ascending, each once
  std::vector<Attribute> attributes_;
};

}  // namespace snaptree
