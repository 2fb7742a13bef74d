// SPDX-License-Identifier: Apache-2.0
#include "reporter.hpp"

#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <catch2/reporters/catch_reporter_streaming_base.hpp>
#include <iostream>
#include <vector>

#include "scprior/conformance/tools.hpp"

namespace scprior::conform {
namespace {

constexpr size_t most_failures = 4;

std::string failure_text(const Catch::AssertionStats& stats) {
  const Catch::AssertionResult& result = stats.assertionResult;
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  };
  if (result.getResultType() == Catch::ResultWas::ThrewException) add("an exception is thrown");
  if (result.getResultType() == Catch::ResultWas::FatalErrorCondition) add("the process was stopped");
  if (result.hasExpression() && result.getResultType() == Catch::ResultWas::ExpressionFailed)
    add("wanted " + result.getExpression() + ", got " + result.getExpandedExpression());
  if (stats.infoMessages.empty()) add(std::string(result.getMessage()));
  for (const Catch::MessageInfo& info : stats.infoMessages) add(info.message);
  return conformance::without_frames(text);
}

class Reporter : public Catch::StreamingReporterBase {
 public:
  explicit Reporter(Catch::ReporterConfig&& config) : StreamingReporterBase(std::move(config)) {}
  static std::string getDescription() { return "one verdict per law of scprior's conformance kit"; }

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    StreamingReporterBase::testCaseStarting(info);
    failures_.clear();
    skipped_.clear();
    not_judged_.clear();
    if (reporting().to_parent) std::cout << control << info.name << std::endl;
  }

  void assertionEnded(const Catch::AssertionStats& stats) override {
    if (stats.assertionResult.getResultType() == Catch::ResultWas::ExplicitSkip)
      skipped_ = failure_text(stats);
    else if (stats.assertionResult.getResultType() == Catch::ResultWas::Warning)
      not_judged_ += (not_judged_.empty() ? "" : "; ") + failure_text(stats);
    else if (!stats.assertionResult.isOk())
      failures_.push_back(failure_text(stats));
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    const std::string& law = stats.testInfo->name;
    if (skipped_.empty() && stats.totals.assertions.passed == 0) skipped_ = not_judged_;
    Verdict verdict = !failures_.empty() ? Verdict::broken : !skipped_.empty() ? Verdict::skipped : Verdict::holds;
    if (verdict == Verdict::holds && stats.totals.testCases.failed > 0) {
      verdict = Verdict::broken;
      failures_.push_back("the law checked nothing");
    }
    std::string detail = skipped_;
    if (verdict == Verdict::holds && !not_judged_.empty()) detail = "as far as it can be judged; " + not_judged_;
    if (verdict == Verdict::broken) detail = all_failures();
    const auto found = reporting().waived.find(law);
    if (verdict == Verdict::broken && found != reporting().waived.end()) {
      verdict = Verdict::waived;
      detail = found->second + " (" + detail + ")";
    }
    record(reporting().counts, verdict, law, detail);
    StreamingReporterBase::testCaseEnded(stats);
  }

 private:
  std::string all_failures() const {
    std::string text;
    for (size_t i = 0; i < failures_.size() && i < most_failures; ++i) text += (i == 0 ? "" : "\n") + failures_[i];
    if (failures_.size() > most_failures)
      text += "\nand " + std::to_string(failures_.size() - most_failures) + " more of this kind";
    return text;
  }

  std::vector<std::string> failures_;
  std::string skipped_, not_judged_;
};

CATCH_REGISTER_REPORTER("conform", Reporter)

}  // namespace

Reporting& reporting() {
  static Reporting reporting;
  return reporting;
}

}  // namespace scprior::conform
