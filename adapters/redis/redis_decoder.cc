#include "adapters/redis/redis_decoder.h"

#include "adapters/redis/redis_collector.h"
#include "adapters/redis/redis_key_state.h"
#include "adapters/redis/redis_key_writer.h"
#include "base/cancel.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

class Decoder {
 public:
  Decoder(const DecodeContext& context, const RedisOptions& options)
      : context_(context),
        options_(options),
        heads_(context.sorter_options(0.3)),
        writer_(context, options.jsonl ? NewKeyLines(context, options.bundle_bytes)
                                       : NewKeyFiles(context)) {}

  Result<AdapterTotals> Run();

 private:
  Status FinishKey();
  Status BareExpiry();

  const DecodeContext& context_;
  const RedisOptions& options_;
  ExternalSorter heads_;
  KeyWriter writer_;
  KeyState state_;
};

// A key of which only a TTL row is left, perhaps with a row of raw KV.
Status Decoder::BareExpiry() {
  const Head* ttl = state_.Find(HeadKind::kTtl);
  if (ttl == nullptr) return {};
  if (state_.Has(HeadKind::kBare) && options_.bare_expiry) {
    return options_.bare_expiry(state_.key(), static_cast<uint64_t>(ttl->number));
  }
  context_.findings.Note("redis_orphan_ttl", "TTL rows of keys that do not exist",
                         Printable(state_.key()));
  return {};
}

Status Decoder::FinishKey() {
  std::vector<KeyType> types = state_.Types(context_.bare_rows_as_redis);
  if (types.empty()) SNAPTREE_TRY(BareExpiry());
  if (!options_.write) return {};
  // Items without any record of their list: only --salvage brings them out.
  if (types.empty() && context_.salvage && state_.Has(HeadKind::kListItems))
    types.push_back(KeyType::kList);
  return writer_.Write(state_, types);
}

Result<AdapterTotals> Decoder::Run() {
  context_.progress.Begin("collect redis keys", "rows", 0);
  HeadCollector collector(context_, heads_);
  SNAPTREE_TRY(collector.Collect(context_.bare_rows_as_redis || options_.bare_expiry));
  SNAPTREE_TRY(heads_.Finish());
  context_.progress.Begin("write redis keys", "keys", heads_.size());
  Slice key;
  Slice payload;
  bool open = false;
  for (uint64_t n = 0;; ++n) {
    if ((n & 0x3ff) == 0) {
      SNAPTREE_TRY(CheckCancelled());
      context_.progress.done.store(n, std::memory_order_relaxed);
    }
    SNAPTREE_ASSIGN(const bool more, heads_.Next(&key, &payload));
    if (!more) break;
    if (!open || key != state_.key()) {
      if (open) SNAPTREE_TRY(FinishKey());
      state_.Begin(key);
      open = true;
    }
    state_.Add(Head::FromPayload(payload));
  }
  if (open) SNAPTREE_TRY(FinishKey());
  SNAPTREE_TRY(writer_.Finish());
  return writer_.totals();
}

}  // namespace

Result<AdapterTotals> DecodeRedis(const DecodeContext& context, const RedisOptions& options) {
  Decoder decoder(context, options);
  return decoder.Run();
}

}  // namespace snaptree::redis
