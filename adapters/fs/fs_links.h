// Directory entries and the places they lead to, as records of sorters. All keys begin with a
// big-endian inode number, so that sorted records can be walked side by side with one another and
// with the inode rows.
#pragma once

#include <cstdint>
#include <string>

#include "base/coding.h"
#include "base/external_sorter.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::fs {

// One directory entry: `child` is called `name` in the directory `parent`.
struct Link {
  uint64_t child = 0;
  uint64_t parent = 0;
  Slice name;
};

// child parent name: the entries of one inode stand together, in the order of the entries' keys.
void PackByChild(const Link& link, std::string* key);
Link UnpackByChild(Slice key);

// parent name: the entries of one directory stand together. The child goes into the payload, which
// may hold more behind it.
void PackByParent(const Link& link, std::string* key, std::string* payload);
Link UnpackByParent(Slice key, Slice payload);
inline constexpr size_t kByParentPayloadBytes = 8;

// Where an entry leads.
struct Place {
  bool selected = false;  // by the run's filter
  // Inode numbers of the directories above, from the root on, 8 bytes each; kept only where a
  // filter asks for them.
  Slice ancestors;
  Slice path;  // encoded components joined by '/'; empty for the root
};
void PackPlace(const Place& place, std::string* payload);
Place UnpackPlace(Slice payload);

// Walks a finished sorter; stands on a record or at the end.
class SortedRecords {
 public:
  // Finishes the sorter and goes to its first record.
  Status Begin(ExternalSorter* sorter) {
    sorter_ = sorter;
    SNAPTREE_TRY(sorter_->Finish());
    return Next();
  }
  Status Next() {
    SNAPTREE_ASSIGN(at_end_, sorter_->Next(&key_, &payload_));
    at_end_ = !at_end_;
    return {};
  }
  bool at_end() const { return at_end_; }
  Slice key() const { return key_; }
  Slice payload() const { return payload_; }
  uint64_t number() const { return LoadBe64(key_.data()); }
  bool IsBelow(uint64_t number) const { return !at_end_ && this->number() < number; }
  bool IsAt(uint64_t number) const { return !at_end_ && this->number() == number; }

 private:
  ExternalSorter* sorter_ = nullptr;
  bool at_end_ = true;
  Slice key_;
  Slice payload_;
};

}  // namespace snaptree::fs
