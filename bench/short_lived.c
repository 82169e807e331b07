/* Starts argv[1] processes a second, each of which uses the processor for argv[2] microseconds and ends; waits for each. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double cpu_seconds(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec + used.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    long a_second = argc > 1 ? atol(argv[1]) : 200, microseconds = argc > 2 ? atol(argv[2]) : 1000;
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    puts("ready");
    fflush(stdout);
    for (;;) {
        due.tv_nsec += 1000000000L / a_second;
        if (due.tv_nsec >= 1000000000L) {
            due.tv_sec++;
            due.tv_nsec -= 1000000000L;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        if (fork() == 0) {
            while (cpu_seconds() < microseconds / 1e6) continue;
            _exit(0);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    }
}
