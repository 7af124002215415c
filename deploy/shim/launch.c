/*
 * Runs a program as no shell can: launch [OPTION]... PROGRAM ARG0 [ARG]..., every ARG in hexadecimal, so that
 * it may hold any byte. For the tests of the shim.
 *
 *     close=FD    the program starts with FD closed
 *     full=FD     FD is a pipe that is full and that nobody reads
 *     uid=N       user and group N, no other groups
 *     umask=OCTAL, ignore=SIGNAL
 *     fsize=BYTES, nproc=N, nofile=N, as=BYTES, data=BYTES   the limits RLIMIT_FSIZE and so on
 *     mayraise=0  nobody may raise a limit: the capability SYS_RESOURCE goes
 *     log=ROOM    /dev/log is a socket nobody reads until the program has ended, when its text goes to stdout;
 *                 with ROOM 0 its queue is full, so that a blocking send would not return. Needs root
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAP_SYS_RESOURCE 24 /* linux/capability.h is not there for musl */

static void die(const char *what)
{
    perror(what);
    exit(99);
}

static void fill(int fd)
{
    static char zeros[4096];
    int ends[2];
    if (pipe2(ends, O_NONBLOCK) != 0)
        die("pipe");
    while (write(ends[1], zeros, sizeof zeros) > 0)
        ;
    fcntl(ends[1], F_SETFL, 0);
    dup2(ends[1], fd);
}

/* Binds /dev/log on a /dev that only this process and its children see, and fills its queue. */
static int bind_log(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/dev", "tmpfs", 0, NULL) != 0 || bind(log, (struct sockaddr *)&at, sizeof at) != 0)
        die("log");
    return log;
}

static void fill_log(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    while (sendto(sender, "", 1, 0, (struct sockaddr *)&at, sizeof at) == 1)
        ;
    if (errno != EAGAIN)
        die("fill");
    close(sender);
}

/* Starts a child that goes on as the program, and shows at its end what it has logged. */
static void keep_log(int full)
{
    char text[1024];
    int status, log = bind_log();
    if (full)
        fill_log();
    pid_t child = fork();
    if (child == 0)
        return;
    if (child < 0 || waitpid(child, &status, 0) != child)
        die("fork");
    for (ssize_t n; (n = recv(log, text, sizeof text, MSG_DONTWAIT)) >= 0;)
        if (n > 1)
            printf("%.*s\n", (int)n, text);
    fflush(stdout);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

static int option(const char *name, const char *text, long *value, int base)
{
    size_t n = strlen(name);
    if (strncmp(text, name, n) != 0 || text[n] != '=')
        return 0;
    *value = strtol(text + n + 1, NULL, base);
    return 1;
}

static int limit(const char *text)
{
    static const struct {
        const char *name;
        int which;
    } limits[] = {{"fsize", RLIMIT_FSIZE},
                  {"nproc", RLIMIT_NPROC},
                  {"nofile", RLIMIT_NOFILE},
                  {"as", RLIMIT_AS},
                  {"data", RLIMIT_DATA}};
    long n;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (option(limits[i].name, text, &n, 10))
            return setrlimit(limits[i].which, &(struct rlimit){n, n}) == 0;
    return 0;
}

static void apply(const char *text)
{
    long n;
    if (limit(text))
        return;
    if (option("close", text, &n, 10))
        close(n);
    else if (option("full", text, &n, 10))
        fill(n);
    else if (option("umask", text, &n, 8))
        umask(n);
    else if (option("ignore", text, &n, 10))
        signal(n, SIG_IGN);
    else if (option("mayraise", text, &n, 10))
        prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE);
    else if (option("log", text, &n, 10))
        keep_log(n == 0);
    else if (option("uid", text, &n, 10)) {
        if (setgroups(0, NULL) != 0 || setgid(n) != 0 || setuid(n) != 0)
            die("uid");
    } else
        die(text);
}

static char *decode(const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *bytes = calloc(n + 1, 1);
    if (!bytes)
        die("calloc");
    for (size_t i = 0; i < n; i++) {
        char two[] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = strtol(two, NULL, 16);
    }
    return bytes;
}

int main(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && strchr(argv[i], '='); i++)
        apply(argv[i]);
    if (i >= argc)
        die("usage");
    for (int k = i + 1; k < argc; k++)
        argv[k] = decode(argv[k]);
    execv(argv[i], argv + i + 1);
    die(argv[i]);
}
