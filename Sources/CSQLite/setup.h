#ifndef HALLMARK_SQLITE_SETUP_H
#define HALLMARK_SQLITE_SETUP_H

#include <sqlite3.h>

/// Has SQLite count no bytes of its memory: the count is one for all threads, and each of their allocations waits
/// for it. Before SQLite is used for the first time; Swift can't call what takes any arguments.
static inline void hallmark_sqlite_uncounted(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

#endif
