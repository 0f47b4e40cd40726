// Writes a tree into a tar archive, plain or in zstd frames, as one stream of bytes (spec 07
// chapter 6): no file is made for a record. Entries stand in the order in which files end,
// CHECKSUMS last; only empty folders have an entry of their own.
//
// A tar archive tells the size of a file before its bytes. Content of a size that is not known
// before (CreateFile) is kept until the file is closed, in a scratch file when it is large; of a
// known size (CreateSizedFile) it goes straight on. While one such file is open, others that end
// wait in memory.
//
// The bytes of the archive depend on the order of the calls and on nothing else, so a run that
// wants the same bytes whatever its number of threads writes from one thread. The sink's own
// threads hash large pieces and compress.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/external_sorter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "tree/archive_output.h"
#include "tree/digest_sink.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct ArchiveSinkOptions {
  ArchiveForm form;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{64} << 20;  // for compression
  // Gets the archive, piece by piece; from one thread at a time.
  std::function<Status(Slice)> take;
  // A folder for contents that are kept and large.
  std::function<Result<std::string>()> scratch_folder;
  SorterOptions checksum_sorter;
  // Gets the digests instead of a CHECKSUMS file, which Finish() then does not write.
  TakeDigest take_digest;
  Progress* progress = nullptr;  // files are counted here; may be null
};

class ArchiveSink : public TreeSink {
 public:
  virtual uint64_t archive_bytes() const = 0;  // so far
};

std::unique_ptr<ArchiveSink> NewArchiveSink(ArchiveSinkOptions options);

// Says so when the Go tools would not unpack what was written.
void NoteLargeArchive(uint64_t entries, Findings* findings);

}  // namespace snaptree
