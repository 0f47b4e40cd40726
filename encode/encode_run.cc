#include "encode/encode_run.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "encode/encode_jobs.h"
#include "encode/find_origins.h"
#include "encode/key_checker.h"
#include "encode/row_output.h"
#include "encode/row_sorter.h"

#include "base/worker_pool.h"

namespace snaptree {
namespace {

constexpr double kLateShare = 0.05;
constexpr double kKeysShare = 0.3;

// Nobody asks what a second reading finds.
class Nothing : public ExpectedDifferences {
 public:
  Status Add(Slice /*path*/) override { return {}; }
};

bool IsSelected(const EncodeOptions& options, const char* adapter) {
  return options.adapters.empty() ||
         std::count(options.adapters.begin(), options.adapters.end(), std::string(adapter)) != 0;
}

EncodeContext ContextOf(const EncodeRun& run, RowWriters& rows, WorkerPool& workers,
                        size_t beside) {
  const double share = 1.0 / static_cast<double>(std::max<size_t>(1, beside));
  return {.input = run.input,
          .rows = rows,
          .findings = run.findings,
          .differences = run.differences,
          .manifest = run.manifest,
          .commit_ts = run.commit_ts,
          .workers = workers,
          .sorter_options = [&run, share](double of) { return run.sorter_options(of * share); },
          .memory_bytes = run.options.memory_bytes,
          .progress = run.progress,
          .ignore_extra = run.options.choices.ignore_extra,
          .strict = run.options.choices.strict};
}

// The jobs whose folders the tree has.
Result<std::vector<const EncodeJob*>> JobsOf(const EncodeRun& run) {
  std::vector<const EncodeJob*> jobs;
  for (const EncodeJob& job : EncodeJobs()) {
    if (!IsSelected(run.options, job.adapter)) continue;
    SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, run.input.source().Find(job.folder));
    if (!kind) continue;
    if (*kind == EntryKind::kFolder) {
      jobs.push_back(&job);
      continue;
    }
    SNAPTREE_TRY(run.findings.TakeError(
        *kind == EntryKind::kOther
            ? run.input.source().Open(job.folder).status()
            : DataError("UnexpectedFile", "a file stands where an adapter's folder should")
                  .At(job.folder)
                  .Expected("a folder")
                  .Next("move it out of the tree")));
  }
  return jobs;
}

Status RunJobs(const EncodeRun& run, const std::vector<const EncodeJob*>& jobs,
               const EncodeContext& context, std::vector<EncodeTotals>* totals) {
  totals->assign(jobs.size(), {});
  std::vector<WorkerPool::Job> work;
  for (size_t i = 0; i < jobs.size(); ++i) {
    work.emplace_back([&, i]() -> Status {
      SNAPTREE_ASSIGN((*totals)[i], jobs[i]->encode(context, run.options.choices));
      return {};
    });
  }
  return context.workers.Run(work);
}

// Reads the tree again for what `rows` wants to know.
Status ReadAgain(const EncodeRun& run, const std::vector<const EncodeJob*>& jobs,
                 RowWriters& rows) {
  TreeInput input(run.input.source(), {run.sorter_options(kLateShare), false});
  TreeFindings findings;
  Nothing differences;
  WorkerPool workers(1);
  const EncodeRun again{run.options, run.manifest, run.commit_ts, input,
                        findings,    differences,  run.progress,  run.sorter_options};
  std::vector<EncodeTotals> totals;
  return RunJobs(again, jobs, ContextOf(again, rows, workers, 1), &totals);
}

// Tells which files the records with one key stand in.
Status TellDuplicates(const EncodeRun& run, const std::vector<const EncodeJob*>& jobs,
                      const std::vector<std::string>& keys,
                      const std::vector<std::string>& claims) {
  if (keys.empty() && claims.empty()) return {};
  OriginFinder finder(keys, claims);
  SNAPTREE_TRY(ReadAgain(run, jobs, finder));
  for (Status& error : finder.Errors()) SNAPTREE_TRY(run.findings.TakeError(std::move(error)));
  return {};
}

Status RunBeside(const EncodeRun& run, const std::vector<const EncodeJob*>& jobs, RowWriters& rows,
                 WorkerPool& workers, EncodeReport* report) {
  run.progress.Begin("read the tree", "files", 0);
  std::vector<EncodeTotals> totals;
  const size_t beside = std::min<size_t>(workers.threads(), jobs.size());
  SNAPTREE_TRY(RunJobs(run, jobs, ContextOf(run, rows, workers, beside), &totals));
  for (size_t i = 0; i < jobs.size(); ++i)
    report->adapters.push_back({jobs[i]->adapter, totals[i].records});
  return {};
}

}  // namespace

Status WriteRows(const EncodeRun& run, FsmWriter& writer, EncodeReport* report) {
  SNAPTREE_ASSIGN(const std::vector<const EncodeJob*> jobs, JobsOf(run));
  WorkerPool workers(std::max(1U, run.options.threads));
  // An adapter's own thread may hold a writer while its files are read by others.
  RowSorter rows(run.commit_ts, run.sorter_options, 2 * workers.threads());
  SNAPTREE_TRY(RunBeside(run, jobs, rows, workers, report));
  run.progress.Begin("sort", "rows", rows.rows());
  SNAPTREE_TRY(rows.Finish(workers));
  run.progress.Begin("write the snapshot", "bytes", 0);
  std::vector<std::string> keys;
  std::vector<std::string> claims;
  SNAPTREE_TRY(writer.Begin());
  SNAPTREE_TRY(WriteSortedRows(
      {run.input, run.findings, run.progress, run.commit_ts, run.sorter_options(kLateShare)}, rows,
      writer, &keys, &claims));
  return TellDuplicates(run, jobs, keys, claims);
}

Status CheckRows(const EncodeRun& run, WorkerPool& workers, EncodeReport* report) {
  SNAPTREE_ASSIGN(const std::vector<const EncodeJob*> jobs, JobsOf(run));
  KeyChecker rows(run.sorter_options(kKeysShare));
  SNAPTREE_TRY(RunBeside(run, jobs, rows, workers, report));
  SNAPTREE_ASSIGN(const std::set<KeyDigest> duplicates, rows.Duplicates());
  if (duplicates.empty()) return {};
  KeyFinder finder(duplicates);
  SNAPTREE_TRY(ReadAgain(run, jobs, finder));
  return TellDuplicates(run, jobs, finder.Keys(), finder.Claims());
}

}  // namespace snaptree
