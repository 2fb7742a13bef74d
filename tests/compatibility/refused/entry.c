/* SPDX-License-Identifier: Apache-2.0 */
/* Entry functions that misbehave, one for each value of MISBEHAVIOUR. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "scprior/abi.h"

#define UNDEFINED 1
#define CRASHES 2
#define HANGS 3
#define EXITS 4
#define RETURNS_NOTHING 5
#define SAYS_WHY_NOT 6

int nobody_defines_this(void);

SCPRIOR_EXPORT const scprior_plugin *scprior_plugin_entry_v1(const scprior_host *host) {
#if MISBEHAVIOUR == UNDEFINED
  if (nobody_defines_this()) return NULL;
#elif MISBEHAVIOUR == CRASHES
  raise(SIGSEGV);
#elif MISBEHAVIOUR == HANGS
  for (;;) sleep(1);
#elif MISBEHAVIOUR == EXITS
  exit(0);
#elif MISBEHAVIOUR == SAYS_WHY_NOT
  host->set_error(host->context, SCPRIOR_E_PLUGIN, "there is no licence file");
#endif
  (void)host;
  return NULL;
}
