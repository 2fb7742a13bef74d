// SPDX-License-Identifier: Apache-2.0
#include "file.hpp"

#include <cstdio>

#include "scprior/error.hpp"

namespace scprior::h5ad {

namespace {

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

/// From HDF5's "truncated file: eof = 100, sblock->base_addr = 0, stored_eof = 4832".
std::string truncated_text(const std::string& said) {
  unsigned long long there = 0, base = 0, whole = 0;
  const bool told = std::sscanf(said.c_str(), "truncated file: eof = %llu, sblock->base_addr = %llu, stored_eof = %llu",
                                &there, &base, &whole) == 3;
  const std::string bytes = told ? concat(" (", there, " of ", base + whole, " bytes are there)") : "";
  return "the file is truncated" + bytes + "; copy or download it again";
}

/// What most likely keeps HDF5 from opening a file that has its signature.
std::string why_not_opened(const std::string& said) {
  if (contains(said, "lock")) return "another program has the file open for writing; close it there first";
  if (contains(said, "already open for write"))
    return "the program that wrote the file did not finish, or still has it open; write it again";
  if (contains(said, "version"))
    return "the file was written by a newer HDF5 than this program has, or is damaged; write it again with anndata's "
           "write_h5ad";
  return "the file is truncated or damaged; copy or download it again";
}

std::string as_said(const std::string& said) {
  return said.empty() ? "" : " (HDF5: " + said + ")";
}

}  // namespace

File::File(const std::string& path) : path_(path), id_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
  if (id_.valid()) return;
  const std::string said = last_error();
  if (contains(said, "truncated")) fail(Status::io, path, ": ", truncated_text(said));
  fail(Status::io, path, ": ", why_not_opened(said), as_said(said));
}

bool File::has(const std::string& object) const {
  // HDF5 asks for every step of the path to exist before it can be asked about the next.
  for (size_t slash = object.find('/');; slash = object.find('/', slash + 1)) {
    const std::string step = object.substr(0, slash);
    if (!step.empty() && step.back() != '/' && !has_link(step)) return false;
    if (slash == std::string::npos) break;
  }
  const htri_t exists = H5Oexists_by_name(id_, object.c_str(), H5P_DEFAULT);
  if (exists < 0) damaged(object);
  return exists > 0;
}

bool File::has_link(const std::string& step) const {
  const htri_t exists = H5Lexists(id_, step.c_str(), H5P_DEFAULT);
  if (exists >= 0) return exists > 0;
  const size_t slash = step.rfind('/');
  if (slash == std::string::npos || is_group(step.substr(0, slash))) damaged(step);
  return false;  // what should hold it is no group
}

H5I_type_t File::type_of(const std::string& object) const {
  if (!has(object)) return H5I_BADID;
  return H5Iget_type(good(H5Oopen(id_, object.c_str(), H5P_DEFAULT), object));
}

bool File::is_group(const std::string& object) const {
  return type_of(object) == H5I_GROUP;
}

bool File::is_dataset(const std::string& object) const {
  return type_of(object) == H5I_DATASET;
}

std::vector<std::string> File::children(const std::string& group) const {
  if (!is_group(group)) return {};
  const Handle opened = good(H5Gopen2(id_, group.c_str(), H5P_DEFAULT), group);
  H5G_info_t info = {};
  check(H5Gget_info(opened, &info), group);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto name_of = [&](char* text, size_t room) {
      return H5Lget_name_by_idx(opened, ".", H5_INDEX_NAME, H5_ITER_INC, i, text, room, H5P_DEFAULT);
    };
    const ssize_t length = name_of(nullptr, 0);
    if (length < 0) damaged(group);
    std::string name(static_cast<size_t>(length), '\0');
    if (name_of(name.data(), name.size() + 1) < 0) damaged(group);
    names.push_back(std::move(name));
  }
  return names;
}

void File::damaged(const std::string& object) const {
  const std::string said = last_error();
  damaged(object, said.empty() ? "" : "HDF5: " + said);
}

void File::damaged(const std::string& object, const std::string& why) const {
  fail(Status::io, path_, ": cannot read ", object, ": the file is truncated or damaged; copy or download it again",
       why.empty() ? "" : " (" + why + ")");
}

Handle File::good(hid_t id, const std::string& object) const {
  if (id < 0) damaged(object);
  return Handle(id);
}

void File::check(herr_t status, const std::string& object) const {
  if (status < 0) damaged(object);
}

}  // namespace scprior::h5ad
