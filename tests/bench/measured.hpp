// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace scprior::bench {

/// What one run of one measurement found. Units are part of a quantity's name: step_seconds, peak_bytes.
struct Measured {
  std::map<std::string, double> values;
  std::map<std::string, std::string> facts;  ///< versions, for the head of the tables
};

/// One line of JSON: {"values": {...}, "facts": {...}}. A number that is not finite is left out.
std::string to_json(const Measured& measured);

/// Reads the last line of `output` that begins with a brace; what stands before it is chatter.
/// Errors: Error{data} there is none, or it is not what to_json writes.
Measured measured_from(const std::string& output);

}  // namespace scprior::bench
