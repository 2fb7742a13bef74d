// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scprior/kernels/bf16_product.hpp"

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define SCPRIOR_X86_BF16 1
#else
#define SCPRIOR_X86_BF16 0
#endif

namespace scprior::kernels {

bool amx_is_usable();
void bf16_product_amx(const Bf16Product& product);
bool avx512_bf16_is_usable();
void bf16_product_avx512(const Bf16Product& product);

}  // namespace scprior::kernels
