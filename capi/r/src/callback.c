/* SPDX-License-Identifier: Apache-2.0 */
/* R code that the library calls back, run so that nothing leaves it by longjmp. */
#include "glue.h"

int interrupt_waits = 0;

int run_guarded(void (*body)(void *), void *argument) {
  if (R_ToplevelExec(body, argument)) return 1;
  /* The user pressed Ctrl-C in the middle of the R code. It is run once more, so that the fit can end in order after
     this step and keep its best epoch; pressed again, it is a failure. */
  interrupt_waits = 1;
  return R_ToplevelExec(body, argument) ? 1 : 0;
}
