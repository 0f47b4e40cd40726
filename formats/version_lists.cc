#include "formats/version_lists.h"

namespace snaptree {

Status OpenVersionLists(Payload& payload) {
  return DataError("ContainerUnsupported", "version lists").At(payload.file->path());
}

}  // namespace snaptree
