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
  // The same for a record of two files: asked for by the name of either, excluded by its own.
  // Whether the other file comes too: Excludes(beside).
  bool Selects(Slice address, Slice beside) const {
    return everything() || SelectsOneOfTwo(address, beside);
  }
  // Whether an exclude pattern stands for the name of a file that comes with what was selected.
  bool Excludes(Slice path) const { return !everything() && MarkExcluded(path); }
  // Include patterns and files that stand for a path, whether or not anybody chose by it, are not
  // among unmatched().
  void MarkMet(Slice path) const {
    if (!everything()) MarkAskedFor(path);
  }
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
  bool SelectsOneOfTwo(Slice address, Slice beside) const;
  bool MarkAskedFor(Slice path) const;
  bool MarkExcluded(Slice path) const;
  bool MaySelect(Slice folder) const;

  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree
