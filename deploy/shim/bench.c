/*
 * Measures hooks from exec to exit, in one run, as Markdown:
 *
 *     bench [--spares FOLDER] DIR STDIN ROUNDS[/GAP_MS] NAME[/N]=PROGRAM...
 *
 * With --spares that folder, the mailbox's `new`, is kept filled with spares, as the agent does it, at moments that
 * are not measured.
 *
 * The programs take turns in every round, so that a slow moment of the machine hits all alike; NAME/N takes part
 * in every N-th round only. First one at a time, then 32 at once; with a gap before each call, only the former. STDIN, a file of at most 64 KiB, reaches each
 * through a pipe, as from libvirt. The program "limit" is this one: it writes the same bytes into a new file
 * below DIR and calls fdatasync once. Ratios are to the programs named true and limit, which must take part.
 *
 *     bench --fire DIR STDIN PROGRAM COUNT GAP_MS
 *
 * runs one program again and again and prints lines of "ns-since-1970 object us", the moment of each exit and what
 * it took.
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

enum { MOST = 16, SIZE = 65536, AT_ONCE = 32 };

struct program {
    const char *name, *path;
    int every; /* takes part in every so many-th round */
    double *times, took;
    size_t taken;
};

static struct program programs[MOST];
static int count;
static char limit_folder[3072], input[SIZE];
static ssize_t input_size;
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
    ssize_t n = read(0, input, SIZE);
    return fd < 0 || write(fd, input, n) != n || fdatasync(fd) != 0;
}

static pid_t launch(const char *path, const char *object)
{
    int is_limit = !strcmp(path, "limit");
    char *hook_args[] = {"/etc/libvirt/hooks/qemu", (char *)object, "prepare", "begin", "-", NULL};
    char *limit_args[] = {"bench", "--limit", limit_folder, NULL};
    posix_spawn_file_actions_t actions;
    int in[2];
    pid_t pid;
    must(pipe2(in, O_CLOEXEC) == 0 && write(in[1], input, input_size) == input_size, "pipe");
    close(in[1]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    must(posix_spawn(&pid, is_limit ? "/proc/self/exe" : path, &actions, NULL, is_limit ? limit_args : hook_args,
                     environ) == 0, path);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    return pid;
}

static void ended(struct program *p, double began, int status)
{
    p->times[p->taken++] = now_us() - began;
    if (status != 0)
        fprintf(stderr, "bench: %s ended with status %d\n", p->name, status);
}

static void one(struct program *p)
{
    int status;
    double began = now_us();
    pid_t pid = launch(p->path, "guest");
    waitpid(pid, &status, 0);
    ended(p, began, status);
}

/* Keeps AT_ONCE running until so many have ended. */
static void many(struct program *p, int wanted)
{
    pid_t pids[AT_ONCE] = {0};
    double began[AT_ONCE], start = now_us();
    int running = 0, started = 0, status;
    while (started < wanted || running > 0) {
        for (int i = 0; i < AT_ONCE && started < wanted; i++)
            if (!pids[i]) {
                began[i] = now_us();
                pids[i] = launch(p->path, "guest");
                started++;
                running++;
            }
        pid_t pid = waitpid(-1, &status, 0);
        for (int i = 0; i < AT_ONCE; i++)
            if (pids[i] == pid) {
                ended(p, began[i], status);
                pids[i] = 0;
                running--;
            }
    }
    p->took += now_us() - start;
}

/* What the agent does while nobody waits. */
static void fill(const char *folder)
{
    static const char zeros[16 << 10];
    char path[4096];
    for (int i = 0; folder && i < 128; i++) {
        snprintf(path, sizeof path, "%s/.spare-%03d", folder, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        must(fd < 0 || (write(fd, zeros, sizeof zeros) == sizeof zeros && fsync(fd) == 0), path);
        close(fd);
    }
}

static int by_value(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return (d > 0) - (d < 0);
}

static double at(struct program *p, int percent)
{
    return p->times[p->taken * percent / 100];
}

static struct program *named(const char *name)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(programs[i].name, name))
            return &programs[i];
    fprintf(stderr, "bench: the program %s must take part\n", name);
    exit(2);
}

static double rate(struct program *p)
{
    return p->taken / p->took;
}

static void report(const char *title, int at_once)
{
    struct program *true_ = named("true"), *least = named("limit");
    for (int i = 0; i < count; i++)
        qsort(programs[i].times, programs[i].taken, sizeof(double), by_value);
    printf("| %s | p50 / true | p50 / limit | p99 / true | %s p50 ms | p99 ms |\n|---|---|---|---|%s---|---|\n", title,
           at_once ? "hooks/s / true |" : "", at_once ? "---|" : "");
    for (int i = 0; i < count; i++) {
        struct program *p = &programs[i];
        printf("| %s | %.2f | %.2f | %.2f |", p->name, at(p, 50) / at(true_, 50), at(p, 50) / at(least, 50),
               at(p, 99) / at(true_, 99));
        if (at_once)
            printf(" %.2f |", rate(p) / rate(true_));
        printf(" %.2f | %.2f |\n", at(p, 50) / 1e3, at(p, 99) / 1e3);
    }
    printf("\n");
    for (int i = 0; i < count; i++)
        programs[i].taken = 0;
}

/* A new order in every round: who follows a program that wrote pays for some of its work. */
static struct program *turn(int i)
{
    static int order[MOST];
    for (int k = 0; i == 0 && k < count; k++)
        order[k] = k;
    for (int k = count - 1; i == 0 && k > 0; k--) {
        int other = rand() % (k + 1), which = order[k];
        order[k] = order[other];
        order[other] = which;
    }
    return &programs[order[i]];
}

static void program(char *arg, int rounds)
{
    struct program *p = &programs[count++];
    char *equals = strchr(arg, '='), *slash = strchr(arg, '/');
    must(count <= MOST && equals != NULL, arg);
    *equals = 0;
    p->path = equals + 1;
    p->name = arg;
    p->every = 1;
    if (slash && slash < equals) {
        *slash = 0;
        p->every = atoi(slash + 1);
    }
    p->times = calloc(4 * rounds + 4 * AT_ONCE, sizeof(double));
}

static void prepare(const char *folder, const char *in)
{
    int fd = open(in, O_RDONLY);
    must(fd >= 0 && (input_size = read(fd, input, SIZE)) > 0, in);
    close(fd);
    snprintf(limit_folder, sizeof limit_folder, "%s/limit", folder);
    mkdir(limit_folder, 0700);
}

static void rest(int gap_ms)
{
    struct timespec gap = {gap_ms / 1000, gap_ms % 1000 * 1000000L};
    nanosleep(&gap, NULL);
}

static int fire(const char *path, int times, int gap_ms)
{
    char object[32];
    struct timespec exited;
    for (int i = 0; i < times; i++) {
        int status;
        snprintf(object, sizeof object, "fired-%d", i);
        double begun = now_us();
        pid_t pid = launch(path, object);
        waitpid(pid, &status, 0);
        clock_gettime(CLOCK_REALTIME, &exited);
        printf("%ld%09ld %s %.0f\n", (long)exited.tv_sec, exited.tv_nsec, object, now_us() - begun);
        rest(gap_ms);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--limit"))
        return limit(argv[2]);
    if (argc == 7 && !strcmp(argv[1], "--fire")) {
        prepare(argv[2], argv[3]);
        return fire(argv[4], atoi(argv[5]), atoi(argv[6]));
    }
    const char *spares = argc > 2 && !strcmp(argv[1], "--spares") ? argv[2] : NULL;
    if (spares) {
        argc -= 2;
        argv += 2;
    }
    if (argc < 6) {
        fprintf(stderr, "usage: bench [--spares FOLDER] DIR STDIN ROUNDS[/GAP_MS] NAME[/N]=PROGRAM... (see the head of bench.c)\n");
        return 2;
    }
    const char *slash = strchr(argv[3], '/');
    int rounds = atoi(argv[3]), gap_ms = slash ? atoi(slash + 1) : 0;
    char title[64] = "one at a time";
    prepare(argv[1], argv[2]);
    for (int i = 4; i < argc; i++)
        program(argv[i], rounds);

    for (int round = 0; round < rounds; round++) {
        if (round % 16 == 0)
            fill(spares);
        for (int i = 0; i < count; i++) {
            struct program *p = turn(i);
            if (round % p->every == 0) {
                rest(gap_ms);
                one(p);
            }
        }
    }
    if (gap_ms > 0)
        snprintf(title, sizeof title, "one at a time, %d ms apart", gap_ms);
    report(title, 0);
    if (gap_ms > 0)
        return 0;
    for (int round = 0; round < rounds / 32 + 1; round++) {
        fill(spares);
        for (int i = 0; i < count; i++) {
            struct program *p = turn(i);
            if (round % p->every == 0)
                many(p, 2 * AT_ONCE);
        }
    }
    report("32 at once", 1);
    return 0;
}
