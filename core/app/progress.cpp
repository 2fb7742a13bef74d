// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

namespace scprior::app {
namespace {

constexpr auto terminal_interval = std::chrono::milliseconds(100);
constexpr auto plain_interval = std::chrono::seconds(10);
constexpr int bar_width = 20;

size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double share) {
  const int full = std::clamp(static_cast<int>(std::lround(share * bar_width)), 0, bar_width);
  std::string text;
  for (int i = 0; i < bar_width; ++i) text += i < full ? "█" : "░";
  return text;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }  // in UTF-8

size_t n_characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string first_characters(const std::string& text, size_t n) {
  size_t end = 0;
  for (; end < text.size(); ++end)
    if (starts_character(text[end]) && n-- == 0) break;
  return text.substr(0, end);
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
  const Clock::duration interval = terminal_ ? Clock::duration(terminal_interval) : Clock::duration(plain_interval);
  const bool due = Clock::now() - last_ >= interval;
  if (!last_step && (!due || (!terminal_ && !progress.finished))) return;
  last_ = Clock::now();
  const std::string loss =
      fmt::format("  epoch {}/{}  loss {:.1f}", progress.epoch, progress.max_epochs, progress.loss);
  const std::string validation =
      std::isnan(validation_loss_) ? "" : fmt::format("  validation {:.1f}", validation_loss_);
  const std::string rate = fmt::format("  {:.0f} cells/s", progress.cells_per_second);
  const std::string left = fmt::format("  left {}", duration_text(progress.seconds_left));
  if (!terminal_) {
    fmt::print(stderr, "{}{}{}{}{}\n", title_, loss, validation, rate, left);
    return;
  }
  const double epochs = static_cast<double>(progress.epoch - 1) +
                        static_cast<double>(progress.step) / static_cast<double>(progress.steps);
  const std::string share = "  " + bar(epochs / static_cast<double>(progress.max_epochs));
  // What a narrow terminal has no room for is left out, the least important first.
  const std::vector<std::string> lines = {title_ + share + loss + validation + rate + left,
                                          title_ + loss + validation + rate + left, title_ + loss + validation + left,
                                          title_ + loss + left, loss.substr(2) + left};
  const size_t room = terminal_width() - 1;
  const auto fits = [&](const std::string& line) { return n_characters(line) <= room; };
  const auto line = std::find_if(lines.begin(), lines.end() - 1, fits);
  fmt::print(stderr, "\r\033[K{}", first_characters(*line, room));
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::finish() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

}  // namespace scprior::app
