#include "cli/progress_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/json_text.h"
#include "cli/process_usage.h"

namespace snaptree::cli {
namespace {

// Bytes in the unit that suits `scale`, with about three digits: "2.61" and "GiB" of 4.21 GiB.
struct Scaled {
  double divisor = 1;
  const char* unit = "bytes";
};

Scaled ScaleOf(uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  Scaled scaled;
  for (const char* unit : kUnits) {
    if (static_cast<double>(bytes) < scaled.divisor * 1024) break;
    scaled = {scaled.divisor * 1024, unit};
  }
  return scaled;
}

std::string InUnits(uint64_t bytes, const Scaled& scaled) {
  const double v = static_cast<double>(bytes) / scaled.divisor;
  return fmt::format("{:.{}f}", v, scaled.divisor == 1 || v >= 100 ? 0 : v >= 10 ? 1 : 2);
}

bool CountsBytes(const ProgressLook& look) { return Slice(look.unit) == "bytes"; }

// Units are plurals: "rows".
Slice UnitText(const ProgressLook& look) {
  Slice unit = look.unit;
  if ((look.total != 0 ? look.total : look.done) == 1) unit.remove_suffix(1);
  return unit;
}

std::string DoneText(const ProgressLook& look) {
  if (CountsBytes(look)) {
    const Scaled scaled = ScaleOf(look.total != 0 ? look.total : look.done);
    const std::string of = look.total != 0 ? "/" + InUnits(look.total, scaled) : "";
    return InUnits(look.done, scaled) + of + " " + scaled.unit;
  }
  const std::string of = look.total != 0 ? "/" + Thousands(look.total) : "";
  return (Thousands(look.done) + of + " ").append(UnitText(look));
}

std::string SpeedText(const ProgressLook& look) {
  if (!CountsBytes(look)) return Thousands(*look.per_second) + "/s";
  const Scaled scaled = ScaleOf(*look.per_second);
  return InUnits(*look.per_second, scaled) + " " + scaled.unit + "/s";
}

uint64_t Percent(const ProgressLook& look) {
  return static_cast<uint64_t>(100.0 * static_cast<double>(std::min(look.done, look.total)) /
                               static_cast<double>(look.total));
}

std::string EtaText(uint64_t seconds) {
  if (seconds >= 3600)
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

// Everything behind the bar.
std::string Figures(const ProgressLook& look, Slice between) {
  std::string text;
  if (look.total != 0) text += fmt::format("{:2} %{}", Percent(look), between);
  text += DoneText(look);
  if (look.per_second) text += std::string(between) + SpeedText(look);
  if (look.eta_seconds) text += fmt::format("{}eta {}", between, EtaText(*look.eta_seconds));
  text +=
      fmt::format("{}mem {}/{} MiB", between, look.resident_bytes >> 20, look.memory_limit >> 20);
  return text;
}

}  // namespace

ProgressLook ProgressReader::Look() {
  const Clock::time_point now = Clock::now();
  ProgressLook look;
  look.phase = progress_.phase.load();
  look.unit = progress_.unit.load();
  look.done = progress_.done.load();
  look.total = progress_.total.load();
  look.rows = progress_.rows.load();
  look.files = progress_.files.load();
  look.resident_bytes = ResidentBytes();
  look.memory_limit = memory_limit_;
  if (look.phase != phase_ || look.done < last_done_) {
    phase_ = look.phase;
    phase_start_ = now;
  }
  last_done_ = look.done;
  const auto milliseconds = [&](Clock::time_point since) {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now - since).count());
  };
  look.elapsed_ms = milliseconds(start_);
  constexpr uint64_t kEnoughToTell = 500;
  const uint64_t in_phase = milliseconds(phase_start_);
  if (in_phase >= kEnoughToTell && look.done > 0) {
    const double speed = static_cast<double>(look.done) * 1000.0 / static_cast<double>(in_phase);
    look.per_second = static_cast<uint64_t>(speed);
    if (look.total > look.done) {
      look.eta_seconds = static_cast<uint64_t>(static_cast<double>(look.total - look.done) / speed);
    }
  }
  return look;
}

std::string ProgressBarLine(const ProgressLook& look, size_t width) {
  constexpr size_t kWidestBar = 30;
  constexpr size_t kNarrowestBar = 8;
  const std::string figures = Figures(look, "  ");
  std::string line = std::string(look.phase) + "  ";
  if (look.total != 0 && line.size() + figures.size() + kNarrowestBar + 4 < width) {
    const size_t bar = std::min(kWidestBar, width - line.size() - figures.size() - 5);
    const size_t full = bar * Percent(look) / 100;
    line += "[" + std::string(full, '#') + std::string(bar - full, '-') + "]  ";
  }
  return line + figures;
}

std::string ProgressCountLine(const ProgressLook& look) {
  std::string text;
  if (look.rows != 0) text += Counted(look.rows, "row");
  if (look.files != 0) text += (text.empty() ? "" : ", ") + Counted(look.files, "file");
  return text.empty() ? text : std::string(Slice(look.phase).size() + 2, ' ') + text;
}

std::string ProgressPlainLine(const ProgressLook& look) {
  std::string line = std::string("snaptree: ") + look.phase + ": " + Figures(look, ", ");
  if (look.rows != 0) line += ", " + Counted(look.rows, "row");
  if (look.files != 0) line += ", " + Counted(look.files, "file");
  return line;
}

std::string ProgressJsonLine(const ProgressLook& look) {
  JsonText json(JsonStyle::kCompact);
  json.StartObject();
  json.Member("schema", "snaptree.progress/1");
  json.Member("phase", look.phase);
  json.Member("unit", look.unit);
  json.Member("done", look.done);
  json.OptionalMember("total", look.total != 0 ? std::optional(look.total) : std::nullopt);
  json.OptionalMember("per_second", look.per_second);
  json.OptionalMember("eta_seconds", look.eta_seconds);
  json.Member("rows", look.rows);
  json.Member("files", look.files);
  json.Member("resident_bytes", look.resident_bytes);
  json.Member("elapsed_ms", look.elapsed_ms);
  json.EndObject();
  return json.text();
}

}  // namespace snaptree::cli
