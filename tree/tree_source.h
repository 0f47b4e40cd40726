// Where a tree comes from: a folder or an archive. A source knows where the tree lives; it does not
// know what its files mean. It trusts nothing: links are never followed, special files never
// opened, nothing outside the tree is ever read (spec 07 section 8.3).
//
// Paths are relative, '/'-separated, raw bytes. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

enum class EntryKind : uint8_t {
  kFile,
  kFolder,
  kOther,  // a link, a pipe, a device: Open() says what is wrong with it
};

struct TreeEntry {
  std::string name;  // one component
  EntryKind kind = EntryKind::kFile;
};

// One opened regular file. For one thread.
class TreeContent {
 public:
  virtual ~TreeContent() = default;
  virtual uint64_t size() const = 0;  // when it was opened
  // Unix milliseconds, not before 1970.
  virtual uint64_t modified_ms() const = 0;
  // Up to n bytes from `offset` on; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) = 0;
  // Where the next bytes that are not a hole begin, size() when there are none.
  virtual uint64_t NextData(uint64_t offset) = 0;
};

class TreeSource {
 public:
  virtual ~TreeSource() = default;

  virtual const std::string& name() const = 0;  // as the user gave it

  // Gives the entries of a folder ("" is the root), in no particular order, some hundred at a time.
  // "NotFound" when there is no such folder, "UnsafePath" when a link stands there.
  using TakeEntries = std::function<Status(std::span<const TreeEntry>)>;
  virtual Status List(Slice folder, const TakeEntries& take) const = 0;

  // nullopt: nothing is there.
  virtual Result<std::optional<EntryKind>> Find(Slice path) const = 0;

  // "NotFound"; "UnsafePath" for links on the way or at its end, "NotRegular" for special files and
  // folders, "HardLink" unless they are allowed. Errors name the path within the tree.
  virtual Result<std::unique_ptr<TreeContent>> Open(Slice path) const = 0;
};

struct DirectorySourceOptions {
  bool allow_hard_links = false;  // files with several names: rsync --link-dest, cp -al
};

// A tree in a folder. The root itself may be given by way of links. "NotFound", "NotAFolder"
// (usage).
Result<std::unique_ptr<TreeSource>> OpenDirectorySource(const std::string& path,
                                                        DirectorySourceOptions options);

}  // namespace snaptree
