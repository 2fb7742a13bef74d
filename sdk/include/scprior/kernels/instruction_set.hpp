// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace scprior::kernels {

/// `baseline` avoids the processor's extensions, for tests.
enum class InstructionSet { best, baseline };

}  // namespace scprior::kernels
