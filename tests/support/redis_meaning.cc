// The logical view of a store, and what each row says about a user key: spec 02 chapters 1 and 2.
// See redis_store.h.
#include "tests/support/redis_meaning.h"

#include <tuple>

namespace snaptree::test {
namespace {

int64_t Signed(Slice bytes) { return static_cast<int64_t>(Number(bytes)); }

// Sums of hostile numbers: wrapping, not undefined.
void AddTo(int64_t* sum, int64_t n) {
  *sum = static_cast<int64_t>(static_cast<uint64_t>(*sum) + static_cast<uint64_t>(n));
}

// L(K) K from the front of *rest.
bool UserKey(Slice* rest, std::string* key) {
  if (rest->size() < 4) return false;
  const uint64_t size = Number(rest->substr(0, 4));
  if (size > rest->size() - 4) return false;
  *key = rest->substr(4, static_cast<size_t>(size));
  rest->remove_prefix(4 + static_cast<size_t>(size));
  return true;
}

Meta CountMetaOf(Slice v) {
  Meta meta;
  if (v.size() != 8 && v.size() != 16) return meta;
  meta.length = Signed(v.substr(0, 8));
  meta.sound = meta.length >= 0;
  meta.current = meta.sound && v.size() == 16;
  if (meta.current) meta.expire_at_ms = Number(v.substr(8));
  return meta;
}

Meta ListMetaOf(Slice v) {
  Meta meta;
  if (v.size() != 24 && v.size() != 32) return meta;
  meta.head = Signed(v.substr(0, 8));
  meta.length = Signed(v.substr(16, 8));
  meta.sound = meta.length >= 0 && meta.head <= INT64_MAX - meta.length;
  meta.current = meta.sound && v.size() == 32;
  if (meta.current) meta.expire_at_ms = Number(v.substr(24));
  return meta;
}

Meta StreamMetaOf(Slice v) {
  Meta meta;
  if (v.size() != 24 && v.size() != 32 && v.size() != 48) return meta;
  meta.length = Signed(v.substr(0, 8));
  if (meta.length < 0) return meta;
  meta.sound = true;
  meta.last = {Number(v.substr(8, 8)), Number(v.substr(16, 8))};
  meta.current = v.size() >= 32;
  if (meta.current) meta.expire_at_ms = Number(v.substr(24, 8));
  if (v.size() == 48) meta.trimmed = {Number(v.substr(32, 8)), Number(v.substr(40, 8))};
  return meta;
}

}  // namespace

std::map<std::string, StoreRow> Meaning::View(const Store& store, std::optional<uint64_t> at_time) {
  uint64_t now = 0;
  for (const StoreRow& row : store) {
    if (!row.unreadable) now = std::max(now, row.commit_ts);
  }
  now = at_time.value_or(now);
  std::map<std::string, StoreRow> view;
  for (const StoreRow& row : store) {
    if (row.commit_ts > now) continue;
    const auto [at, is_new] = view.emplace(row.key, row);
    if (!is_new && at->second.commit_ts < row.commit_ts) at->second = row;
  }
  std::erase_if(view, [now](const auto& entry) {
    const StoreRow& row = entry.second;
    return row.deleted || row.unreadable || (row.expire_at != 0 && row.expire_at <= now);
  });
  return view;
}

void Meaning::TakeDelta(Slice rest, const StoreRow& row, size_t value_size,
                        Collection Key::*where) {
  std::string key;
  if (!UserKey(&rest, &key) || rest.size() != 12 || row.value.size() != value_size) {
    ++tree_.damaged;
    return;
  }
  Deltas& deltas = (keys_[key].*where).deltas;
  ++deltas.rows;
  deltas.oldest = std::min(deltas.oldest, Number(rest.substr(0, 8)));
  if (value_size == 16) AddTo(&deltas.head, Signed(Slice(row.value).substr(0, 8)));
  AddTo(&deltas.length, Signed(Slice(row.value).substr(value_size - 8)));
}

void Meaning::TakeListMeta(Slice rest, const StoreRow& row) {
  const bool meta_size = row.value.size() == 24 || row.value.size() == 32;
  if (rest.starts_with("d|") && !meta_size) return TakeDelta(rest.substr(2), row, 16, &Key::list);
  const Meta meta = ListMetaOf(row.value);
  if (!meta.sound) ++tree_.damaged;
  keys_[std::string(rest)].list.meta = meta;
}

// Families with a length field: "!hs|fld|" and the like, and their metas.
void Meaning::TakeCounted(Slice prefix, Slice key, const StoreRow& row, Collection Key::*where) {
  Slice rest = key.substr(prefix.size());
  const bool is_meta = prefix.ends_with("|meta|");
  const bool is_stream = where == &Key::stream;
  if (is_meta && !is_stream && rest.starts_with("d|"))
    return TakeDelta(rest.substr(2), row, 8, where);
  std::string user_key;
  const bool fits = UserKey(&rest, &user_key) && (!is_meta || rest.empty()) &&
                    (is_meta || !is_stream || rest.size() == 16);
  if (!fits) {
    ++tree_.damaged;
    return;
  }
  Collection& collection = keys_[user_key].*where;
  if (!is_meta) {
    collection.elements[std::string(rest)] = row.value;
    return;
  }
  collection.meta = is_stream ? StreamMetaOf(row.value) : CountMetaOf(row.value);
  if (!collection.meta->sound) ++tree_.damaged;
}

void Meaning::Take(const std::string& key, const StoreRow& row) {
  const auto rest_of = [&key](Slice prefix) { return key.substr(prefix.size()); };
  const auto is = [&key](Slice prefix) { return Slice(key).starts_with(prefix); };
  if (is("!redis|txn-wide-") || is("!lst|claim|")) return;
  if (is("!redis|new|")) {
    std::string& lines = tree_.files["unknown/rows.jsonl"];
    lines += "{\"key\":" + Bv(key) + ",\"value\":" + Bv(row.value);
    lines += ",\"commit_ts\":" + std::to_string(row.commit_ts);
    if (row.expire_at != 0) lines += ",\"expire_at_hlc\":" + std::to_string(row.expire_at);
    lines += "}\n";
    return;
  }
  if (is("!redis|ttl|")) {
    if (row.value.size() != 8) return;
    Key& state = keys_[rest_of("!redis|ttl|")];
    state.ttl = Number(row.value);
    state.ttl_commit_ts = row.commit_ts;
    return;
  }
  if (is("!redis|str|")) {
    keys_[rest_of("!redis|str|")].string = row.value;
    return;
  }
  if (is("!redis|hll|")) {
    keys_[rest_of("!redis|hll|")].hll = row.value;
    return;
  }
  if (is("!redis|hash|")) {
    keys_[rest_of("!redis|hash|")].hash.blob = row.value;
    return;
  }
  if (is("!redis|set|")) {
    keys_[rest_of("!redis|set|")].set.blob = row.value;
    return;
  }
  if (is("!redis|zset|")) {
    keys_[rest_of("!redis|zset|")].zset.blob = row.value;
    return;
  }
  if (is("!redis|stream|")) {
    keys_[rest_of("!redis|stream|")].stream.blob = row.value;
    return;
  }
  if (is("!lst|meta|")) return TakeListMeta(Slice(key).substr(10), row);
  if (is("!lst|itm|")) {
    const std::string rest = rest_of("!lst|itm|");
    if (rest.size() < 8) {
      ++tree_.damaged;
      return;
    }
    keys_[rest.substr(0, rest.size() - 8)].list.elements[rest.substr(rest.size() - 8)] = row.value;
    return;
  }
  const std::tuple<Slice, Collection Key::*> families[] = {
      {"!hs|fld|", &Key::hash},        {"!hs|meta|", &Key::hash},       {"!st|mem|", &Key::set},
      {"!st|meta|", &Key::set},        {"!zs|mem|", &Key::zset},        {"!zs|meta|", &Key::zset},
      {"!stream|meta|", &Key::stream}, {"!stream|entry|", &Key::stream}};
  for (const auto& [prefix, where] : families) {
    if (is(prefix)) return TakeCounted(prefix, key, row, where);
  }
  keys_[key].bare = row.value;
  keys_[key].bare_expire_at = row.expire_at;
}

}  // namespace snaptree::test
