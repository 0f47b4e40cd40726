#include "adapters/fs/fs_directories.h"

#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_paths.h"
#include "base/cancel.h"
#include "base/text.h"

namespace snaptree::fs {
namespace {

constexpr double kEntryShare = 0.03;
constexpr double kLevelShare = 0.02;
constexpr double kPlaceShare = 0.04;

}  // namespace

DirectoryPaths::DirectoryPaths(const DecodeContext& context)
    : context_(context),
      entries_(NewSorter(kEntryShare)),
      rest_(NewSorter(kEntryShare)),
      frontier_(NewSorter(kLevelShare)),
      next_(NewSorter(kLevelShare)),
      waiting_(context.sorter_options(kLevelShare)),
      places_(context.sorter_options(kPlaceShare)) {}

DirectoryPaths::Sorter DirectoryPaths::NewSorter(double share) const {
  return std::make_unique<ExternalSorter>(context_.sorter_options(share));
}

Status DirectoryPaths::Add(const Link& link, bool first) {
  return AddEntry(link, first, entries_.get());
}

Status DirectoryPaths::AddEntry(const Link& link, bool first, ExternalSorter* to) {
  PackByParent(link, &key_, &payload_);
  payload_.push_back(first ? '\1' : '\0');
  return to->Add(key_, payload_);
}

Status DirectoryPaths::ReachRoot() {
  PackByChild({kRootInode, kRootInode, Slice()}, &key_);
  PackPlace(Place(), &payload_);
  return Reach(key_, payload_);
}

Status DirectoryPaths::Reach(Slice key, Slice payload) {
  SNAPTREE_TRY(next_->Add(key, payload));
  return places_.Add(key, payload);
}

Status DirectoryPaths::Resolve() {
  SNAPTREE_TRY(ReachRoot());
  while (next_->size() > 0) {
    SNAPTREE_TRY(CheckCancelled());
    std::swap(frontier_, next_);
    next_->Reset();
    SNAPTREE_TRY(Expand());
    if (next_->size() == 0 && waiting_.size() > 0) SNAPTREE_TRY(Rescue());
  }
  return {};
}

// One level: entries of the directories that were reached last are followed, all others stay.
Status DirectoryPaths::Expand() {
  SortedRecords parents;
  SortedRecords entries;
  SNAPTREE_TRY(parents.Begin(frontier_.get()));
  SNAPTREE_TRY(entries.Begin(entries_.get()));
  rest_->Reset();
  for (uint64_t n = 0; !entries.at_end(); ++n) {
    if ((n & 0xfff) == 0) SNAPTREE_TRY(CheckCancelled());
    while (parents.IsBelow(entries.number())) SNAPTREE_TRY(parents.Next());
    if (parents.IsAt(entries.number())) {
      SNAPTREE_TRY(Follow(UnpackByParent(entries.key(), entries.payload()),
                          entries.payload().back() != '\0', UnpackPlace(parents.payload())));
    } else {
      SNAPTREE_TRY(rest_->Add(entries.key(), entries.payload()));
    }
    SNAPTREE_TRY(entries.Next());
  }
  std::swap(entries_, rest_);
  return {};
}

Status DirectoryPaths::Follow(const Link& link, bool first, const Place& parent) {
  ChildPath(parent.path, link.name, &path_);
  ancestors_.assign(parent.ancestors);
  if (!context_.filter.everything()) AppendBe64(&ancestors_, link.parent);
  PackByChild(link, &key_);
  PackPlace({false, ancestors_, path_}, &payload_);
  return first ? Reach(key_, payload_) : waiting_.Add(key_, payload_);
}

// Nothing more can be reached through first entries. Of the other entries that were met, those of
// directories with a first entry that was never met lead on; the rest are second links.
Status DirectoryPaths::Rescue() {
  SNAPTREE_TRY(SortEntriesByChild());
  SortedRecords waiting;
  SortedRecords entries;
  SNAPTREE_TRY(waiting.Begin(&waiting_));
  SNAPTREE_TRY(entries.Begin(by_child_.get()));
  while (!entries.at_end()) {
    const Link link = UnpackByChild(entries.key());
    const bool first = entries.payload().front() != '\0';
    while (waiting.IsBelow(link.child))
      SNAPTREE_TRY(TakeWaiting(&waiting, waiting.number(), false));
    const bool rescued = first && waiting.IsAt(link.child);
    SNAPTREE_TRY(AddEntry(link, first && !rescued, rest_.get()));
    if (rescued) SNAPTREE_TRY(TakeWaiting(&waiting, link.child, true));
    SNAPTREE_TRY(entries.Next());
  }
  while (!waiting.at_end()) SNAPTREE_TRY(TakeWaiting(&waiting, waiting.number(), false));
  std::swap(entries_, rest_);
  by_child_.reset();
  waiting_.Reset();
  return {};
}

// The waiting entries of one directory: if it has no place yet, the first of them gives it one.
Status DirectoryPaths::TakeWaiting(SortedRecords* waiting, uint64_t child, bool is_lost) {
  for (; waiting->IsAt(child); is_lost = false) {
    if (is_lost) {
      SNAPTREE_TRY(Reach(waiting->key(), waiting->payload()));
    } else {
      context_.findings.Warn("fs_tree_loop",
                             "entries of directories that stand elsewhere already; not written",
                             std::string(UnpackPlace(waiting->payload()).path));
      context_.ledger.Add(FamilyOf(kEntryPrefix), RowLedger::Place::kOperational);
    }
    SNAPTREE_TRY(waiting->Next());
  }
  return {};
}

Status DirectoryPaths::SortEntriesByChild() {
  by_child_ = NewSorter(kEntryShare);
  SortedRecords entries;
  SNAPTREE_TRY(entries.Begin(entries_.get()));
  for (; !entries.at_end();) {
    PackByChild(UnpackByParent(entries.key(), entries.payload()), &key_);
    SNAPTREE_TRY(by_child_->Add(key_, entries.payload().substr(kByParentPayloadBytes)));
    SNAPTREE_TRY(entries.Next());
  }
  rest_->Reset();
  return {};
}

}  // namespace snaptree::fs
