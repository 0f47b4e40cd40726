#include "check/list/list_records.h"

#include <algorithm>
#include <utility>

#include "check/list/list_parts.h"
#include "check/scope_filter.h"

#include "manifest/checksums.h"

namespace snaptree {
namespace {

constexpr std::string_view kNothingMatched = "nothing_matched";

using Unmatched = AddressFilter::Unmatched;

// What the decoder has to say, but for the patterns: those that it was given are not the user's.
void TakeFindings(const Findings& from, Findings* to) {
  for (const auto& [code, finding] : from.by_code()) {
    if (code != kNothingMatched) to->AddFrom(code, finding);
  }
}

class Listing {
 public:
  Listing(const ListOptions& options, RecordTable* table)
      : options_(options),
        table_(*table),
        choice_(options, table),
        progress_(options.records.progress != nullptr ? *options.records.progress : own_progress_),
        scratch_(options.records.memory_bytes, options.records.scratch_folder) {}

  Result<ListReport> Run();

 private:
  Result<bool> ListNames();
  Status Decode();
  void NoteUnmatched(const std::vector<Unmatched>& by_scope);

  const ListOptions& options_;
  RecordTable& table_;
  const ListChoice choice_;
  Progress own_progress_;
  Progress& progress_;
  ScratchSpace scratch_;
  ListReport report_;
};

// Where one look at the names is enough.
Result<bool> Listing::ListNames() {
  const ListRun run{options_, choice_, progress_, scratch_};
  if (report_.kind == WhatKind::kTree) return ListFolder(run, &report_);
  return ListArchive(run, &report_);
}

// Patterns that no listed address matched. Of scopes that were not decoded no address was seen:
// the decoder knows more of those.
void Listing::NoteUnmatched(const std::vector<Unmatched>& by_scope) {
  const AddressFilterOptions scopes = ScopesOf(options_.records.filter);
  const std::vector<std::string>& left_out = scopes.exclude;
  for (Unmatched& unmatched : choice_.filter().unmatched()) {
    const std::optional<std::string> scope = ScopeOf(unmatched.pattern, true);
    const Unmatched* const known = scope ? FindUnmatched(by_scope, *scope) : nullptr;
    const bool was_left_out =
        report_.kind == WhatKind::kSnapshot &&
        std::find(left_out.begin(), left_out.end(), unmatched.pattern) != left_out.end();
    if (was_left_out && known == nullptr) continue;
    if (known != nullptr) unmatched.nearest = known->nearest;
    report_.findings.Warn(kNothingMatched, "patterns that no record's address matches",
                          unmatched.pattern);
    report_.unmatched.push_back(std::move(unmatched));
  }
}

Status Listing::Decode() {
  RecordsOptions records = options_.records;
  records.progress = &progress_;
  records.filter = ScopesOf(options_.records.filter);
  if (report_.kind != WhatKind::kSnapshot) records.filter.exclude.clear();
  const std::unique_ptr<TreeSink> sink = NewListSink(choice_);
  SNAPTREE_ASSIGN(RecordsReport read, ReadRecords(records, *sink));
  TakeFindings(read.findings, &report_.findings);
  report_.complete = read.complete && !(read.decoded && read.decoded->salvaged());
  report_.read_ts = read.read_ts;
  NoteUnmatched(read.unmatched);
  return {};
}

Result<ListReport> Listing::Run() {
  SNAPTREE_ASSIGN(report_.kind, WhatKindOf(options_.records.what));
  if (report_.kind != WhatKind::kSnapshot) {
    if (options_.records.at) return AtNeedsSnapshot(options_.records.what);
    SNAPTREE_ASSIGN(const bool all, ListNames());
    report_.complete = report_.errors.empty();
    if (all) {
      NoteUnmatched({});
      return std::move(report_);
    }
    table_.Reset();
  }
  SNAPTREE_TRY(Decode());
  return std::move(report_);
}

}  // namespace

ListChoice::ListChoice(const ListOptions& options, RecordTable* table)
    : options_(options),
      filter_(options.records.filter),
      table_(table),
      take_facts_(
          [table](Slice path, const RecordFacts& facts) { return table->AddFacts(path, facts); }) {}

bool ListChoice::Lists(Slice path) const {
  return path != kChecksumsFileName && IsOfAdapters(path, options_.records.adapters) &&
         filter_.Selects(path);
}

FactSource ListChoice::Reads(Slice path) const {
  if (!options_.details) return FactSource::kNone;
  const FactSource source = FactSourceOf(path);
  switch (source) {
    case FactSource::kCollection:
    case FactSource::kStream:
      return Lists(path) ? source : FactSource::kNone;
    case FactSource::kSidecar:
      return Lists(BodyOfSidecar(path)) ? source : FactSource::kNone;
    case FactSource::kStringTtls:
    case FactSource::kHllTtls:
    case FactSource::kInodes:
    case FactSource::kNone:
      break;
  }
  return source;
}

Result<ListReport> ListRecords(const ListOptions& options, RecordTable* table) {
  return Listing(options, table).Run();
}

}  // namespace snaptree
