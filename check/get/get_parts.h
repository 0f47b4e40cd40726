// The parts of get_record.h.
#pragma once

#include <string>
#include <vector>

#include "check/get/get_record.h"

#include "decode/decoder.h"
#include "formats/row.h"
#include "formats/scan.h"

namespace snaptree {

// What an address names, by its form.
enum class AddressKind : uint8_t {
  kRecord,  // perhaps a folder
  kList,    // a file that tells of many records of an adapter: "redis/db_0/KEYMAP.jsonl"
  kRun,     // a file that tells of the run: "MANIFEST.json", "unknown/rows.jsonl"
  kNone,    // nothing that a decode writes
};
AddressKind KindOfAddress(Slice address);

// The addresses to select so that the file at this one comes.
std::vector<std::string> AddressesToSelect(Slice address);

bool IsBelow(Slice address, Slice folder);
bool IsAdapterFolder(Slice address);
// The adapter's name, when the address begins with one and a '/'; else empty.
std::string AdapterOfAddress(Slice address);

// What to say of an address that was not met, of those most like it, scopes ("s3/photos/") among
// them.
void TellNearest(const std::vector<AddressFilter::Unmatched>& unmatched, const std::string& address,
                 GetReport* report);

Result<GetReport> GetFromSnapshot(const GetOptions& options);
Result<GetReport> GetFromTree(const GetOptions& options, WhatKind kind);

// A snapshot that is open and scanned, with what committed transactions left to apply.
struct ScannedSnapshot {
  const RowSource& rows;
  const ScanResult& scan;
  bool all_groups_given = false;
  // "txn_unresolved": values that were left out, with their keys. Null: there are none.
  const Finding* unresolved = nullptr;
};
// Adds to the report.
Status GetFromRows(const ScannedSnapshot& snapshot, const GetOptions& options, GetReport* report);

}  // namespace snaptree
