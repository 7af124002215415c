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

#define PIECE 4096 /* a pipe that is ready takes so much without waiting */
#define GROWTH 10  /* bytes that one byte may become on a terminal */
#define PATIENCE 3 /* the third Ctrl-C or SIGTERM kills */
#define JOIN_SESSION_KEYRING 1

/* One way: from our end of a pipe to root's, or from root's stdin to the pipe. */
struct stream {
    int from, to, terminal, over;
    unsigned char held[4]; /* the begin of a character that is not complete */
    size_t holds, at, n;
    char text[PIECE * GROWTH];
};

static struct stream in = {.to = -1}, out = {.to = 1}, err = {.to = 2};
static int utf8;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "hookbridge-relay: %s: %s\n", what, strerror(errno));
    exit(125);
}

/* By the first of them that is set, as the C library has it. */
static int speaks_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return 0;
}

/* Whether a terminal shows it and does nothing else. */
static int shown(uint32_t c)
{
    return c < ' ' ? c == '\n' || c == '\t' : !is_hidden(c);
}

static void put(struct stream *s, const char *format, uint32_t value)
{
    s->n += sprintf(s->text + s->n, format, value);
}

static void put_held(struct stream *s)
{
    for (size_t i = 0; i < s->holds; i++)
        put(s, "\\x{%x}", s->held[i]);
    s->holds = 0;
}

static size_t length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    return !utf8 || first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Where there is no UTF-8, a byte of a harmless character may be a control character. */
static void neutralise(struct stream *s, unsigned char byte)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (s->holds > 0 && (byte & 0xc0) != 0x80)
        put_held(s);
    s->held[s->holds++] = byte;
    size_t whole = length(s->held[0]);
    if (whole == 0) {
        put_held(s);
        return;
    }
    if (s->holds < whole)
        return;
    uint32_t c = whole == 1 ? byte : s->held[0] & 0x7f >> whole;
    for (size_t i = 1; i < whole; i++)
        c = c << 6 | (s->held[i] & 0x3f);
    if (c < least[whole]) {
        put_held(s);
        return;
    }
    if (shown(c)) {
        memcpy(s->text + s->n, s->held, whole);
        s->n += whole;
    } else {
        put(s, "\\u{%x}", c);
    }
    s->holds = 0;
}

static void stop(struct stream *s)
{
    s->over = 1;
    close(s->from);
    if (s == &in)
        close(s->to);
}

/* Reads once; returns how much. */
static size_t take(struct stream *s, size_t most)
{
    unsigned char bytes[PIECE];
    ssize_t n = read(s->from, bytes, most < PIECE ? most : PIECE);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n <= 0) {
        stop(s);
        return 0;
    }
    s->at = s->n = 0;
    if (s->terminal) {
        for (ssize_t i = 0; i < n; i++)
            neutralise(s, bytes[i]);
    } else {
        memcpy(s->text, bytes, n);
        s->n = n;
    }
    return n;
}

static void give(struct stream *s)
{
    size_t left = s->n - s->at;
    ssize_t n = write(s->to, s->text + s->at, left < PIECE ? left : PIECE);
    if (n > 0)
        s->at += n;
    else if (errno != EINTR && errno != EAGAIN)
        stop(s); /* nobody reads any more; then the command is to see that too */
    else if (errno == EAGAIN)
        poll(&(struct pollfd){.fd = s->to, .events = POLLOUT}, 1, 10);
}

static int waits(const struct stream *s)
{
    return s->at < s->n;
}

/* What it waits for, if anything. */
static struct pollfd interest(const struct stream *s)
{
    if (s->over)
        return (struct pollfd){.fd = -1};
    if (waits(s))
        return (struct pollfd){.fd = s->to, .events = POLLOUT};
    return (struct pollfd){.fd = s->from, .events = POLLIN};
}

static void move(struct stream *s, short ready)
{
    if (s->over || !ready)
        return;
    if (waits(s))
        give(s);
    else
        take(s, PIECE);
}

/* What the command left in the pipe, and nothing that its user's other processes go on to write. */
static void drain(struct stream *s)
{
    int left = 0;
    if (!s->over && ioctl(s->from, FIONREAD, &left) != 0)
        left = 0;
    for (;;) {
        while (!s->over && waits(s))
            give(s);
        if (s->over || left <= 0)
            break;
        size_t n = take(s, left);
        if (n == 0)
            break;
        left -= n;
    }
    s->at = s->n = 0;
    put_held(s);
    while (!s->over && waits(s))
        give(s);
}

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
