// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace scprior::app {
namespace {

constexpr auto terminal_interval = std::chrono::milliseconds(100);
constexpr auto plain_interval = std::chrono::seconds(10);

size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double share, int width) {
  const int full = std::clamp(static_cast<int>(std::lround(share * width)), 0, width);
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "░";
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  const int64_t s = std::llround(std::clamp(seconds, 0.0, 1e8));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

ProgressLine::ProgressLine(std::string title)
    : title_(std::move(title)),
      terminal_(isatty(STDERR_FILENO) != 0),
      validation_loss_(std::numeric_limits<double>::quiet_NaN()),
      last_(Clock::now() - plain_interval) {}

ProgressLine::~ProgressLine() { finish(); }

void ProgressLine::show(const core::FitProgress& progress) {
  if (progress.finished) validation_loss_ = progress.finished->validation_loss;
  const bool last_step = progress.epoch == progress.max_epochs && progress.finished;
  const bool due = Clock::now() - last_ >= (terminal_ ? Clock::duration(terminal_interval) : Clock::duration(plain_interval));
  if (!last_step && (!due || (!terminal_ && !progress.finished))) return;
  last_ = Clock::now();
  const std::string validation =
      std::isnan(validation_loss_) ? "" : fmt::format("  validation {:.1f}", validation_loss_);
  const std::string numbers = fmt::format("epoch {}/{}  loss {:.1f}{}  {:.0f} cells/s", progress.epoch, progress.max_epochs,
                                          progress.loss, validation, progress.cells_per_second);
  const std::string left = fmt::format("  left {}", duration_text(progress.seconds_left));
  if (!terminal_) {
    fmt::print(stderr, "{}  {}{}\n", title_, numbers, left);
    return;
  }
  const double share = (static_cast<double>(progress.epoch - 1) + static_cast<double>(progress.step) / static_cast<double>(progress.steps)) /
                       static_cast<double>(progress.max_epochs);
  constexpr int bar_width = 20;
  const std::string plain = fmt::format("{}    {}{}", title_, numbers, left);
  const bool fits = plain.size() + bar_width < terminal_width();
  fmt::print(stderr, "\r\033[K{}", fits ? fmt::format("{}  {}  {}{}", title_, bar(share, bar_width), numbers, left)
                                        : plain.substr(0, terminal_width() - 1));
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::finish() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

}  // namespace scprior::app
