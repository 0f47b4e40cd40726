// Writes one user key: takes the content of the type that won, its TTL, and books every row of the
// key.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/redis/redis_blobs.h"
#include "adapters/redis/redis_decoder.h"
#include "adapters/redis/redis_elements.h"
#include "adapters/redis/redis_files.h"
#include "adapters/redis/redis_key_state.h"
#include "adapters/redis/redis_values.h"

namespace snaptree::redis {

// The head kinds, names and layout of a hash, set or zset.
struct CountedKinds {
  HeadKind meta;
  HeadKind deltas;
  HeadKind rows;
  HeadKind blob;
  Slice row_prefix;
  TypeFolder folder;
  Slice array;
  const char* mismatch_code;
  const char* type_name;
};
extern const CountedKinds kHashKinds;
extern const CountedKinds kSetKinds;
extern const CountedKinds kZSetKinds;

class KeyWriter {
 public:
  KeyWriter(const DecodeContext& context, std::unique_ptr<RedisFiles> files);

  // types: KeyState::Types(). The first is written; with salvage the others too.
  Status Write(const KeyState& state, const std::vector<KeyType>& types);
  Status Finish();
  const AdapterTotals& totals() const { return totals_; }

 private:
  bool IsSelected(std::span<const KeyType> types);
  void BookExcluded();
  Status WriteType(KeyType type);

  // redis_string_writer.cc
  Status WriteString(const Head& head, bool bare);
  Status WriteHll(const Head& head);
  Status WriteJsonHll(const Head& head, const ValueRef& value, uint64_t payload_offset,
                      Expiry expiry, bool* written);

  // redis_counted_writer.cc
  Status WriteCounted(const CountedKinds& kinds);
  class ElementRows;
  Status WriteRows(const CountedKinds& kinds, const Head& group, uint64_t* written);
  Status CollectBlob(const CountedKinds& kinds, const Head& blob, BlobInfo* info, bool* usable);
  Status VisitBlob(const CountedKinds& kinds, Slice blob, BlobInfo* info);
  // Begins the collection and writes what `elements` gives.
  template <typename ElementsOrRows>
  Status WriteElements(const CountedKinds& kinds, ElementsOrRows* elements, uint64_t* written);
  Result<Expiry> CountedExpiry(const CountedKinds& kinds);
  Result<int64_t> DeclaredLength(const CountedKinds& kinds, bool* known);

  // redis_list_writer.cc
  struct Window {
    bool known = false;  // false: all items, whatever their number
    int64_t first = 0;
    uint64_t length = 0;
    bool Holds(int64_t seq) const;
  };
  Status WriteList();
  Result<Window> ListWindow(Expiry* expiry);
  Status WriteItems(const Window& window, uint64_t* written, uint64_t* outside);

  // redis_stream_writer.cc
  Status WriteStream();
  Status WriteStreamEntries(const StreamMeta& meta, StreamMeta* last, uint64_t* written);
  Status WriteLegacyStream();
  Status EntryFields(const ValueRef& body, std::vector<ValueRef>* fields);

  // Bookkeeping, redis_key_writer.cc
  void BookLosers(const std::vector<KeyType>& types);
  void Book(const Head& head, RowLedger::Place place);
  void BookMetas(HeadKind meta, HeadKind deltas, RowLedger::Place place);
  Status Damaged(const Head& head, const Status& why);
  // A value in the JSON form of older stores: counted for each type (section 2.9).
  void WarnJson(const char* type_name, bool replacement_char, bool duplicate);
  void Warn(std::string_view code, const char* text, uint64_t count = 1);
  void Note(const char* code, const char* text, uint64_t count = 1);

  // A single row's body: small ones resident, of large ones the first bytes. Valid until the next
  // call of either.
  Result<ValueRef> BodyOf(const Head& head);
  Expiry TtlRowExpiry() const;
  // Of a collection (section 3.1): its meta's when that has a current size, else the TTL row's.
  Expiry CollectionExpiry(bool current_size, uint64_t expire_at_ms, HeadKind meta, HeadKind deltas);

  const DecodeContext& context_;
  const std::unique_ptr<RedisFiles> files_owned_;
  RedisFiles& files_;
  Elements elements_;
  AdapterTotals totals_;
  const KeyState* state_ = nullptr;
  Expiry expiry_;       // of the collection that is being written
  bool lossy_ = false;  // something of the current key could not be read
  ViewBuffer buffer_;
  std::string storage_;
  std::vector<Slice> entry_parts_;
};

}  // namespace snaptree::redis
