/* signal_stack.h: the alternate stack on which all of the runtime's signal handlers run, one a thread, with a guard below. */
#ifndef RUNTIME_PLATFORM_SIGNAL_STACK_H
#define RUNTIME_PLATFORM_SIGNAL_STACK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Memory for one. False: there is none. */
[[nodiscard]] bool signal_stack_map(stack_t *ret_stack);

/* Installs one for the calling thread, for its whole life. False: no memory. */
[[nodiscard]] bool signal_stack_install(uintptr_t *ret_low, uintptr_t *ret_high);

#endif
