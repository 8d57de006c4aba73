#pragma once

#include <sqlite3.h>

/// `sqlite3_config` takes any number of arguments, and Swift calls no such function. To be called before any other.
static inline int csqlite_keep_no_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
