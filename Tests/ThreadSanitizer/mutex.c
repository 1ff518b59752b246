// ThreadSanitizer sees a Mutex of Swift's Synchronization module only where nobody waits: the way through the kernel lies
// in a library that is not instrumented, and what the lock protects seems to race. With this file in a program, who
// waits spins here instead, where the sanitizer sees it.
#include "CMutex.h"
#include <sched.h>

__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF state) {
  for (;;) {
    uint32_t unlocked = 0;
    if (__atomic_compare_exchange_n(state, &unlocked, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
    sched_yield();
  }
}

__attribute__((swiftcall)) void unlock_slow(SELF state) { __atomic_store_n(state, 0, __ATOMIC_RELEASE); }
