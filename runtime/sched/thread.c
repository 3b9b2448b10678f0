#include "sched/thread.h"

__thread struct thread *gcrt_thread __attribute__((tls_model("initial-exec"), visibility("hidden")));
