// SPDX-License-Identifier: Apache-2.0
#include "inspect.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::string_view signature = "\x89HDF\r\n\x1a\n"sv;

std::string first_bytes(std::ifstream& file, int64_t offset, size_t count) {
  std::string bytes(count, '\0');
  file.clear();
  file.seekg(offset);
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

bool starts_with_any(const std::string& text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

bool is_printable(const std::string& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code >= 32 || c == '\n' || c == '\r' || c == '\t';
  });
}

std::string what_it_is(const std::string& bytes) {
  if (starts_with_any(bytes, {"\x1f\x8b"sv})) return "it is packed with gzip; unpack it with gunzip first";
  if (starts_with_any(bytes, {"PK\x03\x04"sv}))
    return "it is a zip archive; unpack it first, or, if it is a Zarr store, write it as .h5ad with anndata";
  if (starts_with_any(bytes, {"\x89HDF"sv}))
    return "it was an HDF5 file that a transfer in text mode has damaged; transfer it again in binary mode";
  if (starts_with_any(bytes, {"version https://git-lfs"sv}))
    return "it is only the pointer to a large file kept by git; run git lfs pull";
  if (starts_with_any(bytes, {"<!DOCTYPE"sv, "<!doctype"sv, "<html"sv, "<HTML"sv}))
    return "it is a web page, so the download failed; download it again";
  if (is_printable(bytes)) return "it looks like a text file; choose the loader for its format";
  return "it is of another format or damaged";
}

std::string what_the_folder_is(const fs::path& path) {
  const auto holds = [&](const char* name) { return fs::exists(path / name); };
  if (holds(".zgroup") || holds(".zattrs") || holds("zarr.json"))
    return "it is a Zarr store; in Python, anndata.read_zarr(...).write_h5ad(...) makes an .h5ad file of it";
  if (holds("matrix.mtx") || holds("matrix.mtx.gz"))
    return "it is a folder with a Matrix Market file, as 10x writes it";
  return "it is a folder; give the path of the .h5ad file in it";
}

}  // namespace

bool has_hdf5_signature(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  for (int64_t offset = 0; file; offset = offset == 0 ? 512 : 2 * offset) {
    const std::string bytes = first_bytes(file, offset, signature.size());
    if (bytes == signature) return true;
    if (bytes.size() < signature.size()) return false;
  }
  return false;
}

void require_hdf5(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) fail(Status::io, path, ": there is no such file");
  if (status.type() == fs::file_type::none) fail(Status::io, path, ": cannot be opened: ", error.message());
  if (fs::is_directory(status)) fail(Status::io, path, ": not an .h5ad file: ", what_the_folder_is(path));
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(Status::io, path, ": cannot be opened: ", std::strerror(errno));
  const std::string bytes = first_bytes(file, 0, 256);
  if (bytes.empty()) fail(Status::io, path, ": the file is empty");
  if (!has_hdf5_signature(path)) fail(Status::io, path, ": not an .h5ad file (no HDF5): ", what_it_is(bytes));
}

void require_anndata(const File& file) {
  const bool has_matrix = file.has("X") || file.has("layers") || file.has("raw/X") || file.has("raw.X");
  if (file.has("obs") && file.has("var") && has_matrix) return;
  const auto refuse = [&](const char* what) { fail(Status::data, file.path(), ": not an AnnData file: ", what); };
  if (file.is_group("matrix") && file.has("matrix/barcodes"))
    refuse("it looks like 10x Genomics' .h5 (it has /matrix/barcodes); choose the loader for that format");
  if (file.is_dataset("matrix") && file.has("row_attrs"))
    refuse("it looks like a loom file (it has /matrix and /row_attrs); choose the loader for that format");
  if (file.has("mod")) refuse("it looks like MuData's .h5mu; write one of its modalities with anndata's write_h5ad");
  if (file.has("assays")) refuse("it looks like h5Seurat (it has /assays); convert it to .h5ad first");
  for (const std::string& group : file.children("/"))
    if (file.has(group + "/barcodes"))
      refuse(
          "it looks like an old .h5 of 10x Genomics (it has a group with barcodes); choose the loader for that format");
  if (file.has("obs") && file.has("var"))
    refuse("it has cells and genes but no matrix (X, layers or raw), so there are no counts in it");
  const std::vector<std::string> names = file.children("/");
  std::string list;
  for (size_t i = 0; i < std::min<size_t>(names.size(), 10); ++i) list += (i ? ", " : "") + names[i];
  fail(Status::data, file.path(), ": not an AnnData file: obs, var or X is missing; the file holds ",
       list.empty() ? "nothing" : list);
}

}  // namespace scprior::h5ad
