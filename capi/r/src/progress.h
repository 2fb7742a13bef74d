/* SPDX-License-Identifier: Apache-2.0 */
/* What happens after every training step: interrupts, the line in the console, the user's own function. */
#ifndef SCPRIOR_R_PROGRESS_H
#define SCPRIOR_R_PROGRESS_H

#include "glue.h"

typedef struct progress_state {
  int console;     /* write a line to the console */
  SEXP function;   /* of the user, or NULL (R_NilValue) */
  int line_begun;  /* the console's line is not ended yet */
  double written;  /* when it was written, in seconds of training */
  int interrupted; /* Ctrl-C */
  int failed;      /* the user's function failed */
} progress_state;

/* Of the R argument `progress`: FALSE = none, TRUE = a line in the console, or a function. */
progress_state progress_of(SEXP progress);

int32_t on_progress(void *state, const scprior_progress *progress);
void end_line(progress_state *state);

/* What the library says of its work goes to the console of this state, if it has one, until NULL is given. */
void show_notes(progress_state *state);
void on_note(const char *text);

#endif
