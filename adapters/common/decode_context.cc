#include "adapters/common/decode_context.h"

#include <algorithm>
#include <iterator>

namespace snaptree {

void AdapterTotals::Add(AdapterTotals other) {
  records += other.records;
  losses += other.losses;
  std::move(other.scopes.begin(), other.scopes.end(), std::back_inserter(scopes));
  for (std::string& extension : other.extensions) {
    if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) {
      extensions.push_back(std::move(extension));
    }
  }
}

}  // namespace snaptree
