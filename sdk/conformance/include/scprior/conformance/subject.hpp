// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "scprior/component.hpp"
#include "scprior/options.hpp"

// The laws are Catch2 cases about one component, the subject, which the program sets before it runs them.

namespace scprior::conformance {

struct Subject {
  scprior_kind kind = SCPRIOR_KIND_PRIOR;
  std::string kind_name, name;  ///< "prior", "vamp"
  OptionTable table;
  uint64_t capabilities = 0;
  scprior_tier tier = SCPRIOR_TIER_CXX;
  std::map<std::string, OptionValue> given;  ///< the options to test it with; the rest has its defaults
  uint32_t seed = 1;                         ///< of all random numbers of the laws
  std::filesystem::path data;                ///< loaders: a file to open; empty = none given
  std::function<std::unique_ptr<Component>(const Options&)> create;
};

const Subject& subject();
void set_subject(Subject subject);

/// The subject's options: those given, the others with their defaults.
Options subject_options();

/// A new instance with subject_options(), or with others.
std::unique_ptr<Component> make_component();
std::unique_ptr<Component> make_component(const Options& options);

/// As the interface of its kind: make<Prior>().
template <class Interface>
std::unique_ptr<Interface> make() {
  return std::unique_ptr<Interface>(static_cast<Interface*>(make_component().release()));
}

/// True if the subject declares this SCPRIOR_OFFERS_* or SCPRIOR_WANTS_* bit.
bool declares(uint64_t capability);

}  // namespace scprior::conformance
