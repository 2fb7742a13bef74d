// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scprior/core/load_config.hpp"
#include "scprior/core/plugin_host.hpp"

// Components and sections of the experiment file in words: what `scprior describe` prints, and the C interface tells.

namespace scprior::core {

/// The kind that "prior" or "priors" names. Errors: Error{argument} none, with those there are.
SCPRIOR_API scprior_kind kind_of(const std::string& name);

/// text: to read; json: to process; toml: with every default, ready to paste into an experiment file; markdown: the
/// options table of a README.
enum class DescribeForm { text, json, toml, markdown };

/// Errors: Error{argument} another name than these four.
SCPRIOR_API DescribeForm describe_form(const std::string& name);

/// A component: what it is, where it comes from, its options.
SCPRIOR_API std::string describe(const ComponentEntry& component, DescribeForm form);

/// A section of the experiment file.
SCPRIOR_API std::string describe(const ConfigSection& section, DescribeForm form);

/// The section of a name: "train", "[train]", "model", "[[model]]"; nullptr if there is none.
SCPRIOR_API const ConfigSection* find_section(const std::string& name);

/// Names of the sections, without brackets.
SCPRIOR_API std::vector<std::string> section_names();

}  // namespace scprior::core
