#include "formats/bundle/sst_bundle.h"

namespace snaptree {

Status OpenSstBundle(Payload& payload) {
  return DataError("ContainerUnsupported", "a bundle of SSTables").At(payload.file->path());
}

}  // namespace snaptree
