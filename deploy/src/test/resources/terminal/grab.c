/*
 * What a user without rights does who gets code into a program that root runs: a library for a JVM's -agentpath. It
 * reaches for root's terminal by every way there is, at once and again once the command has ended, and notes each that
 * was open in $GRAB/open. Root's own JVMs it leaves alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 1024

static const char *folder;

static void path(char *to, const char *name)
{
    snprintf(to, 256, "%s/%s", folder, name);
}

static void note(const char *way, int number)
{
    char file[256];
    path(file, "open");
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    dprintf(fd, "%s %d\n", way, number);
    close(fd);
}

static void type_into(int fd, const char *way, int number)
{
    const char *text = "typed by nobody\n";
    if (isatty(fd))
        note(way, number);
    for (const char *c = text; *c; c++)
        if (ioctl(fd, TIOCSTI, c) != 0)
            return;
    note("TIOCSTI", number);
}

static void reach(const char *escape)
{
    char file[64];
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        type_into(fd, "/dev/tty", fd);
        (void)!write(fd, escape, strlen(escape));
        close(fd);
    }
    for (int i = 0; i < MOST; i++)
        if (fcntl(i, F_GETFD) >= 0) {
            type_into(i, "inherited", i);
            if (isatty(i))
                (void)!write(i, escape, strlen(escape));
        }
    for (int i = 0; i < MOST; i++) {
        snprintf(file, sizeof file, "/proc/%d/fd/%d", getppid(), i);
        if ((fd = open(file, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) >= 0) {
            note("the parent's", i);
            type_into(fd, "the parent's", i);
            close(fd);
        }
    }
    if (getppid() > 1 && kill(getppid(), SIGCONT) == 0)
        note("SIGCONT", getppid());
    if (getsid(0) == getsid(getppid()) && getppid() > 1)
        note("session", getsid(0));
}

static void later(void)
{
    char file[256];
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    path(file, "go");
    for (int i = 0; access(file, F_OK) != 0 && i < 12000; i++)
        usleep(10000);
    reach("\033]0;late\007");
    for (int i = 1; i < 3; i++) {
        fcntl(i, F_SETFL, O_NONBLOCK);
        (void)!write(i, "\033]0;late\007", 9);
    }
    path(file, "done");
    close(open(file, O_WRONLY | O_CREAT, 0644));
    _exit(0);
}

__attribute__((visibility("default"))) int Agent_OnLoad(void *vm, char *options, void *reserved)
{
    static const char escapes[] = "begin\033]0;early\007 \302\233 \233 \342\200\256 \r\b\177 w\303\266rter end\n";
    (void)vm;
    (void)options;
    (void)reserved;
    folder = getenv("GRAB");
    if (!folder || geteuid() == 0)
        return 0;
    reach("\033]0;early\007");
    (void)!write(1, escapes, sizeof escapes - 1);
    (void)!write(2, escapes, sizeof escapes - 1);
    if (fork() == 0)
        later();
    note("ran", 0);
    return 0;
}
