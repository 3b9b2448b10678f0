/* What the models share: a futex word each sleeper compares, as futex(2) does: the comparison and going to sleep are one step. */
#define THREADS 3

#define FUTEX(name) byte name; bool name##_asleep[THREADS]
#define FUTEX_LIE_DOWN(name, value) atomic { if :: name == (value) -> name##_asleep[self] = true :: else fi }
#define FUTEX_WAIT(name, value) FUTEX_LIE_DOWN(name, value); !name##_asleep[self]
#define FUTEX_WAKE_ALL(name) \
    d_step { name##_asleep[0] = false; name##_asleep[1] = false; name##_asleep[2] = false }
