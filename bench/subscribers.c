/* The subscribers of the fan-out: many HTTP clients in one process, which counts what each of them received.
 *
 * subscribers HOST PORT PATH COUNT: connects one after another, prints "connected", and reads all streams. For each line
 * on its standard input it waits until nothing has arrived for QUIET_MS (so that no tick is cut in two; PATIENCE_MS at
 * most), prints
 *     EVENTS FEWEST MOST GAPS CLOSED P50 P99
 * and counts from zero again. An event is complete at its blank line; named events (hello, heartbeat) are not counted,
 * those named "gap" apart. FEWEST and MOST are of one subscriber. CLOSED is how many streams have ended so far. P50 and
 * P99 are the microseconds from an event's own "timestamp" to its last byte's arrival at the socket, as the kernel
 * stamped it: how long this program took to read it is not in them. They are 0 where events have no such time. It
 * ends with its standard input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 50, PATIENCE_MS = 2000, MOST_DELAYS = 1 << 20 };

static long delays_us[MOST_DELAYS];
static int delays;
static struct timespec arrival; /* of what is being read */

struct subscriber {
    int socket;
    bool chunked;
    enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_END } state;
    size_t chunk_left;
    char field[96]; /* how the current line begins */
    size_t line_length;
    bool has_data, is_named, is_gap;
    unsigned long events, gaps;
};

/* The event's own time is among its first bytes: {"id":"...","timestamp":"2026-11-24T09:50:48.123Z",... */
static void note_delay(const char *line, size_t length)
{
    static const char NAME[] = "\"timestamp\":\"";
    struct tm when = {0};
    const char *found = memmem(line, length, NAME, sizeof NAME - 1);
    int milliseconds;
    if (!found || found + sizeof NAME - 1 + 24 > line + length || delays == MOST_DELAYS)
        return;
    const char *rest = strptime(found + sizeof NAME - 1, "%Y-%m-%dT%H:%M:%S", &when);
    if (!rest || sscanf(rest, ".%3dZ", &milliseconds) != 1)
        return;
    delays_us[delays++] = (arrival.tv_sec - timegm(&when)) * 1000000L + arrival.tv_nsec / 1000 - milliseconds * 1000L;
}

static int by_size(const void *one, const void *other)
{
    long a = *(const long *)one, b = *(const long *)other;
    return (a > b) - (a < b);
}

/* One byte of the event stream. CR is left out: all servers compared end their lines in LF or CRLF. */
static void take_stream_byte(struct subscriber *s, char byte)
{
    if (byte == '\r')
        return;
    if (byte != '\n') {
        if (s->line_length < sizeof s->field)
            s->field[s->line_length] = byte;
        s->line_length++;
        return;
    }
    if (s->line_length == 0) {
        if (s->has_data && !s->is_named) {
            s->events++;
            note_delay(s->field, sizeof s->field);
        }
        s->gaps += s->is_gap;
        s->has_data = s->is_named = s->is_gap = false;
    } else if (s->line_length >= 5 && !memcmp(s->field, "data:", 5)) {
        s->has_data = true;
    } else if (s->line_length >= 6 && !memcmp(s->field, "event:", 6)) {
        s->is_named = true;
        s->is_gap = s->line_length == 10 && !memcmp(s->field, "event: gap", 10);
    }
    s->line_length = 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* One byte of the response's body: chunk framing is taken off. */
static void take_body_byte(struct subscriber *s, char byte)
{
    if (!s->chunked) {
        take_stream_byte(s, byte);
        return;
    }
    switch (s->state) {
    case CHUNK_SIZE:
        if (hex_digit(byte) >= 0)
            s->chunk_left = s->chunk_left * 16 + hex_digit(byte);
        else if (byte == '\n')
            s->state = s->chunk_left ? CHUNK_DATA : CHUNK_END;
        break;
    case CHUNK_DATA:
        take_stream_byte(s, byte);
        if (--s->chunk_left == 0)
            s->state = CHUNK_END;
        break;
    case CHUNK_END:
        if (byte == '\n')
            s->state = CHUNK_SIZE;
        break;
    }
}

/* Connections come from several loopback addresses, 250 from each: a limit for one client address is no subject here. */
static void subscribe(struct subscriber *s, int number, const char *host, int port, const char *path)
{
    char head[4096];
    size_t length = 0;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number / 250)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &to.sin_addr);
    s->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (s->socket < 0)
        err(1, "socket %d", number);
    if (bind(s->socket, (struct sockaddr *)&from, sizeof from) || connect(s->socket, (struct sockaddr *)&to, sizeof to))
        err(1, "subscriber %d can't connect", number);
    dprintf(s->socket, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: text/event-stream\r\n\r\n", path, host, port);
    while (length < 4 || memcmp(head + length - 4, "\r\n\r\n", 4)) {
        if (length == sizeof head - 1 || recv(s->socket, head + length, 1, 0) != 1)
            errx(1, "subscriber %d got no response: %.*s", number, (int)length, head);
        length++;
    }
    head[length] = 0;
    if (strncmp(head, "HTTP/1.1 200", 12))
        errx(1, "subscriber %d was refused: %s", number, head);
    s->chunked = strcasestr(head, "transfer-encoding: chunked") != NULL;
}

static void tell_and_reset(struct subscriber *subscribers, int count, int closed)
{
    unsigned long events = 0, gaps = 0, fewest = -1, most = 0;
    for (int i = 0; i < count; i++) {
        struct subscriber *s = &subscribers[i];
        events += s->events, gaps += s->gaps;
        fewest = s->events < fewest ? s->events : fewest;
        most = s->events > most ? s->events : most;
        s->events = s->gaps = 0;
    }
    qsort(delays_us, delays, sizeof *delays_us, by_size);
    long p50 = delays ? delays_us[delays / 2] : 0, p99 = delays ? delays_us[(long)delays * 99 / 100] : 0;
    delays = 0;
    printf("%lu %lu %lu %lu %d %ld %ld\n", events, fewest, most, gaps, closed, p50, p99);
    fflush(stdout);
}

/* Reads what is there, and notes when the last of it arrived. */
static ssize_t receive(int socket, char *bytes, size_t size)
{
    struct iovec into = {bytes, size};
    char control[128];
    struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT);
    for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); got > 0 && each; each = CMSG_NXTHDR(&message, each))
        if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&arrival, CMSG_DATA(each), sizeof arrival);
    return got;
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: subscribers HOST PORT PATH COUNT");
    int count = atoi(argv[4]), closed = 0, poller = epoll_create1(0);
    struct subscriber *subscribers = calloc(count, sizeof *subscribers);
    struct epoll_event ready[256], asked = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &asked);
    for (int i = 0; i < count; i++) {
        subscribe(&subscribers[i], i, argv[1], atoi(argv[2]), argv[3]);
        setsockopt(subscribers[i].socket, SOL_SOCKET, SO_TIMESTAMPNS, &(int){1}, sizeof(int));
        struct epoll_event readable = {.events = EPOLLIN, .data.ptr = &subscribers[i]};
        epoll_ctl(poller, EPOLL_CTL_ADD, subscribers[i].socket, &readable);
    }
    puts("connected");
    fflush(stdout);

    static char bytes[1 << 16];
    bool is_asked = false;
    for (long asked_ms = 0;;) {
        int found = epoll_wait(poller, ready, 256, is_asked ? QUIET_MS : -1);
        if (is_asked && (found == 0 || now_ms() - asked_ms > PATIENCE_MS)) {
            tell_and_reset(subscribers, count, closed);
            is_asked = false;
        }
        for (int i = 0; i < found; i++) {
            struct subscriber *s = ready[i].data.ptr;
            if (!s) {
                if (read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
                    return 0;
                is_asked = true, asked_ms = now_ms();
                continue;
            }
            ssize_t got = receive(s->socket, bytes, sizeof bytes);
            if (got <= 0) {
                epoll_ctl(poller, EPOLL_CTL_DEL, s->socket, NULL);
                closed++;
                continue;
            }
            for (ssize_t n = 0; n < got; n++)
                take_body_byte(s, bytes[n]);
        }
    }
}
