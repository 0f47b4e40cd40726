#include "adapters/sqs/sqs_unknown_members.h"

#include <map>

namespace snaptree::sqs {

Slice UnknownMembers::ToObject(StoredJson& json) {
  std::map<Slice, size_t> last;
  for (const size_t i : indexes_) last[json.members()[i].name] = i;
  names_.clear();
  object_ = "{";
  for (const size_t i : indexes_) {
    const Slice name = json.members()[i].name;
    if (last[name] != i) continue;
    names_.push_back(name);
    const RawMember& raw = json.Raw(i);
    if (object_.size() > 1) object_.push_back(',');
    object_.append(raw.name).append(":").append(raw.value);
  }
  return object_.append("}");
}

}  // namespace snaptree::sqs
