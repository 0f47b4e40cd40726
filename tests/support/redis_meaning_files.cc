// From what is known about a key to its files: spec 02 section 1.5 and chapters 3 and 4. See
// redis_store.h.
#include "tests/support/redis_meaning.h"

namespace snaptree::test {
namespace {

__extension__ typedef __int128 Wide;

constexpr uint64_t kGreatestExpiry = UINT64_MAX >> 1;
constexpr Slice kEntryMagic("\0RXE\1", 5);

Expiry TtlRow(const Key& state) {
  if (!state.ttl) return std::nullopt;
  return std::clamp<uint64_t>(*state.ttl, 1, kGreatestExpiry);
}

// Section 3.1.
Expiry ExpiryOf(const Key& state, const Collection& collection) {
  if (collection.meta && collection.meta->current) {
    const uint64_t ms = collection.meta->expire_at_ms;
    return ms == 0 ? Expiry() : std::min(ms, kGreatestExpiry);
  }
  const Deltas& deltas = collection.deltas;
  const bool stale = !collection.meta && deltas.rows > 0 && state.ttl_commit_ts < deltas.oldest;
  return stale ? std::nullopt : TtlRow(state);
}

std::optional<Pairs> Look(const std::vector<BlobSample>& samples, const std::string& bytes) {
  for (const BlobSample& sample : samples) {
    if (sample.bytes == bytes) return sample.elements;
  }
  return std::nullopt;
}

// Offset of the payload, 0 without an envelope; nullopt: cut.
std::optional<size_t> EnvelopeSize(Slice value, char version, Expiry* expiry) {
  if (value.size() < 2 || value[0] != '\xff' || value[1] != version) return 0;
  if (value.size() < 3) return std::nullopt;
  if ((value[2] & 1) == 0) {
    *expiry = std::nullopt;
    return 3;
  }
  if (value.size() < 11) return std::nullopt;
  *expiry = std::clamp<uint64_t>(Number(value.substr(3, 8)), 1, kGreatestExpiry);
  return 11;
}

// Entries of random stores have short fields only.
bool ParseEntry(Slice value, Strings* fields) {
  if (!value.starts_with(kEntryMagic)) return false;
  for (size_t at = kEntryMagic.size(); at < value.size();) {
    const auto size = static_cast<size_t>(value[at + 1]);
    if (value[at] == '\x12') fields->emplace_back(value.substr(at + 2, size));
    at += 2 + size;
  }
  return fields->size() % 2 == 0;
}

uint64_t RowsOf(const Collection& collection) {
  return (collection.meta && collection.meta->sound ? 1 : 0) + collection.deltas.rows;
}

std::string FieldsText(const Pairs& elements, Expiry expiry) { return HashText(elements, expiry); }
std::string MembersText(const Pairs& elements, Expiry expiry) {
  Strings members;
  for (const auto& [member, unused] : elements) members.push_back(member);
  return SetText(members, expiry);
}
std::string ScoresText(const Pairs& elements, Expiry expiry) { return ZSetText(elements, expiry); }

std::string ScoreText(const std::string& bits) {
  for (const auto& [sample, text] : ScoreSamples()) {
    if (U64(sample) == bits) return text;
  }
  return "a score that is no sample";
}

}  // namespace

void Meaning::WriteBlobFile(const std::string& path, const std::string& ttl_file,
                            const std::string& key, const std::string& bytes, Expiry expiry) {
  tree_.files[path] = bytes;
  ++tree_.emitted;
  if (expiry) tree_.files[InDb(ttl_file)] += TtlLine(key, *expiry);
}

bool Meaning::WriteString(const std::string& key, const Key& state) {
  Expiry expiry = TtlRow(state);
  const std::optional<size_t> payload = EnvelopeSize(*state.string, 1, &expiry);
  if (!payload) {
    ++tree_.damaged;
    return false;
  }
  WriteBlobFile(StringPath(key), "strings_ttl.jsonl", key, state.string->substr(*payload), expiry);
  return true;
}

bool Meaning::WriteHll(const std::string& key, const Key& state) {
  Expiry expiry = TtlRow(state);
  const std::optional<size_t> payload = EnvelopeSize(*state.hll, 2, &expiry);
  if (!payload) {
    ++tree_.damaged;
    return false;
  }
  std::string bytes = state.hll->substr(*payload);
  const std::optional<Pairs> known = Look(HllSamples(), bytes);
  if (*payload == 0 && known) bytes = known->front().first;
  WriteBlobFile(HllPath(key), "hll_ttl.jsonl", key, bytes, expiry);
  return true;
}

void Meaning::WriteList(const std::string& key, const Key& state) {
  const Collection& list = state.list;
  const bool sound = list.meta && list.meta->sound;
  const bool window = sound || !list.meta;
  const Wide head = Wide{sound ? list.meta->head : 0} + list.deltas.head;
  Wide length = Wide{sound ? list.meta->length : 0} + list.deltas.length;
  const auto fits = [](Wide n) { return n >= INT64_MIN && n <= INT64_MAX; };
  if (!fits(head) || !fits(length) || length < 0) length = 0;
  Strings items;
  for (const auto& [position, value] : list.elements) {
    const auto seq = static_cast<int64_t>(Number(position) ^ uint64_t{1} << 63);
    if (window && (seq < head || seq >= head + length)) {
      ++tree_.items_outside;
    } else {
      items.push_back(value);
    }
  }
  if (items.empty() && !list.meta) {
    ++tree_.ghosts;
    return;
  }
  tree_.files[ListPath(key)] = ListText(items, ExpiryOf(state, list));
  tree_.emitted += items.size() + RowsOf(list);
}

bool Meaning::WriteStream(const std::string& key, const Key& state) {
  const Collection& stream = state.stream;
  std::pair<uint64_t, uint64_t> last = stream.meta->last;
  std::vector<EntryText> texts;
  bool whole = true;
  for (const auto& [id, value] : stream.elements) {
    const std::pair<uint64_t, uint64_t> place = {Number(Slice(id).substr(0, 8)),
                                                 Number(Slice(id).substr(8))};
    if (stream.meta->trimmed != std::pair<uint64_t, uint64_t>{} && place <= stream.meta->trimmed)
      continue;
    EntryText text;
    text.id = std::to_string(place.first) + "-" + std::to_string(place.second);
    if (ParseEntry(value, &text.names_and_values)) {
      texts.push_back(text);
      last = std::max(last, place);
    } else {
      ++tree_.damaged;
      whole = false;
    }
  }
  tree_.files[StreamPath(key)] =
      StreamText(texts, last.first, last.second, ExpiryOf(state, stream));
  tree_.emitted += texts.size() + RowsOf(stream);
  return whole;
}

bool Meaning::WriteCounted(const std::string& path, const Key& state, const Collection& collection,
                           const std::vector<BlobSample>& samples,
                           std::string (*text)(const Pairs&, Expiry), bool scores) {
  Pairs elements;
  if (collection.elements.empty()) {
    if (!collection.blob && !collection.meta) {
      ++tree_.ghosts;
      return true;
    }
    if (collection.blob) {
      const std::optional<Pairs> known = Look(samples, *collection.blob);
      if (!known) {
        ++tree_.damaged;
        return false;
      }
      elements = *known;
      ++tree_.emitted;
    }
  }
  uint64_t unreadable = 0;
  for (const auto& [element, value] : collection.elements) {
    if (scores && value.size() != 8) {
      ++unreadable;
    } else {
      elements.emplace_back(element, scores ? ScoreText(value) : value);
      ++tree_.emitted;
    }
  }
  tree_.damaged += unreadable;
  // A file without elements would say that there never were any.
  if (unreadable > 0 && elements.empty()) return false;
  tree_.files[path] = text(elements, ExpiryOf(state, collection));
  tree_.emitted += RowsOf(collection);
  return unreadable == 0;
}

void Meaning::Write(const std::string& key, const Key& state) {
  enum Type { kString, kHll, kBare, kList, kHash, kSet, kZSet, kStream, kDead };
  const bool present[] = {
      state.string.has_value(),
      state.hll.has_value(),
      bare_as_redis_ && state.bare.has_value(),
      state.list.meta || state.list.deltas.rows > 0,
      state.hash.HasWideRows(),
      state.set.HasWideRows(),
      state.zset.HasWideRows(),
      state.hash.blob.has_value(),
      state.set.blob.has_value(),
      state.zset.blob.has_value(),
      state.stream.meta.has_value(),
      state.stream.blob.has_value() && !state.stream.meta,
  };
  constexpr Type kTypes[] = {kString, kHll,  kBare, kList, kHash,   kSet,
                             kZSet,   kHash, kSet,  kZSet, kStream, kDead};
  std::vector<Type> types;
  for (size_t i = 0; i < std::size(present); ++i) {
    if (present[i] && std::find(types.begin(), types.end(), kTypes[i]) == types.end())
      types.push_back(kTypes[i]);
  }
  // What may stand beside the winner: an HLL beside a string, and a dead stream, which has a
  // warning of its own.
  const bool hll_beside_string = types.size() > 1 && types[0] == kString && types[1] == kHll;
  const bool dead_beside = types.size() > 1 && types.back() == kDead;
  const size_t no_conflict = 1U + (hll_beside_string ? 1U : 0U) + (dead_beside ? 1U : 0U);
  tree_.conflict = tree_.conflict || types.size() > no_conflict;
  if (!present[3]) tree_.items_outside += state.list.elements.size();
  if (!present[10]) tree_.orphan_entries += state.stream.elements.size();
  if (state.bare && !bare_as_redis_) {
    std::string& lines = tree_.files["rawkv/data.jsonl"];
    lines += "{\"key\":" + Bv(key) + ",\"value\":" + Bv(*state.bare);
    if (types.empty() && state.ttl)
      lines += ",\"redis_expire_at_ms\":" + std::to_string(*state.ttl);
    if (state.bare_expire_at != 0)
      lines += ",\"expire_at_hlc\":" + std::to_string(state.bare_expire_at);
    lines += "}\n";
    ++tree_.emitted;
  }
  if (types.empty()) {
    if (state.ttl && !state.bare) ++tree_.orphan_ttls;
    return;
  }
  bool whole = true;
  switch (types[0]) {
    case kString:
      whole = WriteString(key, state);
      if (state.hll) whole = WriteHll(key, state) && whole;
      break;
    case kHll:
      whole = WriteHll(key, state);
      break;
    case kBare:
      WriteBlobFile(StringPath(key), "strings_ttl.jsonl", key, *state.bare, TtlRow(state));
      break;
    case kList:
      WriteList(key, state);
      break;
    case kHash:
      whole = WriteCounted(HashPath(key), state, state.hash, HashBlobSamples(), FieldsText, false);
      break;
    case kSet:
      whole = WriteCounted(SetPath(key), state, state.set, SetBlobSamples(), MembersText, false);
      break;
    case kZSet:
      whole = WriteCounted(ZSetPath(key), state, state.zset, ZSetBlobSamples(), ScoresText, true);
      break;
    case kStream:
      whole = WriteStream(key, state);
      break;
    case kDead:
      break;
  }
  if (!whole) ++tree_.losses;
}

ExpectedTree Meaning::Tree() {
  for (const auto& [key, state] : keys_) Write(key, state);
  return std::move(tree_);
}

ExpectedTree Expect(const Store& store, bool bare_rows_as_redis, std::optional<uint64_t> at) {
  ExpectedTree tree = Meaning(store, bare_rows_as_redis, at).Tree();
  for (const StoreRow& row : store) {
    tree.damaged += row.unreadable ? 1U : 0U;
    tree.losses += row.unreadable ? 1U : 0U;
  }
  return tree;
}

}  // namespace snaptree::test
