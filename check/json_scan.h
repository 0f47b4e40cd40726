// Finds a few members of JSON objects in text that comes in pieces, whatever its size: only the
// values that are asked for are kept. For who wants to know one thing of a large file. It does not
// judge the text: of what is no JSON it gives nothing, or what looks like it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/slice.h"
#include "base/status.h"

namespace snaptree {

class JsonScan {
 public:
  // Longer values are not kept.
  static constexpr size_t kMaxValueBytes = size_t{1} << 20;

  enum class Form : uint8_t {
    kDocument,  // one value
    kLines,     // one a line: after a broken line the next one is read again
  };
  // Called at the end of every object that stands in no other value.
  using TakeObject = std::function<Status()>;

  // `names` and what they point to must outlive the scan.
  JsonScan(Form form, std::span<const Slice> names, TakeObject take);

  Status Append(Slice bytes);

  // Of the object that ends, in TakeObject: the member of the name `names[i]`, when it is there and
  // no object or array. Of a member that comes twice the last one.
  std::optional<uint64_t> Number(size_t i) const;   // a decimal u64 without sign or fraction
  std::optional<std::string> Text(size_t i) const;  // a string
  bool Is(size_t i, Slice json) const;              // this very text

 private:
  enum class Part : uint8_t { kNothing, kKey, kColon, kValue };
  struct Value {
    bool kept = false;
    std::string json;
  };

  const char* TakeString(const char* at, const char* end);
  Status TakeOther(char c);
  void Open(bool is_object);
  Status Close();
  void BeginString();
  void EndString();
  void BeginValue();
  void Keep(Slice bytes);
  void Forget();

  const Form form_;
  const std::span<const Slice> names_;
  const TakeObject take_;
  uint64_t depth_ = 0;
  bool in_object_ = false;  // the value of depth 1 is an object
  bool in_string_ = false;
  bool escaped_ = false;  // the last byte of the string was a backslash that is no text
  Part part_ = Part::kNothing;
  std::string key_;  // JSON text, with its quotes
  std::vector<Value> values_;
  std::string* kept_ = nullptr;  // gets what is read: key_ or a value
};

}  // namespace snaptree
