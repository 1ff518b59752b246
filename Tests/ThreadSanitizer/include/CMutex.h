#include <stdint.h>

#define SELF __attribute__((swift_context)) uint32_t *

/// `_MutexHandle._lockSlow(_:)` of Swift's Synchronization module.
__attribute__((swiftcall)) void lock_slow(uint32_t thread, SELF state)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

/// `_MutexHandle._unlockSlow()`.
__attribute__((swiftcall)) void unlock_slow(SELF state) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
