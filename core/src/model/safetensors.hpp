// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

// The safetensors format: a length, a JSON header of names, types, shapes and offsets, then raw little-endian data.
// Reading executes nothing. https://github.com/huggingface/safetensors

namespace scprior::core {

using NamedTensors = std::map<std::string, at::Tensor>;

/// Writes the tensors and, in the header's metadata, a CRC-32 of the data. The file is replaced only once it is
/// complete. Errors: Error{io} with the path.
void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors);

/// Reads a whole file. Every length, offset and type is checked before it is used, and the checksum where the file has
/// one. Errors: Error{io} cannot be read; Error{data} damaged, with what is wrong.
NamedTensors read_safetensors(const std::filesystem::path& path);

}  // namespace scprior::core
