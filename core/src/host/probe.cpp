// SPDX-License-Identifier: Apache-2.0
#include "host/probe.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "host/host_services.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

constexpr std::chrono::seconds patience{10};
constexpr int came_back = 87;  // a plugin that calls exit() gives another code

/// In the child: nothing but the load and the call; what either says is the parent's to find out again.
[[noreturn]] void try_file(const char* file) noexcept {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) std::signal(signal, SIG_DFL);
  if (const int null = open("/dev/null", O_WRONLY); null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  if (void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL))
    if (void* entry = dlsym(library, SCPRIOR_ENTRY_SYMBOL)) {
      HostServices services;
      try {
        reinterpret_cast<scprior_entry_function>(entry)(services.host());
      } catch (...) {
        // Caught by the parent too, who has the text.
      }
    }
  _exit(came_back);
}

/// Waits for the child; false if it did not end in time.
bool wait_for(pid_t child, int& status) {
  const auto end = std::chrono::steady_clock::now() + patience;
  auto pause = std::chrono::microseconds(200);
  for (;;) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) {
      status = came_back << 8;  // somebody else collected it: nothing is known against the file
      return true;
    }
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::microseconds(10000));
  }
}

}  // namespace

std::string refusal_of_probe(const std::filesystem::path& file) {
  const pid_t child = fork();
  if (child < 0) return "";  // no process to spare: load it without the trial
  if (child == 0) try_file(file.c_str());
  int status = 0;
  if (!wait_for(child, status)) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return concat("its entry function did not return within ", patience.count(), " s");
  }
  if (WIFSIGNALED(status))
    return concat("crashes when it is loaded (", strsignal(WTERMSIG(status)), ", signal ", WTERMSIG(status),
                  "): a defect of the plugin, in its entry function or in the initialisation of a global variable");
  if (WIFEXITED(status) && WEXITSTATUS(status) != came_back)
    return concat("ends the process when it is loaded (exit code ", WEXITSTATUS(status), ")");
  return "";
}

}  // namespace scprior::core
