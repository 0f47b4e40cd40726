// Keys must not end up in a core file, and the library's copies of them stand where we cannot mark
// the memory: while one of these exists, the process leaves no core file.
#pragma once

namespace snaptree {

// Several may exist at a time, in any threads; the last one to go restores what was.
class NoCoreFile {
 public:
  NoCoreFile();
  ~NoCoreFile();
  NoCoreFile(const NoCoreFile&) = delete;
  NoCoreFile& operator=(const NoCoreFile&) = delete;
};

}  // namespace snaptree
