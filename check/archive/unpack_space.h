// Whether what an archive holds fits, before any of it is unpacked (cli.md rule 7).
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

// "NoSpace" when the archive's content cannot fit on the file system of `folder`. Judged by a lower
// bound, so that nothing is refused that would have fitted: inside zstd nothing is known
// beforehand; stretches of zeros become holes. When it is larger than the
// room there is its headers are read, and only if they promise too much its contents. What is wrong
// with it is not said here.
Status CheckUnpackSpace(const InputFile& archive, const std::string& folder);

}  // namespace snaptree
