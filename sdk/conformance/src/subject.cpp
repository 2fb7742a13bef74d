// SPDX-License-Identifier: Apache-2.0
#include "scprior/conformance/subject.hpp"

#include "scprior/error.hpp"

namespace scprior::conformance {
namespace {

Subject& the_subject() {
  static Subject subject;
  return subject;
}

}  // namespace

const Subject& subject() { return the_subject(); }
void set_subject(Subject subject) { the_subject() = std::move(subject); }

Options subject_options() { return Options::resolve(subject().table, subject().given); }

std::unique_ptr<Component> make_component() { return make_component(subject_options()); }

std::unique_ptr<Component> make_component(const Options& options) {
  if (!subject().create) fail(Status::internal, "the conformance kit has no subject: call set_subject first");
  return subject().create(options);
}

bool declares(uint64_t capability) { return (subject().capabilities & capability) != 0; }

}  // namespace scprior::conformance
