// What a folder of the tree may hold beside files and folders. Stateless.
#pragma once

#include "adapters/common/encode_context.h"

namespace snaptree::dynamodb {

// A link, a pipe or a device: the source says what is wrong with it.
inline Status RefuseSpecial(const EncodeContext& context, Slice path) {
  Status error = context.input.source().Open(path).status();
  if (!error.ok()) return context.findings.TakeError(std::move(error));
  return EnvironmentError("ChangedWhileReading", "the file was replaced while the tree was read")
      .At(path)
      .Next("let no program write into the tree, then run again");
}

}  // namespace snaptree::dynamodb
