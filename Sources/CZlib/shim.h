#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

// `inflateInit2` is a macro that adds the library's version and the structure's size.
static inline int cinflateInit2(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

#endif
