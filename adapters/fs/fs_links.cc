#include "adapters/fs/fs_links.h"

namespace snaptree::fs {
namespace {

constexpr size_t kNumberBytes = 8;

}  // namespace

void PackByChild(const Link& link, std::string* key) {
  key->clear();
  AppendBe64(key, link.child);
  AppendBe64(key, link.parent);
  key->append(link.name);
}

Link UnpackByChild(Slice key) {
  return {LoadBe64(key.data()), LoadBe64(key.data() + kNumberBytes), key.substr(2 * kNumberBytes)};
}

void PackByParent(const Link& link, std::string* key, std::string* payload) {
  key->clear();
  AppendBe64(key, link.parent);
  key->append(link.name);
  payload->clear();
  AppendBe64(payload, link.child);
}

Link UnpackByParent(Slice key, Slice payload) {
  return {LoadBe64(payload.data()), LoadBe64(key.data()), key.substr(kNumberBytes)};
}

void PackPlace(const Place& place, std::string* payload) {
  payload->clear();
  payload->push_back(place.selected ? '\1' : '\0');
  AppendBe64(payload, place.ancestors.size());
  payload->append(place.ancestors).append(place.path);
}

Place UnpackPlace(Slice payload) {
  const size_t ancestors = LoadBe64(payload.data() + 1);
  const Slice rest = payload.substr(1 + kNumberBytes);
  return {payload[0] != '\0', rest.substr(0, ancestors), rest.substr(ancestors)};
}

}  // namespace snaptree::fs
