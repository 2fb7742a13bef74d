// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_output.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "scprior/error.hpp"

namespace scprior::core {

namespace {

constexpr int64_t chunk_values = 1 << 16;
constexpr unsigned gzip_level = 4;
constexpr size_t memory_step = 16 << 20;

/// An HDF5 identifier, given back when it goes.
struct Handle {
  explicit Handle(hid_t value) : id(value) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id > 0) H5Idec_ref(id);
  }
  operator hid_t() const { return id; }
  hid_t id;
};

std::recursive_mutex& hdf5_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

extern "C" herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

std::string last_error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_innermost, &text);
  return text;
}

template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::is_same_v<T, int16_t>) return H5T_NATIVE_INT16;
  if constexpr (std::is_same_v<T, int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
}

hid_t native_type(at::ScalarType type) {
  switch (type) {
    case at::kByte: return H5T_NATIVE_UINT8;
    case at::kChar: return H5T_NATIVE_INT8;
    case at::kShort: return H5T_NATIVE_INT16;
    case at::kInt: return H5T_NATIVE_INT32;
    case at::kLong: return H5T_NATIVE_INT64;
    case at::kDouble: return H5T_NATIVE_DOUBLE;
    default: return H5T_NATIVE_FLOAT;  // stored() makes it so
  }
}

/// The tensor as it can be written: on the CPU, row after row, half floats widened.
at::Tensor stored(const at::Tensor& values) {
  at::Tensor result = values.detach().cpu();
  if (result.is_floating_point() && result.scalar_type() != at::kDouble) result = result.to(at::kFloat);
  if (result.scalar_type() == at::kBool) result = result.to(at::kChar);
  return result.contiguous();
}

Handle text_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return Handle(type);
}

/// Truth values as h5py stores them.
Handle boolean_type() {
  const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
  const int8_t no = 0, yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  return Handle(type);
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> result;
  result.reserve(texts.size());
  for (const std::string& text : texts) result.push_back(text.c_str());
  return result;
}

/// Chunks of about chunk_values values, of whole slices along the first axis where these are not too long.
std::vector<hsize_t> chunk_for(const std::vector<hsize_t>& sizes) {
  std::vector<hsize_t> chunk(sizes.size());
  hsize_t room = chunk_values;
  for (size_t axis = sizes.size(); axis-- > 0;) {
    chunk[axis] = std::min(sizes[axis], std::max<hsize_t>(1, room));
    room /= chunk[axis];
  }
  return chunk;
}

Handle space_for(const std::vector<hsize_t>& sizes) {
  if (sizes.empty()) return Handle(H5Screate(H5S_SCALAR));
  return Handle(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
}

}  // namespace

Hdf5Output::Hdf5Output(std::filesystem::path shown) : lock_(hdf5_mutex()), shown_(std::move(shown)) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_to_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle in_memory(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(in_memory, memory_step, false);
  file_ = H5Fcreate(shown_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, in_memory);
  if (file_ >= 0) return;
  const std::string said = last_error();
  H5Eset_auto2(H5E_DEFAULT, print_, print_to_);
  fail(Status::io, shown_.string(), ": cannot be built: ", said);
}

Hdf5Output::~Hdf5Output() {
  if (file_ >= 0) H5Fclose(file_);
  H5Eset_auto2(H5E_DEFAULT, print_, print_to_);
}

std::vector<char> Hdf5Output::bytes() {
  if (H5Fflush(file_, H5F_SCOPE_GLOBAL) < 0) failed();
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size < 0) failed();
  std::vector<char> image(static_cast<size_t>(size));
  if (H5Fget_file_image(file_, image.data(), image.size()) != size) failed();
  return image;
}

void Hdf5Output::failed() const {
  fail(Status::io, shown_.string(), ": cannot be built: ", last_error());
}

hid_t Hdf5Output::checked(hid_t id) const {
  if (id < 0) failed();
  return id;
}

void Hdf5Output::group(const std::string& name, const std::string& encoding, const std::string& version) {
  if (!name.empty()) {
    const Handle steps(H5Pcreate(H5P_LINK_CREATE));
    H5Pset_create_intermediate_group(steps, 1);
    const Handle made(checked(H5Gcreate2(file_, name.c_str(), steps, H5P_DEFAULT, H5P_DEFAULT)));
  }
  text_attribute(name, "encoding-type", encoding);
  text_attribute(name, "encoding-version", version);
}

void Hdf5Output::attribute(const std::string& object, const std::string& name, hid_t type,
                           const std::vector<int64_t>* sizes, const void* values) {
  const Handle owner(checked(H5Oopen(file_, object.empty() ? "/" : object.c_str(), H5P_DEFAULT)));
  const Handle space = space_for(sizes ? std::vector<hsize_t>(sizes->begin(), sizes->end()) : std::vector<hsize_t>{});
  const Handle made(checked(H5Acreate2(owner, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT)));
  if (!sizes || sizes->front() > 0) checked(H5Awrite(made, type, values));
}

void Hdf5Output::text_attribute(const std::string& object, const std::string& name, const std::string& value) {
  const char* const pointer = value.c_str();
  attribute(object, name, text_type(), nullptr, &pointer);
}

void Hdf5Output::texts_attribute(const std::string& object, const std::string& name,
                                 const std::vector<std::string>& values) {
  const std::vector<int64_t> sizes{static_cast<int64_t>(values.size())};
  attribute(object, name, text_type(), &sizes, pointers(values).data());
}

void Hdf5Output::integers_attribute(const std::string& object, const std::string& name,
                                    const std::vector<int64_t>& values) {
  const std::vector<int64_t> sizes{static_cast<int64_t>(values.size())};
  attribute(object, name, H5T_NATIVE_INT64, &sizes, values.data());
}

void Hdf5Output::boolean_attribute(const std::string& object, const std::string& name, bool value) {
  const int8_t number = value;
  attribute(object, name, boolean_type(), nullptr, &number);
}

void Hdf5Output::dataset(const std::string& name, hid_t type, const std::vector<int64_t>& sizes, const void* values,
                         bool packed, const char* encoding) {
  const std::vector<hsize_t> extents(sizes.begin(), sizes.end());
  const bool empty = std::find(extents.begin(), extents.end(), hsize_t{0}) != extents.end();
  const Handle space = space_for(extents);
  const Handle steps(H5Pcreate(H5P_LINK_CREATE)), layout(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_create_intermediate_group(steps, 1);
  H5Pset_obj_track_times(layout, false);  // equal contents make equal files
  if (packed && !empty) {
    checked(H5Pset_chunk(layout, static_cast<int>(extents.size()), chunk_for(extents).data()));
    checked(H5Pset_shuffle(layout));
    checked(H5Pset_deflate(layout, gzip_level));
  }
  {
    const Handle made(checked(H5Dcreate2(file_, name.c_str(), type, space, steps, layout, H5P_DEFAULT)));
    if (!empty) checked(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  }
  text_attribute(name, "encoding-type", encoding);
  text_attribute(name, "encoding-version", "0.2.0");
}

void Hdf5Output::text(const std::string& name, const std::string& value) {
  const char* const pointer = value.c_str();
  dataset(name, text_type(), {}, &pointer, false, "string");
}

void Hdf5Output::texts(const std::string& name, const std::vector<std::string>& values) {
  dataset(name, text_type(), {static_cast<int64_t>(values.size())}, pointers(values).data(), false, "string-array");
}

void Hdf5Output::booleans(const std::string& name, const std::vector<bool>& values) {
  const std::vector<int8_t> bytes(values.begin(), values.end());
  dataset(name, boolean_type(), {static_cast<int64_t>(values.size())}, bytes.data(), false, "array");
}

template <class T>
void Hdf5Output::numbers(const std::string& name, const std::vector<T>& values) {
  dataset(name, native_type<T>(), {static_cast<int64_t>(values.size())}, values.data(), false, "array");
}
template void Hdf5Output::numbers(const std::string&, const std::vector<int8_t>&);
template void Hdf5Output::numbers(const std::string&, const std::vector<int16_t>&);
template void Hdf5Output::numbers(const std::string&, const std::vector<int32_t>&);
template void Hdf5Output::numbers(const std::string&, const std::vector<int64_t>&);
template void Hdf5Output::numbers(const std::string&, const std::vector<double>&);

template <class T>
void Hdf5Output::packed_numbers(const std::string& name, const std::vector<T>& values) {
  dataset(name, native_type<T>(), {static_cast<int64_t>(values.size())}, values.data(), true, "array");
}
template void Hdf5Output::packed_numbers(const std::string&, const std::vector<int32_t>&);
template void Hdf5Output::packed_numbers(const std::string&, const std::vector<int64_t>&);
template void Hdf5Output::packed_numbers(const std::string&, const std::vector<float>&);

void Hdf5Output::tensor(const std::string& name, const at::Tensor& values) {
  const at::Tensor kept = stored(values);
  dataset(name, native_type(kept.scalar_type()), kept.sizes().vec(), kept.data_ptr(), false, "array");
}

}  // namespace scprior::core
