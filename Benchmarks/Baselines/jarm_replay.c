// The least a client can do for JARM: for each endpoint ten connections one after another, one recorded
// ClientHello on each, read to the end of the first record, reset. Nothing is hashed or written.
//
//   jarm_replay PORT ENDPOINTS IN-FLIGHT < hellos: the ten hellos, each a TLS record, one after another
#include "common.h"

enum { hellos = 10 };
static unsigned char recorded[65536];
static int offset[hellos + 1];

typedef struct {
  uv_tcp_t tcp;
  uv_connect_t connect;
  int endpoint, hello, count, length;
  unsigned char header[5];
} probe;

static void begin(probe *p);
static char room[65536];

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(room, sizeof room);
}

// The next hello, or the next endpoint.
static void closed(uv_handle_t *handle) {
  probe *p = handle->data;
  if (++p->hello == hellos) {
    succeeded++;
    if (started == total) return;
    p->endpoint = started++;
    p->hello = 0;
  }
  begin(p);
}

static void finish(probe *p) {
  if (uv_is_closing((uv_handle_t *)&p->tcp)) return;
  reset_on_close(&p->tcp);
  uv_close((uv_handle_t *)&p->tcp, closed);
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  probe *p = stream->data;
  if (count < 0) {
    if (!p->count) failed++;
    return finish(p);
  }
  for (int i = 0; i < count && p->count + i < 5; i++) p->header[p->count + i] = buffer->base[i];
  p->count += count;
  if (p->count >= 5 && p->count >= 5 + (p->header[3] << 8 | p->header[4])) finish(p);
}

static void connected(uv_connect_t *request, int status) {
  probe *p = request->data;
  if (status < 0) {
    failed++;
    return finish(p);
  }
  uv_buf_t hello = uv_buf_init((char *)recorded + offset[p->hello], offset[p->hello + 1] - offset[p->hello]);
  uv_try_write((uv_stream_t *)&p->tcp, &hello, 1);
  uv_read_start((uv_stream_t *)&p->tcp, allocate, received);
}

static void begin(probe *p) {
  struct sockaddr_in address = target_address(p->endpoint);
  p->count = 0;
  uv_tcp_init(loop, &p->tcp);
  p->tcp.data = p->connect.data = p;
  if (uv_tcp_connect(&p->connect, &p->tcp, (struct sockaddr *)&address, connected) < 0) {
    failed++;
    finish(p);
  }
}

int main(int argc, char **argv) {
  parse_arguments(argc, argv);
  int count = fread(recorded, 1, sizeof recorded, stdin);
  for (int i = 0; i < hellos; i++) {
    if (offset[i] + 5 > count) return fprintf(stderr, "fewer than ten hellos\n"), 65;
    offset[i + 1] = offset[i] + 5 + (recorded[offset[i] + 3] << 8 | recorded[offset[i] + 4]);
    if (offset[i + 1] > count) return fprintf(stderr, "a hello is cut off\n"), 65;
  }
  uint64_t start = uv_hrtime();
  while (started < total && started < concurrency) {
    probe *p = calloc(1, sizeof *p);
    p->endpoint = started++;
    begin(p);
  }
  uv_run(loop, UV_RUN_DEFAULT);
  report("jarm_replay", start);
}
