// Lists: items inside the window that the meta and its deltas describe (spec 02 section 3.3).
#include "adapters/redis/redis_key_writer.h"
#include "adapters/redis/redis_keys.h"
#include "formats/view_cursor.h"

namespace snaptree::redis {

bool KeyWriter::Window::Holds(int64_t seq) const {
  return !known ||
         (seq >= first && static_cast<uint64_t>(seq) - static_cast<uint64_t>(first) < length);
}

Result<KeyWriter::Window> KeyWriter::ListWindow(Expiry* expiry) {
  const Head* meta = state_->Find(HeadKind::kListMeta);
  const Head* deltas = state_->Find(HeadKind::kListDeltas);
  ListMeta base;
  if (meta != nullptr && !meta->malformed) {
    SNAPTREE_ASSIGN(const ValueRef body, BodyOf(*meta));
    base = *ParseListMeta(body.resident);
    if (!base.invariant_holds)
      Warn("redis_list_meta_invariant", "list records whose tail is not head + length");
  }
  *expiry = CollectionExpiry(base.current_size, base.expire_at_ms, HeadKind::kListMeta,
                             HeadKind::kListDeltas);
  Window window;
  window.known = meta == nullptr ? deltas != nullptr : !meta->malformed;
  int64_t length = base.length;
  window.first = base.head;
  if (deltas != nullptr) {
    const bool overflow = __builtin_add_overflow(base.head, deltas->head_delta, &window.first) ||
                          __builtin_add_overflow(base.length, deltas->number, &length);
    if (overflow) length = 0;
  }
  if (length < 0) Warn("redis_negative_length", "length deltas add up to less than nothing");
  window.length = static_cast<uint64_t>(std::max<int64_t>(length, 0));
  return window;
}

Status KeyWriter::WriteItems(const Window& window, uint64_t* written, uint64_t* outside) {
  const FamilyId family = FamilyOfHead(HeadKind::kListItems);
  std::vector<FamilyExtent> extents;
  for (const Extent& run : state_->item_runs()) {
    extents.push_back({run, context_.scan.extents[family].size() > 1});
  }
  ViewCursor cursor(context_.source, context_.scan, extents, family);
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return {};
    Slice user_key;
    int64_t seq = 0;
    if (!ParseListItemKey(row.key, &user_key, &seq) || user_key != state_->key()) continue;
    if (!window.Holds(seq) && !context_.salvage) {
      ++*outside;
      continue;
    }
    ++*written;
    SNAPTREE_TRY(files_.Item(row.body));
  }
}

Status KeyWriter::WriteList() {
  Expiry expiry;
  SNAPTREE_ASSIGN(const Window window, ListWindow(&expiry));
  uint64_t written = 0;
  uint64_t outside = 0;
  files_.BeginCollection(TypeFolder::kLists, "items", expiry);
  if (state_->Has(HeadKind::kListItems)) SNAPTREE_TRY(WriteItems(window, &written, &outside));
  const FamilyId items = FamilyOfHead(HeadKind::kListItems);
  context_.ledger.Add(items, RowLedger::Place::kEmitted, written);
  context_.ledger.Add(items, RowLedger::Place::kOperational, outside);
  if (outside > 0) {
    Warn("redis_list_items_outside_window", "list items outside their list's window are not dumped",
         outside);
  }
  if (written == 0 && !state_->Has(HeadKind::kListMeta)) {
    Note("redis_ghost_collection",
         "collections of which only length deltas are left; they hold nothing");
    BookMetas(HeadKind::kListMeta, HeadKind::kListDeltas, RowLedger::Place::kOperational);
    return {};
  }
  if (window.known && window.length != written) {
    Warn("redis_list_length_mismatch",
         "collections whose recorded length is not the number of their elements");
  }
  BookMetas(HeadKind::kListMeta, HeadKind::kListDeltas, RowLedger::Place::kEmitted);
  ++totals_.records;
  return files_.EndCollection();
}

}  // namespace snaptree::redis
