/* The least that a fan-out can cost: one send() for each subscriber and tick.
 *
 * fanout PORT SUBSCRIBERS HZ FRAME-FILE: accepts that many HTTP requests on 127.0.0.1, answers each with the head of an
 * event stream, then sends all of them the bytes of FRAME-FILE as one HTTP chunk, HZ times a second, until it is ended.
 * The first "timestamp" in it is set to the tick's time.
 * Prints "listening" when it may be connected to.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                           "Cache-Control: no-store, no-transform\r\nTransfer-Encoding: chunked\r\n\r\n";

static int listen_on(int port)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024))
        err(1, "port %d", port);
    return listener;
}

/* Returns a subscriber whose request has been read and whose response has begun, or -1 for one that only knocked. */
static int admit(int listener)
{
    char request[4096];
    size_t length = 0;
    int subscriber = accept(listener, NULL, NULL), on = 1;
    if (subscriber < 0)
        err(1, "accept");
    do {
        ssize_t got = recv(subscriber, request + length, sizeof request - length, 0);
        if (got <= 0)
            return -1;
        length += got;
    } while (!memmem(request, length, "\r\n\r\n", 4));
    setsockopt(subscriber, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (send(subscriber, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) < 0)
        return -1;
    return subscriber;
}

/* Writes the time over the 24 characters after the first "timestamp":" of the chunk. */
static void stamp(char *chunk, size_t length)
{
    static const char NAME[] = "\"timestamp\":\"";
    char *found = memmem(chunk, length, NAME, sizeof NAME - 1), text[64];
    struct timespec now;
    struct tm when;
    if (!found)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &when));
    sprintf(text + 19, ".%03ldZ", now.tv_nsec / 1000000);
    memcpy(found + sizeof NAME - 1, text, 24);
}

static char *read_as_chunk(const char *path, size_t *length)
{
    static char frame[1 << 20], chunk[(1 << 20) + 32];
    FILE *file = fopen(path, "rb");
    if (!file)
        err(1, "%s", path);
    size_t size = fread(frame, 1, sizeof frame, file);
    fclose(file);
    *length = sprintf(chunk, "%zx\r\n", size);
    memcpy(chunk + *length, frame, size);
    memcpy(chunk + *length + size, "\r\n", 2);
    *length += size + 2;
    return chunk;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: fanout PORT SUBSCRIBERS HZ FRAME-FILE");
    int listener = listen_on(atoi(argv[1])), count = atoi(argv[2]);
    long period_ns = 1000000000L / atoi(argv[3]);
    size_t length;
    char *chunk = read_as_chunk(argv[4], &length);
    int *subscribers = calloc(count, sizeof *subscribers);
    puts("listening");
    fflush(stdout);
    for (int admitted = 0; admitted < count;)
        if ((subscribers[admitted] = admit(listener)) >= 0)
            admitted++;

    struct timespec tick;
    clock_gettime(CLOCK_MONOTONIC, &tick);
    for (;;) {
        tick.tv_nsec += period_ns;
        tick.tv_sec += tick.tv_nsec / 1000000000L;
        tick.tv_nsec %= 1000000000L;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &tick, NULL);
        stamp(chunk, length);
        for (int i = 0; i < count; i++)
            /* A frame that does not fit into the socket at once would mean that the subscribers lag: no fair measurement. */
            if (send(subscribers[i], chunk, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
                err(1, "subscriber %d did not take the whole frame", i);
    }
}
