// The half of dynamodb_item_message.h for maps, the item itself among them.
#include <algorithm>

#include "adapters/dynamodb/dynamodb_item_message.h"
#include "adapters/dynamodb/dynamodb_messages.h"
#include "adapters/dynamodb/dynamodb_wire_reader.h"
#include "base/text.h"

namespace snaptree::dynamodb {

void ItemMessage::EndEntry(size_t length_at) {
  Entry& entry = entries_.back();
  entry.name_at += CloseLength(length_at);
  entry.end = out_.size();
}

bool ItemMessage::EndMap() {
  const Frame map = frames_.back();
  if (!SortEntries(map)) return false;
  frames_.pop_back();
  if (frames_.empty()) {
    ended_ = true;
    return true;
  }
  entries_.resize(map.first_entry);
  CloseLength(map.length_at);
  --depth_;
  return true;
}

// Ascending by name, which they mostly are already, and without those that were dropped.
bool ItemMessage::SortEntries(const Frame& map) {
  const auto begin = entries_.begin() + static_cast<ptrdiff_t>(map.first_entry);
  const auto disorder = [this](const Entry& a, const Entry& b) { return NameOf(a) >= NameOf(b); };
  if (!map.dropped && std::adjacent_find(begin, entries_.end(), disorder) == entries_.end())
    return true;
  std::sort(begin, entries_.end(),
            [this](const Entry& a, const Entry& b) { return NameOf(a) < NameOf(b); });
  const auto twin = std::adjacent_find(begin, entries_.end(), disorder);
  if (twin != entries_.end()) {
    if (frames_.size() == 1) attribute_.clear();
    return Invalid("the name \"" + Printable(NameOf(*twin)) + "\" stands twice", "it once");
  }
  const auto is_dropped = [](const Entry& entry) { return entry.dropped; };
  entries_.erase(std::remove_if(begin, entries_.end(), is_dropped), entries_.end());
  sorted_.clear();
  for (auto entry = begin; entry != entries_.end(); ++entry) {
    const size_t at = map.content + sorted_.size();
    sorted_.append(out_, entry->begin, entry->end - entry->begin);
    entry->name_at = at + (entry->name_at - entry->begin);
    entry->end = at + (entry->end - entry->begin);
    entry->begin = at;
  }
  out_.replace(map.content, std::string::npos, sorted_);
  return true;
}

std::optional<KeyValue> ItemMessage::Attribute(Slice name) const {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [this](const Entry& entry, Slice n) { return NameOf(entry) < n; });
  if (found == entries_.end() || NameOf(*found) != name) return std::nullopt;
  const size_t at = found->name_at + found->name_size;
  WireReader entry(Slice(out_).substr(at, found->end - at));
  entry.Next();
  WireReader value(entry.bytes());
  value.Next();
  const uint32_t number = value.number();
  if (number > kB) return KeyValue{};
  return KeyValue{kKeyTypes[number], value.bytes()};
}

}  // namespace snaptree::dynamodb
