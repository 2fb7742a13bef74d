// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace scprior::capi {

/// Gives a text to the caller, see "Text" in scprior.h.
/// Errors: Error{argument} a buffer too small, or NULL with a capacity.
void give_text(const std::string& text, char* buffer, size_t capacity, size_t* needed);

/// As give_text, of a JSON list of texts.
void give_list(const std::vector<std::string>& texts, char* buffer, size_t capacity, size_t* needed);

/// A text that must be there. what: "path". Errors: Error{argument} NULL.
std::string text_of(const char* text, const char* what);

/// NULL = "".
std::string text_or_empty(const char* text);

/// A list of texts. Errors: Error{argument} n < 0, the list or one of its texts NULL.
std::vector<std::string> texts_of(const char* const* texts, int64_t n, const char* what);

}  // namespace scprior::capi
