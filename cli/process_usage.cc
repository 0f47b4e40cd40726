#include "cli/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

namespace snaptree::cli {
namespace {

// The greatest size of this program's own memory, in KiB; 0 when the system does not tell.
unsigned long HighWaterMark() {
  std::FILE* file = std::fopen("/proc/self/status", "re");
  if (file == nullptr) return 0;
  char line[256];
  unsigned long kib = 0;
  while (kib == 0 && std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, "VmHWM: %lu kB", &kib) != 1) kib = 0;
  }
  std::fclose(file);
  return kib;
}

}  // namespace

uint64_t ResidentBytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long size = 0;
  unsigned long resident = 0;
  const int fields = std::fscanf(file, "%lu %lu", &size, &resident);
  std::fclose(file);
  if (fields != 2) return 0;
  return uint64_t{resident} * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

uint64_t PeakResidentBytes() {
  // ru_maxrss outlives exec: at first it is the size of the shell or script that started us.
  if (const unsigned long kib = HighWaterMark(); kib != 0) return uint64_t{kib} * 1024;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace snaptree::cli
