// The members of one JSON object of the contract's small documents (MANIFEST.json, ENCODE_INFO), by
// their exact names. A known name that stands twice says two things and is an error; a member that
// is null counts as absent; names that nobody asks for are ignored.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

class JsonMembers {
 public:
  // Makes the error of the document that the object is in, from a sentence.
  using Invalid = Status (*)(std::string what);

  // `where` stands before names in messages: "live." or "". REQUIRES: `from` outlives this.
  JsonMembers(const simdjson::dom::object& from, std::string where, Invalid invalid)
      : from_(from), where_(std::move(where)), invalid_(invalid) {}

  // REQUIRES: `what` continues a sentence that begins with the member: "is missing".
  Status Wrong(Slice name, const std::string& what) const {
    return invalid_("the member \"" + where_ + std::string(name) + "\" " + what);
  }
  // The members of the object `object`, which is the member `name`.
  JsonMembers Below(Slice name, const simdjson::dom::object& object) const {
    return {object, where_ + std::string(name) + ".", invalid_};
  }

  Result<std::optional<simdjson::dom::element>> Find(Slice name) const;
  // Each leaves *out alone when the member is absent and not required.
  Status Text(Slice name, bool required, std::string* out) const;
  Status Number(Slice name, std::optional<uint64_t>* out) const;
  Status Flag(Slice name, bool required, bool* out) const;
  Status Object(Slice name, std::optional<simdjson::dom::object>* out) const;
  // Appends an array's elements; `take` says false when one is of another type.
  template <class T>
  Status List(Slice name, std::vector<T>* out,
              bool (*take)(const simdjson::dom::element&, std::vector<T>*)) const {
    SNAPTREE_ASSIGN(const std::optional<simdjson::dom::element> value, Find(name));
    if (!value) return {};
    simdjson::dom::array list;
    if (value->get_array().get(list)) return Wrong(name, "is not an array");
    for (const simdjson::dom::element element : list) {
      if (!take(element, out)) return Wrong(name, "holds something of another type");
    }
    return {};
  }

 private:
  const simdjson::dom::object& from_;
  const std::string where_;
  const Invalid invalid_;
};

// For List(): elements that are strings.
bool TakeJsonName(const simdjson::dom::element& element, std::vector<std::string>* out);

// Parses a document that is one JSON object; the object lives in `parser`.
Result<simdjson::dom::object> ParseJsonObject(simdjson::dom::parser* parser, Slice text,
                                              JsonMembers::Invalid invalid);

}  // namespace snaptree
