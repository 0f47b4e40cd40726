// What get says to a question.
#pragma once

#include <functional>
#include <string>

#include "check/get/get_record.h"

namespace snaptree::test {

struct Asked {
  std::string content;
  GetReport report;
  Status status;

  // Its code; empty when all went well.
  std::string error() const { return status.ok() ? "" : status.code(); }
};

using HowToGet = std::function<Result<GetReport>(const GetOptions&)>;

inline Asked Ask(GetOptions options, const HowToGet& get = Get) {
  Asked asked;
  options.take = [&asked](Slice bytes) -> Status {
    asked.content += bytes;
    return {};
  };
  Result<GetReport> report = get(options);
  if (report.ok()) {
    asked.report = *std::move(report);
  } else {
    asked.status = report.status();
  }
  return asked;
}

inline Asked Ask(const std::string& what, const std::string& address) {
  GetOptions options;
  options.what = what;
  options.address = address;
  return Ask(std::move(options));
}

}  // namespace snaptree::test
