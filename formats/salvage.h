// Reading what is whole of a damaged row stream, when the user asks for it.
//
// A row that the end of the file cuts is lost, and no other. Framing that breaks elsewhere is
// picked up again at the next place where three rows in a row look like rows and ascend, above the
// row before the break if there is such a place. That row is dropped too: its own length may be
// what is wrong, and its value would then hold pieces of others. Rows that are out of order are
// sorted into place. Nothing is repaired or guessed.
//
// When only the checksum is off, the file is read as it is. Otherwise the good rows are copied,
// sorted, to an unnamed scratch file, and everything downstream sees an ordinary row stream.
#pragma once

#include <memory>

#include "base/file.h"
#include "formats/container.h"
#include "formats/fsm_container.h"
#include "formats/open_input.h"

namespace snaptree {

// `report` says what was found; it stays empty when the stream is whole. Errors are of the
// environment only.
Result<std::unique_ptr<Container>> SalvageRowStream(std::shared_ptr<const InputFile> file,
                                                    const FsmEnvelope& envelope, ContainerInfo info,
                                                    const OpenInputOptions& options,
                                                    SalvageReport* report);

}  // namespace snaptree
