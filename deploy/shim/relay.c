/*
 * Runs a command as another user, away from the terminal of whoever runs it:
 *
 *     hookbridge-relay [--in-place] UID GID COMMAND [ARG]...
 *
 * A process of that user must not share root's terminal: it could type into root's shell (TIOCSTI), or write to the
 * screen long after the command. So the command gets a session of its own, pipes, and no other open file; what it
 * prints is passed on by this process, which stays root, as long as the command runs. A terminal is sent nothing it
 * would act upon; a pipe or a file gets every byte as it is. Signals go to the command, its exit code or signal comes
 * back. A terminal is never read: what is typed is for the shell.
 *
 * With --in-place, and with no terminal near, the command takes this process's place instead: for a service.
 *
 * Exit codes of its own: 125 when it fails, 127 when the command cannot be run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hidden.h"

#define PATIENCE 3 /* the third Ctrl-C or SIGTERM kills */
#define JOIN_SESSION_KEYRING 1

#include "relay/stream.h"

static int terminal_near(void)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || isatty(0) || isatty(1) || isatty(2);
}

static void close_others(void)
{
    if (syscall(SYS_close_range, 3U, ~0U, 0) == 0)
        return;
    for (int fd = 3, most = sysconf(_SC_OPEN_MAX); fd < most; fd++)
        close(fd);
}

/* With a relay the command is told to end when that was killed: asked for last, as a change of user forgets it. */
static _Noreturn void become(uid_t uid, gid_t gid, char **command, pid_t relay)
{
    close_others();
    syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL); /* root's may hold keys; a kernel may have none at all */
    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        die("cannot become the user");
    if (setuid(0) == 0)
        die("is still root");
    if (relay && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != relay))
        exit(125);
    execvp(command[0], command);
    fprintf(stderr, "hookbridge-relay: %s: %s\n", command[0], strerror(errno));
    exit(127);
}

/* The command's end of a pipe. */
static int open_to(struct stream *s)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("pipe");
    s->from = ends[0];
    s->terminal = isatty(s->to);
    return ends[1];
}

static int open_stdin(void)
{
    int ends[2];
    if (isatty(0)) {
        in.over = 1;
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("pipe");
    in.to = ends[1];
    fcntl(in.to, F_SETFL, O_NONBLOCK); /* a command that reads nothing must not hold up what it prints */
    return ends[0];
}

/* Those that whoever started us ignores stay ignored, for the command too: nohup. */
static void signals(sigset_t *passed, sigset_t *before)
{
    static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction was;
    sigemptyset(passed);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (sigaction(all[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
            sigaddset(passed, all[i]);
    signal(SIGCHLD, SIG_DFL);
    sigaddset(passed, SIGCHLD);
    sigprocmask(SIG_BLOCK, passed, before);
}

/* Passes on and passes through until the command has ended; its status. */
static int attend(pid_t child, int signals)
{
    struct signalfd_siginfo got;
    struct stream *streams[] = {&in, &out, &err};
    int status, asked = 0;
    for (;;) {
        struct pollfd fds[4] = {interest(&in), interest(&out), interest(&err), {.fd = signals, .events = POLLIN}};
        if (poll(fds, 4, -1) < 0 && errno != EINTR)
            die("poll");
        if (fds[3].revents && read(signals, &got, sizeof got) == sizeof got) {
            if (got.ssi_signo == SIGCHLD) {
                if (waitpid(child, &status, WNOHANG) == child)
                    return status;
            } else {
                asked += got.ssi_signo == SIGINT || got.ssi_signo == SIGTERM;
                kill(child, asked < PATIENCE ? (int)got.ssi_signo : SIGKILL);
            }
        }
        for (int i = 0; i < 3; i++)
            move(streams[i], fds[i].revents);
    }
}

static _Noreturn void end_as(int status)
{
    if (!WIFSIGNALED(status))
        exit(WEXITSTATUS(status));
    sigset_t one;
    int signo = WTERMSIG(status);
    prctl(PR_SET_DUMPABLE, 0); /* no second core */
    sigemptyset(&one);
    sigaddset(&one, signo);
    signal(signo, SIG_DFL);
    raise(signo);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    exit(128 + signo);
}

int main(int argc, char **argv)
{
    int in_place = argc > 1 && !strcmp(argv[1], "--in-place");
    argv += in_place;
    argc -= in_place;
    if (argc < 4) {
        fputs("usage: hookbridge-relay [--in-place] UID GID COMMAND [ARG]...\n", stderr);
        return 125;
    }
    char *end[2];
    unsigned long uid = strtoul(argv[1], &end[0], 10), gid = strtoul(argv[2], &end[1], 10);
    if (*end[0] || *end[1] || uid == 0 || uid >= UINT32_MAX || gid >= UINT32_MAX) {
        fputs("hookbridge-relay: UID and GID are numbers, and UID is not 0\n", stderr);
        return 125;
    }
    for (int fd; (fd = open("/dev/null", O_RDWR)) <= 2;) /* so that no pipe becomes stdin */
        if (fd < 0)
            die("/dev/null");
    if (in_place && !terminal_near()) {
        setsid();
        become(uid, gid, argv + 3, 0);
    }

    sigset_t passed, before;
    utf8 = speaks_utf8();
    int ends[3] = {open_stdin(), open_to(&out), open_to(&err)};
    signals(&passed, &before);
    int fd = signalfd(-1, &passed, SFD_CLOEXEC);
    pid_t self = getpid(), child = fork();
    if (fd < 0 || child < 0)
        die("fork");
    if (child == 0) {
        if (setsid() < 0)
            die("setsid");
        for (int i = 0; i < 3; i++)
            if (dup2(ends[i], i) < 0)
                die("dup2");
        sigprocmask(SIG_SETMASK, &before, NULL);
        become(uid, gid, argv + 3, self);
    }
    for (int i = 0; i < 3; i++)
        close(ends[i]);
    signal(SIGPIPE, SIG_IGN);
    int status = attend(child, fd);
    sigprocmask(SIG_SETMASK, &before, NULL); /* whoever does not read the rest can still be left */
    drain(&out);
    drain(&err);
    end_as(status);
}
