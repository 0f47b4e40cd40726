// Small JSON documents beside or inside of inputs (manifests, key files): parsed strictly, numbers
// exact, and every error names the document and the member.
#pragma once

#include <simdjson.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

// One object. Copies share the document.
class JsonMembers {
 public:
  // Parses a document that is one object; anything behind it is an error. `where` names it in
  // errors, `code` is the code of all its errors.
  static Result<JsonMembers> Parse(Slice text, std::string where, std::string code);

  bool Has(std::string_view name) const;
  Result<uint64_t> Unsigned(std::string_view name) const;
  Result<bool> Bool(std::string_view name) const;
  Result<std::string> Text(std::string_view name) const;
  Result<JsonMembers> Object(std::string_view name) const;
  // null counts as empty.
  Result<std::vector<JsonMembers>> Objects(std::string_view name) const;
  Result<std::vector<uint64_t>> Numbers(std::string_view name) const;
  // Names in the order in which they stand.
  std::vector<std::string> Names() const;
  // An error that names a member that is none of these, or that stands twice.
  Status CheckNames(std::initializer_list<std::string_view> known) const;
  // An error of the document about one of its members.
  Status Error(std::string_view name, std::string what) const;

 private:
  struct Document {
    simdjson::dom::parser parser;
    std::string where;
    std::string code;
  };
  JsonMembers(std::shared_ptr<const Document> document, simdjson::dom::object object)
      : document_(std::move(document)), object_(object) {}

  template <class T>
  Result<T> Get(std::string_view name, const char* expected) const;

  std::shared_ptr<const Document> document_;
  simdjson::dom::object object_;
};

}  // namespace snaptree
