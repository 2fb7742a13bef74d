// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace scprior::app {

/// From now on Ctrl-C asks the work to end cleanly; a second Ctrl-C ends the program at once.
void catch_interrupt();
bool interrupted();

}  // namespace scprior::app
