#include "adapters/s3/s3_extra_members.h"

#include <algorithm>

#include "adapters/s3/s3_rapidjson.h"

namespace snaptree::s3 {

void ExtraMembers::Set(Slice name, Slice json) {
  members_.erase(std::remove_if(members_.begin(), members_.end(),
                                [name](const auto& member) { return member.first == name; }),
                 members_.end());
  members_.emplace_back(name, json);
}

void ExtraMembers::Write(JsonWriter* json) const {
  json->Key("x_extra");
  json->StartObject();
  for (const auto& [name, value] : members_) {
    json->Key(name);
    rapidjson::MemoryStream stream(value.data(), value.size());
    JsonForwarder forward(json);
    JsonReader().Parse<kJsonTextFlags>(stream, forward);
  }
  json->EndObject();
}

}  // namespace snaptree::s3
