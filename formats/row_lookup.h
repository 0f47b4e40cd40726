// The rows of a few keys among many: found by bisection over what a scan has learned of the file,
// so that no other row is read, and judged as a walk over the whole family would judge them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/row.h"
#include "formats/scan.h"

namespace snaptree {

// Which logical keys a range means.
enum class KeyMatch : uint8_t {
  kWhole,     // this one
  kPrefix,    // all that begin with it
  kNumbered,  // it and a number of some bytes behind it
};

// Rows of one family. Of a key all rows are meant or none.
struct KeyRange {
  FamilyId family = 0;
  KeyMatch match = KeyMatch::kWhole;
  std::string key;  // logical
  // Raw keys to look at: from begin on, and below end (empty: no end).
  std::string begin;
  std::string end;
  size_t number_bytes = 0;

  bool Matches(Slice raw_key) const;
};

KeyRange WholeKey(FamilyId family, std::string key);
KeyRange KeysWithPrefix(FamilyId family, std::string prefix);
KeyRange NumberedKeys(FamilyId family, std::string key, size_t number_bytes);
// Those keys with the prefix whose next byte is `low` to `high`.
KeyRange KeysWithByte(FamilyId family, const std::string& prefix, uint8_t low, uint8_t high);

// The least text above all that begin with this one; empty: there is none.
std::string AfterPrefix(Slice prefix);

// One thread. Rows and scan must outlive it.
class RowLookup {
 public:
  RowLookup(const RowSource& rows, const ScanResult& scan) : rows_(rows), scan_(scan) {}

  const RowSource& source() const { return rows_; }
  const ScanResult& scan() const { return scan_; }
  bool HasRows(FamilyId family) const { return !scan_.extents[family].empty(); }

  // What a scan of a file with these rows alone would say, read at the same timestamp, with their
  // positions in this one. Ranges may overlap.
  Result<ScanResult> Scan(std::vector<KeyRange> ranges);

  // The first raw key of the family at or above a text; nullopt: there is none.
  Result<std::optional<std::string>> FirstKey(FamilyId family, Slice from);

 private:
  friend class RangeCursor;

  Extent Reach(FamilyId family) const;
  Result<std::string> KeyAt(uint64_t place, uint64_t end);
  Result<Extent> Bisect(const Extent& reach, Slice key);
  void Tighten(KeyRange* range) const;

  const RowSource& rows_;
  const ScanResult& scan_;
  std::map<uint64_t, std::string> place_keys_;  // raw keys that were read
};

}  // namespace snaptree
