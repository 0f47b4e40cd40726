#include "check/verify/index_check.h"

#include <mutex>
#include <vector>

#include "check/verify/fs_usage.h"
#include "check/verify/index_join.h"
#include "check/verify/index_teller.h"
#include "check/verify/index_walks.h"

#include "base/text.h"

namespace snaptree {
namespace {

// Of the memory budget, for each of the joins that are in use together.
constexpr double kJoinShare = 0.12;

using MakeWalk = std::unique_ptr<IndexWalk> (*)(const DecodeContext& context);

struct Index {
  MakeWalk make;
  AdapterId adapter;  // nothing is read when it has no rows
};

constexpr Index kIndexes[] = {
    {ZSetScores, AdapterId::kRedis},
    {RedisExpiries, AdapterId::kRedis},
    {DynamodbIndexes, AdapterId::kDynamodb},
    {SqsIndexes, AdapterId::kSqs},
};
constexpr Index kFsIndex = {FsDirectoryVersions, AdapterId::kFs};
// A warning that only the check of SQS gives, as decoding does not look at such rows.
constexpr const char* kMalformedSideRows = "sqs_side_record_malformed";

// What one check books and finds. Nobody asks where its rows went, but rows that cannot be taken
// apart are told.
class Check {
 public:
  Check(const DecodeContext& context, IndexReport* report, std::mutex* mutex)
      : outer_(context),
        report_(*report),
        mutex_(*mutex),
        ledger_(context.source, [this](FamilyId family, const ViewRow& row, const Status& why) {
          return TakeMalformed(family, row, why);
        }) {}

  Status Compare(MakeWalk make) {
    const DecodeContext own = Own();
    const std::unique_ptr<IndexWalk> walk = make(own);
    IndexSum sum;
    SNAPTREE_TRY(walk->Run(sum));
    TakeNotes();
    if (sum.same()) return {};
    tell_malformed_ = false;
    IndexJoin join(own.sorter_options(kJoinShare));
    SNAPTREE_TRY(walk->Run(join));
    SNAPTREE_TRY(join.Finish());
    if (join.clean()) return {};
    IndexTeller teller(own.source, *walk, join, &report_.problems);
    SNAPTREE_TRY(walk->Run(teller));
    const std::lock_guard lock(mutex_);
    teller.AddMore(&report_.more);
    return {};
  }

  Status CompareFsUsage() {
    SNAPTREE_TRY(CheckFsUsage(Own(), &report_.problems, &findings_));
    TakeNotes();
    return {};
  }

 private:
  DecodeContext Own() {
    return {.source = outer_.source,
            .scan = outer_.scan,
            .sink = outer_.sink,
            .findings = findings_,
            .ledger = ledger_,
            .progress = outer_.progress,
            .sorter_options = outer_.sorter_options,
            .filter = outer_.filter,
            .unknown = outer_.unknown,
            .workers = outer_.workers,
            .memory_bytes = outer_.memory_bytes,
            .least_piece_bytes = outer_.least_piece_bytes,
            .salvage = false,
            .bare_rows_as_redis = false,
            .extensions = true,
            .all_groups_given = outer_.all_groups_given};
  }

  // Data rows are decode's; they come by here a second time.
  Status TakeMalformed(FamilyId family, const ViewRow& row, const Status& why) {
    if (Families()[family].family_class != FamilyClass::kDerived || !tell_malformed_) return {};
    const RowSource& source = outer_.source;
    return report_.problems.TakeError(
        Status(why)
            .At(source.FileOf(row.body.position), source.OffsetOf(row.position, row.body.position))
            .Address(Printable(row.key)));
  }

  // Most that the collectors say which a check borrows from decoding was said by it.
  void TakeNotes() {
    const std::lock_guard lock(mutex_);
    for (const auto& [code, finding] : findings_.by_code()) {
      if (finding.severity != Severity::kNote && code != kMalformedSideRows) continue;
      Findings one;
      one.Add(finding.severity, code, finding.text, finding.example(), finding.count);
      report_.findings.Merge(one);
    }
  }

  const DecodeContext& outer_;
  IndexReport& report_;
  std::mutex& mutex_;  // of the report
  RowLedger ledger_;
  Findings findings_;
  bool tell_malformed_ = true;
};

uint64_t RowsOf(const ScanResult& scan, AdapterId adapter) {
  uint64_t rows = 0;
  for (size_t i = 0; i < Families().size(); ++i) {
    if (Families()[i].adapter == adapter) rows += scan.families[i].live;
  }
  return rows;
}

// Rows of one directory may be on several raft groups. With a route catalog it is known whether
// one is missing; without, loose ends and transactions between groups give it away.
bool IsWholeFilesystem(const DecodeContext& context, const DecodeReport& decoded) {
  if (context.all_groups_given) return true;
  constexpr const char* kLooseEnds[] = {"other_groups",         "fs_root_missing",
                                        "fs_dangling_entry",    "fs_unreachable_entry",
                                        "fs_unreachable_inode", "fs_chunk_without_inode"};
  for (const char* code : kLooseEnds) {
    if (decoded.findings.by_code().count(code) > 0) return false;
  }
  for (size_t i = 0; i < Families().size(); ++i) {
    const bool transactional = Families()[i].family_class == FamilyClass::kTransactional;
    if (transactional && context.scan.families[i].rows > 0) return false;
  }
  return true;
}

}  // namespace

Status CheckIndexes(const DecodeContext& context, const DecodeReport& decoded,
                    IndexReport* report) {
  context.progress.Begin("compare indexes", "rows", 0);
  std::mutex mutex;
  std::vector<WorkerPool::Job> jobs;
  const auto add = [&](const Index& index) {
    if (RowsOf(context.scan, index.adapter) == 0) return;
    jobs.emplace_back([&context, report, &mutex, make = index.make] {
      return Check(context, report, &mutex).Compare(make);
    });
  };
  for (const Index& index : kIndexes) add(index);
  if (IsWholeFilesystem(context, decoded)) {
    add(kFsIndex);
    jobs.emplace_back(
        [&context, report, &mutex] { return Check(context, report, &mutex).CompareFsUsage(); });
  }
  return context.workers.Run(jobs);
}

}  // namespace snaptree
