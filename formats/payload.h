// What opening a payload needs to know and may fill in: the parameter of every reader in the
// registry of open_input.cc.
#pragma once

#include <memory>

#include "formats/fsm_container.h"
#include "formats/open_input.h"

namespace snaptree {

struct Payload {
  std::shared_ptr<const InputFile> file;  // unpacked
  FsmEnvelope envelope;
  ContainerInfo info;
  const OpenInputOptions& options;
  OpenedInput* opened;

  // Where copies and sorted runs go.
  std::string scratch_folder() const {
    return options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
  }
};

}  // namespace snaptree
