/* load.h: a model from a trace file, in one pass. */
#ifndef GCTOOL_MODEL_LOAD_H
#define GCTOOL_MODEL_LOAD_H

#include "gctool/model/model.h"

struct error;

/* Who wants to know how far it has come: called now and then with the bytes that were read. */
struct load_watch {
    void (*each)(void *argument, uint64_t file_bytes);
    void *argument;
};

/* Reads all events of `reader`, then its stacks and symbols, and finishes the model. The interval is (since_ns, until_ns) of model_new().
 * `watch` may be NULL. Damage of the file is no error: it is in ret_model->file. 0, or negative with `reterr`. */
[[nodiscard]] int model_load(struct trace_reader *reader, uint64_t since_ns, uint64_t until_ns,
                             const struct load_watch *watch, struct model **ret_model, struct error *reterr);

#endif
