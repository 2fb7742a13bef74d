// SPDX-License-Identifier: Apache-2.0
#include "experiment/fit_folder.hpp"

#include <fmt/format.h>

#include "io/read_file.hpp"
#include "io/replace_file.hpp"
#include "report/format.hpp"
#include "scprior/core/embedding_file.hpp"

namespace scprior::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* record_name = "fit.json";

}  // namespace

fs::path fit_folder(const fs::path& output, const FitJob& job) {
  return output / "fits" / job.data->name / job.model->name / fmt::format("seed-{}", job.seed);
}

std::optional<FitRecord> stored_record(const fs::path& folder, const std::string& configuration) {
  const fs::path file = folder / record_name;
  if (!fs::exists(file)) return std::nullopt;
  try {
    FitRecord record = fit_record_from_json(read_file(file), file);
    if (record.configuration == configuration) return record;
  } catch (const Error&) {
    // A damaged record is that of an unfinished fit: the fit is done again.
  }
  return std::nullopt;
}

void write_history(const fs::path& file, const std::vector<EpochRecord>& history) {
  std::string text = "epoch,train_loss,reconstruction,kl,penalty,validation_loss,learning_rate\n";
  for (const EpochRecord& row : history) {
    text += std::to_string(row.epoch);
    for (const double value :
         {row.train_loss, row.reconstruction, row.kl, row.penalty, row.validation_loss, row.learning_rate})
      text += "," + format_exact(value);
    text += "\n";
  }
  replace_file(file, {text});
}

void write_fit(const fs::path& folder, const TrainedModel& trained, const Dataset& data, const at::Tensor& embedding,
               const FitRecord& record) {
  save_model(folder, trained.model, trained.file);
  write_history(folder / "history.csv", trained.outcome.history);
  write_embedding(folder / "embedding.h5ad", data, embedding, trained.model.config.name);
  replace_file(folder / record_name, {to_json(record)});
}

}  // namespace scprior::core
