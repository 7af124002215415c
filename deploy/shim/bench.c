/*
 * Measures a hook from exec to exit, against /bin/true, against the limit (a static program that writes the
 * same bytes into a new file and calls fdatasync once) and against an empty bash hook:
 *
 *     layout.sh --trial DIR; HOOKBRIDGE_DATA_DIR=DIR bench SHIM DIR [ROUNDS]
 *
 * One after the other, then 32 at once, the programs taking turns in every round so that a slow moment of the
 * machine hits all alike. Stdin is a pipe that holds 8 KB, as libvirt's is. The machine's virtualisation
 * matters: glibc's start-up asks for the processor's features, which a hypervisor traps; quote the machine
 * with a figure.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 4, SIZE = 8192, AT_ONCE = 32 };

static const char *const names[PROGRAMS] = {"shim", "/bin/true", "limit", "bash"};
static char *programs[PROGRAMS];
static char folder[3000], limit_folder[3072], bash_hook[3072];
static char xml[SIZE];
static double *times[PROGRAMS];
static size_t taken[PROGRAMS];
extern char **environ;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

/* The limit: what no durable hook can beat. */
static int limit(const char *in)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%d", in, (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n = read(0, xml, SIZE);
    return fd < 0 || write(fd, xml, n) != n || fdatasync(fd) != 0;
}

static pid_t launch(int which)
{
    static char *hook_args[] = {"/etc/libvirt/hooks/qemu", "guest", "prepare", "begin", "-", NULL};
    char *limit_args[] = {"bench", "--limit", limit_folder, NULL};
    posix_spawn_file_actions_t actions;
    int in[2];
    pid_t pid;
    must(pipe2(in, O_CLOEXEC) == 0 && write(in[1], xml, SIZE) == SIZE, "pipe");
    close(in[1]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    char **args = which == 2 ? limit_args : hook_args;
    must(posix_spawn(&pid, programs[which], &actions, NULL, args, environ) == 0, programs[which]);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    return pid;
}

static void ended(int which, double began, int status)
{
    times[which][taken[which]++] = now_us() - began;
    if (status != 0)
        printf("%s ended with status %d\n", names[which], status);
}

static void one(int which)
{
    int status;
    double began = now_us();
    pid_t pid = launch(which);
    waitpid(pid, &status, 0);
    ended(which, began, status);
}

/* Keeps AT_ONCE running until `count` have ended; returns how long all took. */
static double many(int which, int count)
{
    pid_t pids[AT_ONCE] = {0};
    double began[AT_ONCE], start = now_us();
    int running = 0, started = 0, status;
    while (started < count || running > 0) {
        for (int i = 0; i < AT_ONCE && started < count; i++)
            if (!pids[i]) {
                began[i] = now_us();
                pids[i] = launch(which);
                started++;
                running++;
            }
        pid_t pid = waitpid(-1, &status, 0);
        for (int i = 0; i < AT_ONCE; i++)
            if (pids[i] == pid) {
                ended(which, began[i], status);
                pids[i] = 0;
                running--;
            }
    }
    return now_us() - start;
}

static int by_value(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return (d > 0) - (d < 0);
}

static void report(const char *title, const double *rates)
{
    double p50[PROGRAMS], p99[PROGRAMS];
    for (int i = 0; i < PROGRAMS; i++) {
        qsort(times[i], taken[i], sizeof(double), by_value);
        p50[i] = times[i][taken[i] / 2];
        p99[i] = times[i][taken[i] * 99 / 100];
    }
    printf("%s\n%-10s %8s %8s %8s %12s %12s %12s\n", title, "", "p50 us", "p99 us", "per s", "p50 / true",
           "p50 / limit", "p99 / true");
    for (int i = 0; i < PROGRAMS; i++) {
        printf("%-10s %8.0f %8.0f %8.0f %12.2f %12.2f %12.2f\n", names[i], p50[i], p99[i],
               rates ? rates[i] : 1e6 / p50[i], p50[i] / p50[1], p50[i] / p50[2], p99[i] / p99[1]);
        taken[i] = 0;
    }
}

/* A new order in every round: who follows a program that wrote pays for some of its work. */
static int turn(int i)
{
    static int order[PROGRAMS] = {0, 1, 2, 3};
    for (int k = PROGRAMS - 1; i == 0 && k > 0; k--) {
        int other = rand() % (k + 1), which = order[k];
        order[k] = order[other];
        order[other] = which;
    }
    return order[i];
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--limit"))
        return limit(argv[2]);
    if (argc < 3) {
        fprintf(stderr, "usage: HOOKBRIDGE_DATA_DIR=DIR bench SHIM DIR [ROUNDS]\n");
        return 2;
    }
    int rounds = argc > 3 ? atoi(argv[3]) : 1000;
    snprintf(folder, sizeof folder, "%s", argv[2]);
    snprintf(limit_folder, sizeof limit_folder, "%s/limit", folder);
    snprintf(bash_hook, sizeof bash_hook, "%s/bash-hook", folder);
    mkdir(limit_folder, 0700);
    int script = open(bash_hook, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    must(script >= 0 && write(script, "#!/bin/bash\n", 12) == 12 && close(script) == 0, bash_hook);
    memset(xml, 'x', SIZE);
    programs[0] = argv[1];
    programs[1] = "/bin/true";
    programs[2] = "/proc/self/exe";
    programs[3] = bash_hook;
    for (int i = 0; i < PROGRAMS; i++)
        times[i] = calloc(2 * rounds + 2 * AT_ONCE, sizeof(double));

    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < PROGRAMS; i++)
            one(turn(i));
    report("one at a time", NULL);

    double took[PROGRAMS] = {0}, rates[PROGRAMS];
    int batches = rounds / 100 + 1, batch = 2 * AT_ONCE;
    for (int round = 0; round < batches; round++)
        for (int i = 0; i < PROGRAMS; i++) {
            int which = turn(i);
            took[which] += many(which, batch);
        }
    for (int i = 0; i < PROGRAMS; i++)
        rates[i] = batches * batch / (took[i] / 1e6);
    report("32 at once", rates);
    return 0;
}
