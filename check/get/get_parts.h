// The parts of get_record.h.
#pragma once

#include <string>
#include <vector>

#include "check/get/get_record.h"

#include "decode/decoder.h"
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

// The adapter's name, when the address begins with one and a '/'; else empty.
std::string AdapterOfAddress(Slice address);

// What a run of decode found, without what is not about one record.
void AddRecordFindings(const Findings& from, Findings* into);
// Addresses like one that it did not meet.
std::vector<std::string> NearestIn(const DecodeReport& decoded, const std::string& address);

Result<GetReport> GetFromSnapshot(const GetOptions& options);
Result<GetReport> GetFromTree(const GetOptions& options, WhatKind kind);

// A snapshot that is open and scanned.
struct ScannedSnapshot {
  const Container& container;
  const ScanResult& scan;
  bool all_groups_given = false;
};
// Adds to the report. REQUIRES: no locks are there.
Status GetFromRows(const ScannedSnapshot& snapshot, const GetOptions& options, GetReport* report);

}  // namespace snaptree
