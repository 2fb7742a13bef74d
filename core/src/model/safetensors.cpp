// SPDX-License-Identifier: Apache-2.0
#include "model/safetensors.hpp"

#include <ATen/ATen.h>
#include <zlib.h>

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "io/read_file.hpp"
#include "io/replace_file.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors are little endian");

struct TypeName {
  const char* name;
  at::ScalarType type;
};
constexpr TypeName types[] = {{"F32", at::kFloat}, {"F64", at::kDouble}, {"I64", at::kLong},
                              {"I32", at::kInt},   {"U8", at::kByte},    {"BOOL", at::kBool}};

const char* name_of(at::ScalarType type) {
  for (const TypeName& known : types)
    if (known.type == type) return known.name;
  fail(Status::internal, "a tensor of type ", at::toString(type), " cannot be saved");
}

uint32_t checksum(const char* data, size_t size) {
  uLong crc = crc32(0, nullptr, 0);
  while (size > 0) {  // zlib's lengths are 32 bits wide
    const uInt part = static_cast<uInt>(std::min<size_t>(size, 1u << 30));
    crc = crc32(crc, reinterpret_cast<const Bytef*>(data), part);
    data += part;
    size -= part;
  }
  return static_cast<uint32_t>(crc);
}

/// One entry of the header, checked against the size of the data.
struct Placement {
  at::ScalarType type = at::kFloat;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;
};

Placement placement_of(const json& entry, uint64_t data_size) {
  Placement placement;
  const std::string type = entry.at("dtype").get<std::string>();
  bool known = false;
  for (const TypeName& candidate : types) {
    if (type != candidate.name) continue;
    placement.type = candidate.type;
    known = true;
  }
  if (!known) throw std::invalid_argument("type " + type + " is not supported");
  uint64_t bytes = at::elementSize(placement.type);
  for (const json& length : entry.at("shape")) {
    const auto n = length.get<uint64_t>();
    if (n != 0 && bytes > data_size / n) throw std::invalid_argument("the shape is larger than the file");
    bytes *= n;
    placement.shape.push_back(static_cast<int64_t>(n));
  }
  placement.begin = entry.at("data_offsets").at(0).get<uint64_t>();
  placement.end = entry.at("data_offsets").at(1).get<uint64_t>();
  if (placement.begin > placement.end || placement.end > data_size || placement.end - placement.begin != bytes)
    throw std::invalid_argument("the offsets do not fit the shape or the file");
  return placement;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors) {
  json header = json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor packed = tensor.detach().cpu().contiguous();
    const size_t begin = data.size();
    data.append(static_cast<const char*>(packed.data_ptr()), packed.nbytes());
    header[name] = {{"dtype", name_of(packed.scalar_type())},
                    {"shape", packed.sizes().vec()},
                    {"data_offsets", {begin, data.size()}}};
  }
  header["__metadata__"] = {{"format", "scprior"}, {"crc32", std::to_string(checksum(data.data(), data.size()))}};
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const uint64_t length = text.size();
  const std::string_view size(reinterpret_cast<const char*>(&length), sizeof length);
  replace_file(path, {size, text, data});
}

NamedTensors read_safetensors(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  const auto damaged = [&](const std::string& what) {
    fail(Status::data, path.string(), ": the file of weights is damaged: ", what,
         "; take the model from its source again");
  };
  uint64_t length = 0;
  if (bytes.size() < sizeof length) damaged("it is too short");
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > bytes.size() - sizeof length) damaged("its header is longer than the file (truncated?)");
  const char* data = bytes.data() + sizeof length + length;
  const uint64_t data_size = bytes.size() - sizeof length - length;
  NamedTensors tensors;
  std::string current = "header";
  try {
    const json header = json::parse(bytes.data() + sizeof length, data);
    if (header.contains("__metadata__") && header["__metadata__"].contains("crc32")) {
      const std::string expected = header["__metadata__"]["crc32"].get<std::string>();
      if (expected != std::to_string(checksum(data, data_size))) damaged("the checksum of the data is wrong");
    }
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") continue;
      current = name;
      const Placement placement = placement_of(entry, data_size);
      at::Tensor tensor = at::empty(placement.shape, placement.type);
      if (tensor.numel() > 0) std::memcpy(tensor.data_ptr(), data + placement.begin, placement.end - placement.begin);
      tensors.emplace(name, std::move(tensor));
    }
  } catch (const Error&) {
    throw;
  } catch (const json::exception&) {
    damaged(current == "header" ? "its header cannot be read"
                                : concat("its header says nothing sensible about ", current));
  } catch (const std::exception& failure) {
    damaged(concat(current, ": ", failure.what()));
  }
  return tensors;
}

}  // namespace scprior::core
