// SPDX-License-Identifier: Apache-2.0
#include "results_file.hpp"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "scprior/error.hpp"

namespace scprior::bench {
namespace {

using nlohmann::json;

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

std::string as_json(const std::vector<core::Fact>& conditions, const Samples& samples, const std::vector<Bar>& bars) {
  json out;
  for (const core::Fact& fact : conditions) out["conditions"][fact.name] = fact.value;
  for (const auto& [task, quantities] : samples.all())
    for (const auto& [quantity, values] : quantities)
      for (const double value : values) out["measured"][task][quantity].push_back(number(value));
  out["failures"] = samples.failures();
  out["bars"] = json::array();
  for (const Bar& bar : bars) {
    json measured = json::object();
    for (const auto& [model, summary] : bar.measured) measured[model] = number(summary.median);
    out["bars"].push_back({{"what", bar.what}, {"condition", bar.condition}, {"precision", bar.precision},
                           {"unit", bar.unit}, {"at_least", bar.at_least}, {"bound", bar.bound},
                           {"measured", measured}, {"verdict", to_text(bar.verdict())}, {"note", bar.note}});
  }
  return out.dump(1) + "\n";
}

std::string as_tsv(const Samples& samples) {
  std::ostringstream out;
  out.precision(10);
  out << "task\tquantity\tn\tmedian\tmin\tmax\n";
  for (const auto& [task, quantities] : samples.all())
    for (const auto& [quantity, values] : quantities) {
      const Summary summary = summarise(values);
      out << task << '\t' << quantity << '\t' << summary.n << '\t' << summary.median << '\t' << summary.min << '\t'
          << summary.max << '\n';
    }
  return out.str();
}

}  // namespace

void write_results(const std::filesystem::path& file, const std::vector<core::Fact>& conditions, const Samples& samples,
                   const std::vector<Bar>& bars) {
  std::ofstream out(file);
  out << (file.extension() == ".tsv" ? as_tsv(samples) : as_json(conditions, samples, bars));
  out.close();
  if (!out) fail(Status::io, file.string(), " cannot be written");
}

}  // namespace scprior::bench
