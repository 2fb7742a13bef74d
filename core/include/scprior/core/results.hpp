// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "scprior/metric.hpp"

// What is known of finished fits, how it is stored, and the tables made of it.

namespace scprior::core {

/// One epoch of a fit; losses in nats per cell. NaN = not computed.
struct EpochRecord {
  int64_t epoch = 0;  ///< counted from 1
  double train_loss = std::numeric_limits<double>::quiet_NaN();  ///< reconstruction + weighted KL + penalty
  double reconstruction = std::numeric_limits<double>::quiet_NaN();
  double kl = std::numeric_limits<double>::quiet_NaN();  ///< 0 for an autoencoder
  double penalty = std::numeric_limits<double>::quiet_NaN();
  double validation_loss = std::numeric_limits<double>::quiet_NaN();
  double learning_rate = std::numeric_limits<double>::quiet_NaN();
};

/// A number reported by a metric.
struct MetricRecord {
  std::string metric;
  std::string name;  ///< "" = the metric's main value
  double value = 0;
  MetricValue::Better better = MetricValue::Better::neither;
  std::string note;
};

/// An array reported by a metric, kept for the figures.
struct ArrayRecord {
  std::string metric, name;
  std::vector<int64_t> shape;
  std::vector<float> values;  ///< row-major
  std::vector<std::string> axis_labels;
};

/// A label of every cell. codes [N]; -1 = missing.
struct CellColumn {
  std::string column;  ///< its name in the data set
  std::vector<std::string> names;
  std::vector<int32_t> codes;
};

/// Everything about one finished fit that tables and report need.
struct FitRecord {
  std::string data, model;
  int64_t seed = 0;
  bool is_autoencoder = false;
  std::string description;    ///< of the components: "prior vamp (components = 100), flow iaf, ..."
  std::string configuration;  ///< the resolved TOML of this fit; tells whether a stored record is still the wanted one

  int64_t n_cells = 0, n_genes = 0, n_train = 0, n_validation = 0, n_test = 0;
  int64_t n_latent = 0;
  double seconds = 0;           ///< of training
  double cells_per_second = 0;  ///< training cells per second of training
  int64_t peak_memory = 0;      ///< bytes
  int64_t epochs = 0;
  int64_t best_epoch = 0;
  std::string stop_reason;
  std::string finished;  ///< date and time, as text
  double test_loss = std::numeric_limits<double>::quiet_NaN();  ///< of test cells, without penalties
  std::vector<EpochRecord> history;

  std::vector<MetricRecord> metrics;
  std::vector<ArrayRecord> arrays;
  std::vector<float> umap;   ///< [N, 2], row-major; empty = none
  CellColumn label, batch;   ///< no codes = none
};

/// Appends what a metric reported. Arrays are stored as float.
SCPRIOR_API void add_metric(FitRecord& record, const std::string& metric, const MetricResult& result);

/// A labels column as it is stored.
SCPRIOR_API CellColumn cell_column(const std::string& column, const Labels& labels);

/// "silhouette" or "silhouette.alpha".
SCPRIOR_API std::string full_name(const std::string& metric, const std::string& name);

/// A record as JSON: scalars as they read (NaN and infinities as the texts "NaN", "Infinity", "-Infinity"), large
/// arrays as base64 of little-endian float32 or int32.
SCPRIOR_API std::string to_json(const FitRecord& record);

/// Reads to_json's text. `path` is named in errors.
/// Errors: Error{data}: not JSON, not a record, a field missing or of another type, array sizes that disagree.
SCPRIOR_API FitRecord fit_record_from_json(const std::string& text, const std::filesystem::path& path);

/// A number of a table: the mean over seeds with its standard deviation.
struct TableCell {
  std::string text;  ///< "41.5 ± 2.1"; "–" where there is nothing
  double mean = std::numeric_limits<double>::quiet_NaN();
  double sd = std::numeric_limits<double>::quiet_NaN();  ///< of the sample (n - 1); NaN for fewer than two seeds
  int64_t n = 0;        ///< seeds with a defined value
  bool bold = false;    ///< best of the generative models
  bool italic = false;  ///< the autoencoder where it is best of all
  std::string note;     ///< why there is no value
};

struct TableColumn {
  std::string title;
  std::string unit;
  MetricValue::Better better = MetricValue::Better::neither;
};

struct TableRow {
  std::vector<std::string> labels;  ///< one for each of label_titles
  std::vector<TableCell> cells;     ///< one for each of columns
};

struct ResultTable {
  std::string title, caption;
  std::vector<std::string> label_titles;
  std::vector<TableColumn> columns;
  std::vector<TableRow> rows;
};

/// The paper's tables (dony2020, Tables 1 and 2): active units and principal components; reconstruction loss of test
/// cells and silhouette width. A row for each data set and model, in the order of the records (labelled by the model
/// alone where there is one data set); mean ± sd over seeds. The best generative model of a data set is bold; an
/// autoencoder is italic where it is at least as good. Values that print alike are equally good. Tables and columns of
/// which no record knows anything are left out.
SCPRIOR_API std::vector<ResultTable> paper_tables(const std::vector<FitRecord>& records);

/// Time, speed, epochs, memory and the KL term of every data set and model.
SCPRIOR_API ResultTable training_table(const std::vector<FitRecord>& records);

/// All values of all metrics: a table for each data set, metrics down, models across.
SCPRIOR_API std::vector<ResultTable> metric_tables(const std::vector<FitRecord>& records);

/// As aligned text. ansi: bold and italic as terminal sequences; without, they are marked * and _.
SCPRIOR_API std::string to_text(const ResultTable& table, bool ansi);
SCPRIOR_API std::string to_html(const ResultTable& table);

/// Every value in long form: data, model, seed, metric, name, value, better, note. Measures of training come as the
/// metric "training". Undefined values are written NaN, Inf, -Inf, which R, Julia and Python read as numbers.
SCPRIOR_API std::string results_csv(const std::vector<FitRecord>& records);

/// Mean and standard deviation over seeds in long form: data, model, metric, name, n, mean, sd, better.
SCPRIOR_API std::string summary_csv(const std::vector<FitRecord>& records);

/// The scalars of all records, their histories, and the configuration (TOML text) they were made with.
SCPRIOR_API std::string results_json(const std::vector<FitRecord>& records, const std::string& configuration);

}  // namespace scprior::core
