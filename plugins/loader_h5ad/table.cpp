// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scprior/error.hpp"
#include "values.hpp"

namespace scprior::h5ad {

namespace {

using ColumnValues = decltype(Column::values);

/// None if the values are of no kind that a column can hold.
std::optional<ColumnValues> plain_values(const Values& values) {
  switch (values.kind()) {
    case ValueKind::text: return values.texts();
    case ValueKind::integer: return values.integers();
    case ValueKind::real: return values.reals();
    case ValueKind::boolean: return values.booleans();
    case ValueKind::other: break;
  }
  return std::nullopt;
}

/// A missing text or truth value has no place in a list of them, but it has one among categories.
Categories categories_with_gaps(const std::vector<std::string>& texts, const std::vector<bool>& missing) {
  Categories result;
  for (size_t i = 0; i < texts.size(); ++i)
    if (!missing[i]) result.names.push_back(texts[i]);
  std::sort(result.names.begin(), result.names.end());
  result.names.erase(std::unique(result.names.begin(), result.names.end()), result.names.end());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto place = std::lower_bound(result.names.begin(), result.names.end(), texts[i]);
    result.codes.push_back(missing[i] ? -1 : static_cast<int32_t>(place - result.names.begin()));
  }
  return result;
}

/// Values beside a mask of the missing ones: pandas' Int64, boolean and string columns.
std::optional<ColumnValues> masked_values(const File& file, const std::string& path) {
  const Values values = Values::of_dataset(file, path + "/values");
  const std::vector<bool> missing = Values::of_dataset(file, path + "/mask").booleans();
  if (static_cast<int64_t>(missing.size()) != values.count())
    fail(Status::data, file.path(), ": ", path, "/mask has ", missing.size(), " values, expected ", values.count());
  if (std::find(missing.begin(), missing.end(), true) == missing.end()) return plain_values(values);
  if (values.kind() == ValueKind::text || values.kind() == ValueKind::boolean)
    return categories_with_gaps(values.texts(), missing);
  if (values.kind() == ValueKind::other) return std::nullopt;
  std::vector<double> numbers = values.reals();
  for (size_t i = 0; i < numbers.size(); ++i)
    if (missing[i]) numbers[i] = std::numeric_limits<double>::quiet_NaN();
  return numbers;
}

/// The names of categories may themselves be numbers, truth values, or texts beside a mask.
std::vector<std::string> category_names(const File& file, const std::string& path) {
  const std::string values = file.is_group(path) ? path + "/values" : path;
  return Values::of_dataset(file, values).texts();
}

Categories to_categories(const File& file, const std::string& path, const Values& codes,
                         std::vector<std::string> names) {
  Categories result;
  result.names = std::move(names);
  if (codes.kind() != ValueKind::integer)
    fail(Status::data, file.path(), ": ", path, ": the codes are no whole numbers");
  for (const int64_t code : codes.integers()) {
    if (code < -1 || code >= static_cast<int64_t>(result.names.size()))
      fail(Status::data, file.path(), ": ", path, " holds the category ", code, ", but there are ", result.names.size(),
           " categories; the file is damaged, write it again");
    result.codes.push_back(static_cast<int32_t>(code));
  }
  return result;
}

/// One column of a data frame stored as a group; none if its encoding is unknown.
std::optional<ColumnValues> read_column(const File& file, const std::string& table, const std::string& name) {
  const std::string path = table + "/" + name;
  if (file.is_group(path)) {
    if (file.has(path + "/codes") && file.has(path + "/categories"))
      return to_categories(file, path, Values::of_dataset(file, path + "/codes"),
                           category_names(file, path + "/categories"));
    if (file.has(path + "/values") && file.has(path + "/mask")) return masked_values(file, path);
    return std::nullopt;
  }
  const Values values = Values::of_dataset(file, path);
  const std::string categories = table + "/__categories/" + name;  // AnnData 0.7
  if (values.kind() == ValueKind::integer && file.is_dataset(categories))
    return to_categories(file, path, values, category_names(file, categories));
  return plain_values(values);
}

size_t length_of(const ColumnValues& values) {
  return std::visit(
      [](const auto& list) {
        if constexpr (std::is_same_v<std::decay_t<decltype(list)>, Categories>)
          return list.codes.size();
        else
          return list.size();
      },
      values);
}

void add_column(const File& file, const std::string& path, const std::string& name, std::optional<ColumnValues> values,
                Table& table, std::vector<std::string>& notes) {
  if (!values) {
    notes.push_back(concat("column ", path, "/", name, " has an encoding that is unknown here and was left out"));
    return;
  }
  const size_t length = length_of(*values);
  if (length != table.names.size())
    fail(Status::data, file.path(), ": column ", path, "/", name, " has ", length, " values, but ", path, " has ",
         table.names.size(), " rows; the file is damaged, write it again");
  table.columns.push_back({name, std::move(*values)});
}

std::string index_name(const File& file, const std::string& path) {
  const std::string named = text_attribute(file, path, "_index");
  if (!named.empty()) return named;
  return file.has(path + "/_index") ? "_index" : "index";
}

std::vector<std::string> column_names(const File& file, const std::string& path, const std::string& index) {
  std::vector<std::string> names;
  const auto ordered = Values::of_attribute(file, path, "column-order");
  if (ordered) return ordered->kind() == ValueKind::text ? ordered->texts() : names;  // h5py writes none as numbers
  for (const std::string& name : file.children(path))
    if (name != index && name != "__categories") names.push_back(name);
  return names;
}

Table read_group(const File& file, const std::string& path, std::vector<std::string>& notes) {
  Table table;
  table.index = index_name(file, path);
  if (!file.has(path + "/" + table.index))
    fail(Status::data, file.path(), ": ", path, " has no index (", path, "/", table.index,
         "); this is not a data frame as "
         "AnnData writes it");
  auto names = read_column(file, path, table.index);
  if (!names) fail(Status::data, file.path(), ": ", path, "/", table.index, " has an encoding that is unknown here");
  table.names = texts_of({table.index, std::move(*names)});
  for (const std::string& name : column_names(file, path, table.index)) {
    if (file.has(path + "/" + name))
      add_column(file, path, name, read_column(file, path, name), table, notes);
    else
      notes.push_back(concat("column ", path, "/", name, " is announced but missing"));
  }
  return table;
}

/// Before 0.7 a table was one dataset of records, its first field the index, and the categories of field f lay in
/// uns/f_categories.
Table read_records(const File& file, const std::string& path, std::vector<std::string>& notes) {
  const Dataset dataset = open_dataset(file, path);
  if (H5Tget_class(dataset.type) != H5T_COMPOUND)
    fail(Status::data, file.path(), ": ", path, " is not a data frame as AnnData writes it");
  Table table;
  for (int i = 0; i < H5Tget_nmembers(dataset.type); ++i) {
    char* const text = H5Tget_member_name(dataset.type, static_cast<unsigned>(i));
    const std::string name = text ? text : "";
    H5free_memory(text);
    const Values values = Values::of_field(file, path, name);
    if (i == 0) {
      table.index = name;
      table.names = values.texts();
      continue;
    }
    const std::string categories = "uns/" + name + "_categories";
    if (values.kind() == ValueKind::integer && file.is_dataset(categories))
      add_column(file, path, name, to_categories(file, path + "/" + name, values, category_names(file, categories)),
                 table, notes);
    else
      add_column(file, path, name, plain_values(values), table, notes);
  }
  return table;
}

}  // namespace

Table read_table(const File& file, const std::string& path, std::vector<std::string>& notes) {
  if (!file.has(path)) fail(Status::data, file.path(), ": ", path, " is missing; this is not a complete AnnData file");
  return file.is_group(path) ? read_group(file, path, notes) : read_records(file, path, notes);
}

bool is_text(const Column& column) {
  return std::holds_alternative<std::vector<std::string>>(column.values) ||
         std::holds_alternative<Categories>(column.values);
}

std::vector<std::string> texts_of(Column column) {
  if (auto* list = std::get_if<std::vector<std::string>>(&column.values)) return std::move(*list);
  std::vector<std::string> texts;
  if (const auto* categories = std::get_if<Categories>(&column.values)) {
    texts.reserve(categories->codes.size());
    for (const int32_t code : categories->codes)
      texts.push_back(code < 0 ? "" : categories->names[static_cast<size_t>(code)]);
  } else if (const auto* numbers = std::get_if<std::vector<int64_t>>(&column.values)) {
    for (const int64_t number : *numbers) texts.push_back(std::to_string(number));
  } else if (const auto* reals = std::get_if<std::vector<double>>(&column.values)) {
    for (const double real : *reals) texts.push_back(std::isnan(real) ? "" : concat(real));
  } else if (const auto* flags = std::get_if<std::vector<bool>>(&column.values)) {
    for (const bool flag : *flags) texts.push_back(flag ? "True" : "False");
  }
  return texts;
}

}  // namespace scprior::h5ad
