// SPDX-License-Identifier: Apache-2.0
#include "own_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cerrno>
#include <iostream>

#include "scprior/error.hpp"

extern char** environ;

namespace scprior::conform {
namespace {

constexpr size_t longest_stray = 300;

struct Child {
  pid_t pid = -1;
  int output = -1;
};

Child start(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail(Status::io, "no pipe to another process: ", strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<std::string> words = {"scprior-conform"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Child child;
  child.output = ends[0];
  const int status = posix_spawn(&child.pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (status != 0) fail(Status::io, "this program cannot be started again: ", strerror(status));
  return child;
}

/// Takes the child's output apart into lines and judges each.
class Reader {
 public:
  explicit Reader(Counts& counts) : counts_(counts) {}

  void take(std::string_view text) {
    for (const char c : text) {
      if (c != '\n') {
        line_ += c;
        continue;
      }
      finish_line();
    }
  }

  void finish_line() {
    const std::string line = std::exchange(line_, "");
    std::string_view text = line;
    Verdict verdict;
    // What a component prints without a line break stands before a control mark.
    const size_t mark = line.find(control);
    if (mark != std::string::npos) {
      note_stray(line.substr(0, mark));
      if (line.substr(mark) == end_of_laws)
        ended = true;
      else if (line.compare(mark, show.size(), show) == 0)
        std::cout << line.substr(mark + show.size()) << std::endl;
      else
        law = line.substr(mark + 1);
    } else if (parse_verdict(text, verdict)) {
      counts_.add(verdict, text);
      std::cout << line << std::endl;
    } else if (line.substr(0, 8) == "        ") {
      std::cout << line << std::endl;
    } else {
      note_stray(line);
    }
  }

  bool ended = false;
  std::string law, stray;

 private:
  void note_stray(const std::string& text) {
    if (!text.empty() && stray.size() < longest_stray) stray += (stray.empty() ? "" : "\n") + text;
  }

  Counts& counts_;
  std::string line_;
};

/// Reads until the child closes its output. False: it ran too long.
bool read_all(int output, double timeout, Reader& reader) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(timeout);
  char buffer[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting = {output, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left, 1000)));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t n = read(output, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    reader.take({buffer, static_cast<size_t>(n)});
  }
}

std::string end_text(int status, const Reader& reader) {
  const std::string where = reader.law.empty() ? "before the first law" : "during \"" + reader.law + '"';
  if (WIFSIGNALED(status))
    return concat("the process was ended by signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ") ", where);
  if (!reader.ended) return concat("the process ended itself with status ", WEXITSTATUS(status), ' ', where);
  if (WEXITSTATUS(status) > 1)
    return concat("after its laws the process ended with status ", WEXITSTATUS(status), "; wanted 0");
  return "";
}

}  // namespace

void run_in_own_process(const std::vector<std::string>& arguments, const std::string& component, double timeout,
                        Counts& counts) {
  const auto verdict = [&](const std::string& law, const std::string& broken) {
    record(counts, broken.empty() ? Verdict::holds : Verdict::broken, law, broken);
  };
  const Child child = start(arguments);
  Reader reader(counts);
  const bool in_time = read_all(child.output, timeout, reader);
  reader.finish_line();
  close(child.output);
  if (!in_time) kill(child.pid, SIGKILL);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  verdict("process: " + component + " neither crashes nor hangs nor exits",
          in_time ? end_text(status, reader)
                  : concat("no end after ", timeout, " seconds, during \"", reader.law, '"'));
  verdict("process: " + component + " prints nothing", reader.stray.empty() ? "" : "it printed: " + reader.stray);
}

}  // namespace scprior::conform
