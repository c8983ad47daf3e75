/* source.h - where blocks come from: an algod, or a folder of recorded blocks. Each is the body of one thread that
 * keeps the ring (pipe.h) filled until the session ends. Faults are waited for with back-off and logged; none ends the
 * session but a refused token. */
#ifndef IX_SOURCE_H
#define IX_SOURCE_H

#include "pipe.h"

typedef struct ix_algod {
  ix_pipe_t *pipe;
  const char *url;   /* without a slash at the end */
  const char *token; /* NULL: none */
  void *multi;       /* CURLM, made by the caller: it can be woken before the thread runs */
} ix_algod_t;
algo_code_t ix_algod_init(ix_algod_t *a, algo_err_t *err) ALGO_NODISCARD; /* url, token and pipe are set */
void ix_algod_fini(ix_algod_t *a);
void ix_algod_wake(void *algod);
void *ix_algod_main(void *algod);

typedef struct ix_folder {
  ix_pipe_t *pipe;
  const char *path; /* NNNNNN.msgp */
  pthread_cond_t awake;
  bool poked;
} ix_folder_t;
void ix_folder_init(ix_folder_t *f);
void ix_folder_fini(ix_folder_t *f);
void ix_folder_wake(void *folder); /* with the pipe's lock held */
void *ix_folder_main(void *folder);

#endif
