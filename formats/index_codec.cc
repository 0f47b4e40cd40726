#include "formats/index_codec.h"

namespace snaptree {
namespace {

constexpr uint64_t FamilyCounts::*kCounts[] = {
    &FamilyCounts::rows,    &FamilyCounts::key_bytes,     &FamilyCounts::value_bytes,
    &FamilyCounts::live,    &FamilyCounts::live_bytes,    &FamilyCounts::live_value_bytes,
    &FamilyCounts::older,   &FamilyCounts::newer,         &FamilyCounts::tombstone,
    &FamilyCounts::expired, &FamilyCounts::encrypted,     &FamilyCounts::encrypted_versions,
    &FamilyCounts::damaged, &FamilyCounts::min_commit_ts, &FamilyCounts::max_commit_ts};

constexpr const char* kDefects[] = {"RowKeyShort", "RowValueShort", "RowFlags", "RowEncrypted"};

void AppendFindings(const Findings& findings, IndexWriter* out) {
  out->Number(findings.by_code().size());
  for (const auto& [code, finding] : findings.by_code()) {
    out->Text(code);
    out->Number(static_cast<uint64_t>(finding.severity));
    out->Text(finding.text);
    out->Number(finding.count);
    out->Number(finding.examples.size());
    for (const auto& [example, n] : finding.examples) {
      out->Text(example);
      out->Number(n);
    }
  }
}

void ReadFinding(IndexReader* in, Findings* findings) {
  const std::string code(in->Text());
  Finding finding;
  finding.severity = in->Number() == 0 ? Severity::kNote : Severity::kWarning;
  finding.text = in->Text();
  finding.count = in->Number();
  uint64_t rest = finding.count;
  for (uint64_t n = in->Count(2 * sizeof(uint64_t)); n > 0; --n) {
    const std::string example(in->Text());
    const uint64_t count = in->Number();
    if (count > rest) return in->Fail();
    finding.AddExample(example, count);
    rest -= count;
  }
  findings->AddFrom(code, finding);
}

void ReadFindings(IndexReader* in, Findings* findings) {
  for (uint64_t n = in->Count(5 * sizeof(uint64_t)); n > 0; --n) ReadFinding(in, findings);
}

void AppendDamaged(const ScanResult& scan, IndexWriter* out) {
  out->Number(scan.damaged.size());
  for (const DamagedRow& row : scan.damaged) {
    out->Number(row.position);
    out->Number(row.family);
    out->Text(row.key);
    out->Text(row.defect);
  }
}

void ReadDamaged(IndexReader* in, ScanResult* scan) {
  for (uint64_t n = in->Count(4 * sizeof(uint64_t)); n > 0; --n) {
    DamagedRow row;
    row.position = in->Number();
    const uint64_t family = in->Number();
    if (family >= Families().size()) return in->Fail();
    row.family = static_cast<FamilyId>(family);
    row.key = in->Text();
    const Slice defect = in->Text();
    for (const char* known : kDefects) {
      if (defect == known) row.defect = known;
    }
    if (row.defect[0] == '\0') return in->Fail();
    scan->damaged.push_back(std::move(row));
  }
}

// Ascending, inside the rows, none empty.
void ReadExtents(IndexReader* in, Extent rows, std::vector<FamilyExtent>* extents) {
  uint64_t from = rows.begin;
  for (uint64_t n = in->Count(3 * sizeof(uint64_t)); n > 0; --n) {
    FamilyExtent extent;
    extent.extent.begin = in->Number();
    extent.extent.end = in->Number();
    extent.mixed = in->Number() != 0;
    const bool sound = extent.extent.begin >= from && extent.extent.begin < extent.extent.end &&
                       extent.extent.end <= rows.end;
    if (!sound) return in->Fail();
    from = extent.extent.end;
    extents->push_back(extent);
  }
}

void ReadPlaces(IndexReader* in, Extent rows, std::vector<uint64_t>* places) {
  for (uint64_t n = in->Count(sizeof(uint64_t)); n > 0; --n) {
    const uint64_t place = in->Number();
    if (place < rows.begin || place >= rows.end) return in->Fail();
    if (!places->empty() && place <= places->back()) return in->Fail();
    places->push_back(place);
  }
}

void ReadFamilies(IndexReader* in, Extent rows, ScanResult* scan) {
  scan->families.resize(Families().size());
  scan->extents.resize(Families().size());
  for (size_t family = 0; family < scan->families.size(); ++family) {
    for (const auto count : kCounts) scan->families[family].*count = in->Number();
    ReadExtents(in, rows, &scan->extents[family]);
  }
}

}  // namespace

void AppendScan(const ScanResult& scan, IndexWriter* out) {
  for (size_t family = 0; family < scan.families.size(); ++family) {
    for (const auto count : kCounts) out->Number(scan.families[family].*count);
    out->Number(scan.extents[family].size());
    for (const FamilyExtent& extent : scan.extents[family]) {
      out->Number(extent.extent.begin);
      out->Number(extent.extent.end);
      out->Number(extent.mixed ? 1 : 0);
    }
  }
  out->Number(scan.places.size());
  for (const uint64_t place : scan.places) out->Number(place);
  for (const uint64_t v : {scan.rows, scan.read_ts, scan.max_commit_ts, scan.last_commit_ts}) {
    out->Number(v);
  }
  out->Optional(scan.meta_last_commit_ts);
  out->Optional(scan.min_retained_ts);
  out->Number(scan.retention_known ? 1 : 0);
  out->Optional(scan.applied_index);
  for (const auto* ids : {&scan.encryption_key_ids, &scan.version_key_ids}) {
    out->Number(ids->size());
    for (const uint32_t id : *ids) out->Number(id);
  }
  AppendDamaged(scan, out);
  AppendFindings(scan.findings, out);
}

bool ReadScan(IndexReader* in, Extent rows, ScanResult* scan) {
  ReadFamilies(in, rows, scan);
  ReadPlaces(in, rows, &scan->places);
  scan->rows = in->Number();
  scan->read_ts = in->Number();
  scan->max_commit_ts = in->Number();
  scan->last_commit_ts = in->Number();
  scan->meta_last_commit_ts = in->Optional();
  scan->min_retained_ts = in->Optional();
  scan->retention_known = in->Number() != 0;
  scan->applied_index = in->Optional();
  for (auto* ids : {&scan->encryption_key_ids, &scan->version_key_ids}) {
    for (uint64_t n = in->Count(sizeof(uint64_t)); n > 0; --n)
      ids->push_back(static_cast<uint32_t>(in->Number()));
  }
  ReadDamaged(in, scan);
  ReadFindings(in, &scan->findings);
  return in->good();
}

}  // namespace snaptree
