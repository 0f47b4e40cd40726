// Which records a run is asked for: --include, --exclude and --files-from, on addresses. A record's
// address is its path in the tree ("dynamodb/orders/items/user%3A1.json").
//
// In a pattern `*`, `?` and `[...]` stand for any bytes, '/' among them, as in `find -path`; a
// backslash takes the next byte as it is. A pattern that names a folder stands for all below it.
// Exclude wins. Any thread may ask at any time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/slice.h"

namespace snaptree {

struct AddressFilterOptions {
  std::vector<std::string> include;  // patterns
  std::vector<std::string> exclude;  // patterns
  std::vector<std::string> files;    // addresses as they are, no patterns
  bool from_files = false;           // --files-from was given, perhaps with nothing in it
};

class AddressFilter {
 public:
  AddressFilter();  // everything
  explicit AddressFilter(AddressFilterOptions options);
  ~AddressFilter();
  AddressFilter(const AddressFilter&) = delete;
  AddressFilter& operator=(const AddressFilter&) = delete;

  // No choice was made: every record is wanted, and nobody need ask.
  bool everything() const { return rep_ == nullptr; }
  // Whether a record is wanted.
  bool Selects(Slice address) const { return everything() || SelectsOne(address); }
  // The same for a record that has a file beside it: the name of either stands for both.
  bool Selects(Slice address, Slice beside) const {
    return everything() || SelectsOne(address) || SelectsBy(beside, address);
  }
  // A file that comes out with the records it tells of: who asked for it by name got it.
  void Written(Slice path) const;
  // Whether a record below a folder ("s3/photos/", with its '/') may be wanted; false: there is no
  // need to look at them.
  bool MaySelectBelow(Slice folder) const { return everything() || MaySelect(folder); }

  // Patterns and files that matched no address so far, with the addresses most like them.
  struct Unmatched {
    std::string pattern;
    std::vector<std::string> nearest;  // at most three
  };
  std::vector<Unmatched> unmatched() const;

 private:
  bool SelectsOne(Slice address) const;
  // Whether it is asked for by another name, and not excluded by its own.
  bool SelectsBy(Slice other_name, Slice address) const;
  bool MaySelect(Slice folder) const;

  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree
