#include "formats/pebble/pebble_directory.h"

namespace snaptree {

Result<OpenedInput> OpenPebbleDirectory(const std::string& directory,
                                        const OpenInputOptions& /*options*/) {
  return DataError("ContainerUnsupported", "a Pebble data directory").At(directory);
}

Result<PebbleState> ReadPebbleState(const std::string& directory,
                                    const OpenInputOptions& /*options*/, bool /*every_block*/) {
  return DataError("ContainerUnsupported", "a Pebble data directory").At(directory);
}

}  // namespace snaptree
