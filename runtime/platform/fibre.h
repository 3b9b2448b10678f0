/* fibre.h: what the sanitizers must be told at a change of stacks; nothing without them.
 *
 * fibre_leave() directly before context_switch(), fibre_arrive() directly after it or at the beginning of a new context.
 */
#ifndef RUNTIME_PLATFORM_FIBRE_H
#define RUNTIME_PLATFORM_FIBRE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__)
#define FIBRE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBRE_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define FIBRE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FIBRE_TSAN 1
#endif
#endif

/* For code that reads stacks and other people's data, whatever the sanitizers think of the gaps between variables. */
#define UNSANITIZED __attribute__((no_sanitize("address", "thread", "undefined")))

/* TSan keeps a signal back until the thread makes a call that it knows: nobody can be stopped in place. */
#ifdef FIBRE_TSAN
enum { FIBRE_DELAYS_SIGNALS = 1 };
#else
enum { FIBRE_DELAYS_SIGNALS = 0 };
#endif

#ifdef FIBRE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef FIBRE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* The handle of a new stack, or of the calling thread's own. */
static inline void *fibre_make(void)
{
#ifdef FIBRE_TSAN
    return __tsan_create_fiber(0);
#else
    return NULL;
#endif
}

static inline void *fibre_of_thread(void)
{
#ifdef FIBRE_TSAN
    return __tsan_get_current_fiber();
#else
    return NULL;
#endif
}

/* Going to the stack [low, high) with handle `fibre`. `ret_fake_stack` NULL: nobody comes back to the present stack. */
static inline void fibre_leave([[maybe_unused]] void **ret_fake_stack, [[maybe_unused]] uintptr_t low,
                               [[maybe_unused]] uintptr_t high, [[maybe_unused]] void *fibre)
{
#ifdef FIBRE_ASAN
    __sanitizer_start_switch_fiber(ret_fake_stack, (const void *)low, high - low);
#endif
#ifdef FIBRE_TSAN
    __tsan_switch_to_fiber(fibre, 0);
#endif
}

/* On the new stack; `fake_stack` as saved when it was left, NULL the first time. */
static inline void fibre_arrive([[maybe_unused]] void *fake_stack)
{
#ifdef FIBRE_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
#endif
}

/* A stack is used anew: frames that were left without returning poisoned it. */
static inline void fibre_clean([[maybe_unused]] uintptr_t low, [[maybe_unused]] uintptr_t high)
{
#ifdef FIBRE_ASAN
    __asan_unpoison_memory_region((const void *)low, high - low);
#endif
}

#endif
