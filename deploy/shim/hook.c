/*
 * hookbridge-hook: libvirt runs it for every hook call. It writes the call as one synced file into the
 * agent's mailbox and exits 0. Where a rule in the gates file matches, it asks the agent first, may exit 1, and
 * writes what it did as a second file. The formats, names and the file `lost` are drawn in docs/protocol.md.
 *
 * It must never hurt a guest: libvirt waits for it without a timeout, and kills guests when some hooks fail.
 * So nothing here may block without a bound. A frozen disk is the hard case: the kernel holds a task that
 * touches it beyond the reach of alarms, threads and SIGKILL. All file access is therefore done by a helper,
 * a process of its own that shares only memory, and the hook leaves without it when it does not come back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "hidden.h"

#ifndef VERSION
#define VERSION "dev"
#endif
#define FUTEX_WAIT 0 /* linux/futex.h is not there for musl */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

#define STDIN_MAX (16u << 20)
#define FIELD_MAX (256u << 10)
#define LOST_MAX (1 << 20)
#define MS 1000000LL
#define STDIN_WAIT (2000 * MS)
#define WRITE_WAIT (5000 * MS)
#define FIRST_WAIT (100 * MS)
#define SMALL_WAIT (250 * MS)
#define PLACE_WAIT (WRITE_WAIT - 500 * MS)
#define STAMP_LIFE (60000 * MS)
#define VERSION_LINE "hookbridge/1\n"
#define SPARES 128
#define SPARE_BYTES (16u << 10)
#define SPARE_TRIES 4
#define HELPERS 32 /* that touch a disk, on the whole host */
#define FILES 64
#define NAME_SIZE 116 /* of a file in the mailbox */
#define GATES_MAX (64u << 10)
#define JSON_MAX (64u << 10)
#define REASON_MAX 900
#define RULES_MAX 64
#define RULE_NAME_MAX 63
#define GLOB_STEPS (1 << 22) /* 15 ms, or 50 on a busy machine */
#define ALIVE_LIFE (3000 * MS)
#define INODE_BYTES (16 << 10) /* ext4 makes an inode for so many: makes a reserve of bytes one of inodes */
#define EXT4_MAGIC 0xef53
#define XFS_MAGIC 0x58465342
#define TMPFS_MAGIC 0x01021994

struct out {
    char *at, *end;
};

struct text {
    const char *at;
    size_t n;
};

/* The call: noted by the hook, read by its helpers. */
static struct {
    const char *path, *driver;
    const char *arg[4]; /* object, operation, suboperation, extra; NULL when not passed */
    int argc;
    uint64_t arrived; /* bytes that came on stdin; `input` holds the first `room` of them */
} call;

/* A folder is a path and the rest of the path: no path is ever put together. */
struct folder {
    const char *path, *rest;
};
static struct folder data, etc, run;
static uid_t me;
static int keeps; /* descriptors below this are not a helper's to close */
static int told;
static int data_is_mine;
static char boot_id[37];

/* shim.conf, with its defaults. */
static struct {
    int fail_when_full, fail_started, fail_port_created;
    uint64_t reserve, percent, inode_percent;
    const char *complaint;
} conf = {.reserve = 1 << 30, .percent = 5, .inode_percent = 5};

enum how_asked { UNREADABLE, ANSWERED, TIMEOUT, ABSENT }; /* the first is also that of an asker that crashed */

/* The rules that match the call: the recorder writes them, `count` last. */
struct rule {
    struct text name;
    uint64_t wait;
    int vetoes[4]; /* by default, for each of how_asked */
};
static struct {
    struct rule rules[RULES_MAX];
    int count, asks;
    uint64_t wait, began, until;
} gate;

/* What the hook does, and why. `answer` is the asker's until it has ended. */
static struct verdict {
    int fails;
    struct text cause, rule, reason, rules, json;
    uint64_t waited;
} answer, verdict;

struct record;

enum { LATE = -1 };

struct helper {
    char stack[32 << 10] __attribute__((aligned(16)));
    int tid, result;
    int (*work)(struct record *);
    struct record *about;
};

/* One file in the mailbox. A helper that got stuck uses its own for ever, so nothing here is used twice. */
struct record {
    struct helper looker, teller, recorder;
    const char *kind;
    uint64_t wall, boot;
    char id[37], tail[10];
    struct iovec parts[3]; /* once it is composed: its head, stdin and tail */
};

/*
 * A page that is touched costs a fault. A common symbol stands behind all small data, and the order below lets
 * the record's head share their page, and the stdin that of the helper's stack.
 */
__attribute__((common)) struct {
    char head[5 * FIELD_MAX + 4096];
    struct record call;
    char input[64 << 10];
    char conf_text[16 << 10];
    char gates[GATES_MAX + 1];
    struct helper asker;
    char answer[JSON_MAX + 4096 + 1];
    char outcome_head[3 * FIELD_MAX];
    struct record outcome;
    char rules[RULES_MAX * (RULE_NAME_MAX + sizeof "=allow")];
} big;

static char *input = big.input;
static size_t room = sizeof big.input;

/* ---- text ---- */

static void put(struct out *o, const char *s, size_t n)
{
    if (n > (size_t)(o->end - o->at))
        n = o->end - o->at;
    memcpy(o->at, s, n);
    o->at += n;
}

/* Strings up to a NULL. */
static void cat(struct out *o, ...)
{
    va_list strings;
    va_start(strings, o);
    for (const char *s; (s = va_arg(strings, const char *));)
        put(o, s, strlen(s));
    va_end(strings);
}

static void putn(struct out *o, uint64_t n, int width)
{
    char digits[20];
    int i = 20;
    do {
        digits[--i] = '0' + n % 10;
        n /= 10;
    } while (n || 20 - i < width);
    put(o, digits + i, 20 - i);
}

static void field(struct out *o, const char *key, const char *value, size_t n)
{
    size_t k = strlen(key) + 1;
    if (n > FIELD_MAX - k)
        n = FIELD_MAX - k;
    putn(o, k + n, 1);
    cat(o, ":", key, "=", NULL);
    put(o, value, n);
    put(o, ",", 1);
}

static void number(struct out *o, const char *key, uint64_t value)
{
    char digits[20];
    struct out d = {digits, digits + sizeof digits};
    putn(&d, value, 1);
    field(o, key, digits, d.at - digits);
}

static void string(struct out *o, const char *key, const char *value)
{
    field(o, key, value, strlen(value));
}

/* What needs no percent-encoding. */
static int plain(unsigned char c)
{
    unsigned char lower = c | 32;
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '.' || c == '_' || c == '-';
}

/* Percent-encodes for a line of `lost`; an escape that does not fit whole is left out. */
static void escape(struct out *o, const char *s, int room)
{
    static const char hex[] = "0123456789ABCDEF";
    if (!s || !*s)
        s = "-";
    for (; *s; s++) {
        unsigned char c = *s;
        char three[] = {'%', hex[c >> 4], hex[c & 15]};
        int n = plain(c) ? 1 : 3;
        if ((room -= n) < 0)
            return;
        put(o, n == 1 ? s : three, n);
    }
}

/*
 * CRC32C, eight bytes a step. The processor's own instruction is not used: whether it is there, only `cpuid`
 * tells on x86, and that is a trap into the hypervisor which costs more than the sum. A table's entry is the
 * exclusive or of the entries of its index's bits, so eight numbers write out a table at compile time.
 */
#define T1(i, a, b, c, d, e, f, g, h) \
    ((i & 1 ? a : 0) ^ (i & 2 ? b : 0) ^ (i & 4 ? c : 0) ^ (i & 8 ? d : 0) ^ \
     (i & 16 ? e : 0) ^ (i & 32 ? f : 0) ^ (i & 64 ? g : 0) ^ (i & 128 ? h : 0))
#define T2(i, ...) T1((i), __VA_ARGS__), T1((i + 1), __VA_ARGS__)
#define T8(i, ...) T2(i, __VA_ARGS__), T2(i + 2, __VA_ARGS__), T2(i + 4, __VA_ARGS__), T2(i + 6, __VA_ARGS__)
#define T32(i, ...) \
    T8(i, __VA_ARGS__), T8(i + 8, __VA_ARGS__), T8(i + 16, __VA_ARGS__), T8(i + 24, __VA_ARGS__)
#define T128(i, ...) \
    T32(i, __VA_ARGS__), T32(i + 32, __VA_ARGS__), T32(i + 64, __VA_ARGS__), T32(i + 96, __VA_ARGS__)
#define TABLE(...) {T128(0, __VA_ARGS__), T128(128, __VA_ARGS__)}

static const uint32_t table[8][256] = {
    TABLE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
    TABLE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
    TABLE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
    TABLE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
    TABLE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
    TABLE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
    TABLE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
    TABLE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664),
};

static uint32_t crc32c(uint32_t crc, const void *data_, size_t n)
{
    const unsigned char *p = data_;
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        crc ^= p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
        crc = table[7][crc & 255] ^ table[6][crc >> 8 & 255] ^ table[5][crc >> 16 & 255] ^
              table[4][crc >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    }
    while (n--)
        crc = table[0][(crc ^ *p++) & 255] ^ crc >> 8;
    return ~crc;
}

/* The line that ends a record. */
static void checksum(uint32_t crc, char line[9])
{
    for (int i = 0; i < 8; i++)
        line[i] = "0123456789abcdef"[crc >> (28 - 4 * i) & 15];
    line[8] = '\n';
}

/* ---- the process ---- */

static void quit(int sig)
{
    (void)sig;
    _exit(0);
}

/*
 * A hook that ends by a signal has failed for libvirt. Every signal is blocked for the hook's short life (a
 * blocked SIGPIPE or SIGXFSZ leaves an errno to handle), but those of our own faults: the kernel kills when
 * such a one is blocked, so they exit 0. No core dump: it would hold the guests' secrets.
 */
static void defend(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    struct sigaction act = {.sa_handler = quit};
    uint64_t blocked = ~0ULL;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        sigaction(faults[i], &act, NULL);
        blocked &= ~(1ULL << (faults[i] - 1));
    }
    act.sa_handler = SIG_IGN; /* helpers need not be waited for */
    sigaction(SIGCHLD, &act, NULL);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof blocked);
    prctl(PR_SET_DUMPABLE, 0);
}

/* A limit that libvirtd has is no reason to lose a call. Only root may raise a hard one. */
static void raise_limit(int which, rlim_t least)
{
    struct rlimit is;
    if (getrlimit(which, &is) != 0 || is.rlim_cur >= least)
        return;
    struct rlimit raised = {least, is.rlim_max > least ? is.rlim_max : least}, soft = {is.rlim_max, is.rlim_max};
    if (setrlimit(which, &raised) != 0)
        setrlimit(which, &soft);
}

static uint64_t now(clockid_t clock)
{
    struct timespec t = {0};
    syscall(SYS_clock_gettime, clock, &t); /* to find the vdso costs more than it saves */
    return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int is(const char *a, const char *b)
{
    return a && !strcmp(a, b);
}

/* The bytes of the character at s, 0 when it is malformed or one that a terminal or a log might act upon. */
static size_t printable(const char *s, size_t n)
{
    static const uint32_t least[] = {' ', 0xa0, 0x800, 0x10000};
    uint32_t c = (unsigned char)*s;
    size_t more = c < 0x80 ? 0 : c >> 5 == 6 ? 1 : c >> 4 == 14 ? 2 : c >> 3 == 30 ? 3 : n;
    if (more >= n)
        return 0;
    c &= 0x7f >> (more ? more + 1 : 0);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    return is_hidden(c) || c < least[more] ? 0 : more + 1;
}

/* To stderr, where a full pipe must not hold us. With a limit of no files there is no poll(). */
static void shout(const char *text, size_t n)
{
    struct pollfd err = {.fd = 2, .events = POLLOUT};
    int ready = poll(&err, 1, 100);
    if (ready < 0 && fcntl(2, F_SETFL, O_NONBLOCK) == 0)
        err.revents = POLLOUT;
    if (ready != 0 && err.revents == POLLOUT)
        (void)!write(2, text, n);
}

/*
 * The one way out. A running guest is killed by a failed `reconnect`, whatever went wrong here. The text goes
 * to whoever asked libvirt: it is cut and made printable.
 */
static _Noreturn void leave(int status, char *text, size_t n)
{
    if (status == 0 || is(call.arg[1], "reconnect"))
        _exit(0);
    if (n > 1024)
        n = 1024;
    for (size_t i = 0, bytes; i + 1 < n; i += bytes ? bytes : 1)
        if (!(bytes = printable(text + i, n - 1 - i)))
            text[i] = '?';
    if (n > 0)
        text[n - 1] = '\n';
    shout(text, n);
    _exit(1);
}

/* libvirt waits for the end of stdout and stderr, so a helper that may get stuck must not hold them. */
static int help(void *helper)
{
    struct helper *h = helper;
    if (syscall(SYS_close_range, 0, ~0U, 0) != 0)
        for (int fd = 0; fd < 3; fd++)
            close(fd);
    umask(0);
    h->result = h->work(h->about);
    return 0;
}

/*
 * Starts a helper: a process with its own file descriptors and our memory. The kernel clears `tid` when it
 * ends, however it ends. (errno is shared too: no more than how a failure is told depends on it once two
 * helpers run.) One that a helper starts is the hook's child as well, not left to init.
 */
static int start_with(int flags, struct helper *h, int (*work)(struct record *), struct record *about)
{
    flags |= CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
    h->work = work;
    h->about = about;
    return clone(help, h->stack + sizeof h->stack, flags, h, &h->tid, NULL, &h->tid) > 0;
}

static int start(struct helper *h, int (*work)(struct record *), struct record *about)
{
    return start_with(0, h, work, about);
}

static int ended(struct helper *h, uint64_t until)
{
    int tid;
    while ((tid = __atomic_load_n(&h->tid, __ATOMIC_ACQUIRE))) {
        uint64_t t = now(CLOCK_BOOTTIME);
        if (t >= until)
            return 0;
        struct timespec left = {(until - t) / 1000000000, (until - t) % 1000000000};
        syscall(SYS_futex, &h->tid, FUTEX_WAIT, tid, &left, NULL, 0);
    }
    return 1;
}

static sigjmp_buf given_up;

static void give_up(int sig)
{
    (void)sig;
    siglongjmp(given_up, 1);
}

/*
 * Does a helper's work in the hook itself, where no process can be had, and leaves it at its deadline. 0 then. Only a
 * disk that is stuck would hold us longer.
 */
static int in_time(struct helper *h, int (*work)(struct record *), struct record *about, uint64_t wait)
{
    struct itimerval timer = {.it_value = {wait / 1000000000, wait % 1000000000 / 1000}}, none = {0};
    struct sigaction act = {.sa_handler = give_up};
    uint64_t alarms = 1ULL << (SIGALRM - 1);
    volatile int done = 0;
    keeps = 3;
    umask(0);
    if (sigsetjmp(given_up, 1) == 0) {
        sigaction(SIGALRM, &act, NULL);
        syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &alarms, NULL, sizeof alarms);
        setitimer(ITIMER_REAL, &timer, NULL);
        h->result = work(about);
        done = 1;
    }
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &alarms, NULL, sizeof alarms);
    setitimer(ITIMER_REAL, &none, NULL);
    act.sa_handler = SIG_IGN; /* what is pending goes */
    sigaction(SIGALRM, &act, NULL);
    return done;
}

/* ---- folders and small files ---- */

#define FOLDER (O_PATH | O_DIRECTORY | O_NOFOLLOW)

static int descend_in_steps(int fd, const char *path)
{
    char part[NAME_MAX + 1];
    while (fd >= 0 && *(path += strspn(path, "/"))) {
        size_t n = strcspn(path, "/");
        if (n > NAME_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(part, path, n);
        part[n] = 0;
        fd = openat(fd, part, FOLDER);
        path += n;
    }
    return fd;
}

/* In one go where the kernel can, since Linux 5.6, and no sandbox forbids it; else the steps tell what is wrong. */
static int descend(int fd, const char *path)
{
    struct {
        uint64_t flags, mode, resolve;
    } how = {FOLDER, 0, 4}; /* RESOLVE_NO_SYMLINKS; linux/openat2.h is not there for musl */
    path += strspn(path, "/");
    if (fd < 0 || !*path)
        return fd;
    int at = syscall(SYS_openat2, fd, path, &how, sizeof how);
    return at < 0 ? descend_in_steps(fd, path) : at;
}

/* Opens an absolute path: a planted link anywhere ends it. Nothing is closed, as a helper ends soon. */
static int open_folder(struct folder f)
{
    errno = ENOENT;
    if (!f.path || *f.path != '/')
        return -1;
    return descend(descend(open("/", O_PATH | O_DIRECTORY), f.path), f.rest);
}

/*
 * Ours means: of root or of the caller, and nobody else may change it. The group may in a user's own trial
 * folder: many systems give each user a group and the umask 002.
 */
static int ours(const struct stat *st)
{
    mode_t others = me == 0 || S_ISREG(st->st_mode) ? S_IWGRP | S_IWOTH : S_IWOTH;
    return (st->st_uid == 0 || st->st_uid == me) && !(st->st_mode & others);
}

/* Opens a small file of ours: no link, no FIFO to hang in, no second name for something else. */
static int open_plain(int folder, const char *name, int flags)
{
    struct stat st;
    int with = flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, fd = openat(folder, name, with & ~O_CREAT);
    if (fd < 0 && errno == ENOENT && flags & O_CREAT) /* which waits for the folder's lock, if only to look */
        fd = openat(folder, name, with, 0644);
    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 && ours(&st)))
        return fd;
    errno = EPERM;
    return -1;
}

static int open_run(void)
{
    struct stat st;
    int fd = open_folder(run);
    return fd >= 0 && fstat(fd, &st) == 0 && ours(&st) ? fd : -1;
}

/* Room for what is still to be told, where descriptors are few. */
static void close_all(void)
{
    if (syscall(SYS_close_range, keeps, ~0U, 0) != 0)
        for (int fd = keeps; fd < FILES; fd++)
            close(fd);
}

/* A lock that a foreign reader of the file may hold for ever is only tried for. */
static int lock(int fd)
{
    struct timespec pause = {0, 1 * MS};
    for (int tries = 20; tries > 0; tries--) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 1;
        nanosleep(&pause, NULL);
    }
    return 0;
}

enum how { LOOK, RENEW, CLAIM };

enum { CANNOT_TELL = 2 };

/* Was <run>/name stamped in the last minute? RENEW stamps it again, CLAIM only when the answer is no. */
static int stamped(int folder, const char *name, enum how how)
{
    char digits[21] = "";
    int fd = folder < 0 ? -1 : open_plain(folder, name, how == LOOK ? O_RDONLY : O_RDWR | O_CREAT);
    if (fd < 0 || (how != LOOK && !lock(fd)) || pread(fd, digits, 20, 0) < 0)
        return how == CLAIM ? CANNOT_TELL : 0;
    uint64_t then = strtoull(digits, NULL, 10), t = now(CLOCK_BOOTTIME);
    int recent = then != 0 && then <= t && t - then < STAMP_LIFE;
    if (how == RENEW || (how == CLAIM && !recent)) {
        struct out o = {digits, digits + 20};
        putn(&o, t, 20);
        (void)!pwrite(fd, digits, 20, 0);
    }
    return recent;
}

/* One datagram at most a minute. syslog() is not used: it blocks when the journal does. */
static void say(int folder, struct record *r, const char *what, int err)
{
    char text[512];
    struct out o = {text, text + sizeof text};
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int said = stamped(folder, "log", CLAIM);
    if (said && !(said == CANNOT_TELL && err == EMFILE)) /* what cannot be limited is not done */
        return;
    cat(&o, "<27>hookbridge-hook: ", r->kind, " ", r->id, ": ", what, ", errno ", NULL);
    putn(&o, err, 1);
    close_all();
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    told |= sendto(fd, text, o.at - text, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to) > 0;
}

/* Raises the count in the last line of a full `lost`, or begins one. */
static void count_lost(int fd, off_t size)
{
    char last[27] = "";
    int counted = pread(fd, last, 26, size - 26) == 26 && !memcmp(last, "more ", 5) && last[25] == '\n';
    struct out o = {last + 5, last + 25};
    putn(&o, counted ? strtoull(last + 5, NULL, 10) + 1 : 1, 20);
    memcpy(last, "more ", 5);
    last[25] = '\n';
    fcntl(fd, F_SETFL, 0); /* with O_APPEND pwrite appends */
    (void)!pwrite(fd, last, 26, counted ? size - 26 : size);
}

/* Tells the agent of a file that it will not find, or not yet. */
static void lose(int folder, struct record *r, const char *word, int err)
{
    char line[512];
    struct out o = {line, line + sizeof line};
    struct stat st;
    int fd = folder < 0 ? -1 : open_plain(folder, "lost", O_RDWR | O_CREAT | O_APPEND);
    if (fd < 0)
        return;
    cat(&o, word, " ", r->id, " ", NULL);
    putn(&o, r->wall, 1);
    cat(&o, " ", call.driver, " ", NULL);
    escape(&o, call.arg[1], 64);
    cat(&o, " ", NULL);
    escape(&o, call.arg[0], 255);
    cat(&o, " ", NULL);
    putn(&o, err, 1);
    cat(&o, "\n", NULL);
    int locked = lock(fd);
    if (fstat(fd, &st) != 0)
        return;
    if (st.st_size <= LOST_MAX - 512) {
        ssize_t n = write(fd, line, o.at - line);
        told |= n == o.at - line;
        if (n > 0 && n < o.at - line && locked) /* a file may not grow so far: no half line */
            (void)!ftruncate(fd, st.st_size);
    } else if (locked)
        count_lost(fd, st.st_size);
    close(fd);
}

enum { NO_PLACE = -1, NO_LIMIT = -2 };

/*
 * A helper that a disk has caught stays, with all that is counted against libvirtd. So who touches a disk holds one of a
 * few places until it ends or closes what this returns, and who gets none in time does not touch it: NO_PLACE.
 */
static int take_place(uint64_t any, uint64_t wait)
{
    struct flock place = {.l_type = F_WRLCK, .l_len = 1};
    struct timespec pause = {0, 2 * MS};
    struct stat st;
    uint64_t until = 0;
    int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, at = open_run(), fd = openat(at, "helpers", flags);
    if (fd < 0 && errno == ENOENT && at >= 0)
        fd = openat(at, "helpers", flags | O_CREAT, 0600);
    /* Who can read it can lock it. */
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !ours(&st) || st.st_mode & 077)
        return NO_LIMIT;
    for (int tries = 0;; tries++) {
        for (uint64_t i = any; i < any + HELPERS; i++) {
            place.l_start = i % HELPERS;
            if (fcntl(fd, F_OFD_SETLK, &place) == 0)
                return fd;
        }
        if (tries == 0)
            until = now(CLOCK_BOOTTIME) + (stamped(at, "late", LOOK) ? FIRST_WAIT / 2 : wait);
        if (now(CLOCK_BOOTTIME) >= until)
            return NO_PLACE;
        nanosleep(&pause, NULL);
    }
}

/* ---- shim.conf ---- */

static int set_reserve(const char *value)
{
    char *unit;
    uint64_t n = strtoull(value, &unit, 10);
    if (*value < '0' || *value > '9')
        return 0;
    unit += strspn(unit, " \t");
    if (is(unit, "%") && n <= 100) {
        conf.percent = conf.inode_percent = n;
        conf.reserve = UINT64_MAX;
        return 1;
    }
    int shift = !*unit ? 0 : is(unit, "KiB") ? 10 : is(unit, "MiB") ? 20 : is(unit, "GiB") ? 30 : 64;
    if (shift == 64 || n > UINT64_MAX >> shift)
        return 0;
    conf.percent = 100;
    conf.reserve = n << shift;
    return 1;
}

static int set_destructive(char *words)
{
    int known = 1;
    for (char *word = strtok(words, " \t"); word; word = strtok(NULL, " \t"))
        if (is(word, "started"))
            conf.fail_started = 1;
        else if (is(word, "port-created"))
            conf.fail_port_created = 1;
        else
            known = 0;
    return known;
}

static int set(const char *key, char *value)
{
    if (is(key, "when-full")) {
        conf.fail_when_full = is(value, "fail-hook");
        return conf.fail_when_full || is(value, "pass");
    }
    if (is(key, "data-dir") && *value == '/') {
        data = (struct folder){value, ""};
        return 1;
    }
    if (is(key, "reserve"))
        return set_reserve(value);
    return is(key, "allow-destructive") && set_destructive(value);
}

/* `key: value`; a `#` begins a comment at the start of a line or after a blank. */
static int read_line(char *line)
{
    for (char *c = line; *c; c++)
        if (*c == '#' && (c == line || c[-1] == ' ' || c[-1] == '\t')) {
            *c = 0;
            break;
        }
    for (size_t n = strlen(line); n > 0 && strchr(" \t\r", line[n - 1]); n--)
        line[n - 1] = 0;
    line += strspn(line, " \t");
    char *value = strchr(line, ':');
    if (!value)
        return !*line;
    *value++ = 0;
    return set(line, value + strspn(value, " \t"));
}

static void read_conf(void)
{
    int folder = open_folder(etc), fd = -1;
    errno = 0;
    if (folder < 0 || ((fd = open_plain(folder, "shim.conf", O_RDONLY)) < 0 && errno == ENOENT))
        return;
    ssize_t n = read(fd, big.conf_text, sizeof big.conf_text);
    if (n < 0 || n == sizeof big.conf_text || memchr(big.conf_text, 0, n)) {
        conf.complaint = "shim.conf is ignored: it must be a short text that only root can write";
        return;
    }
    for (char *line = big.conf_text, *next; line; line = next) {
        if ((next = strchr(line, '\n')))
            *next++ = 0;
        if (!read_line(line))
            conf.complaint = "a line of shim.conf is ignored: its key or value is unknown";
    }
}

/* Exit 1 keeps a guest or a network from coming up. To kill a running one needs root's explicit word. */
static int may_fail(void)
{
    const char *operation = call.arg[1];
    if (is(call.driver, "network"))
        return is(operation, "start") || (is(operation, "port-created") && conf.fail_port_created);
    if (is(call.driver, "unknown") || is(call.driver, "daemon"))
        return 0;
    return is(operation, "prepare") || is(operation, "start") || is(operation, "migrate") ||
           is(operation, "restore") || (is(operation, "started") && conf.fail_started);
}

static int destructive(void)
{
    return is(call.arg[1], "started") || is(call.arg[1], "port-created");
}

/* ---- the call ---- */

/* The component after the last `hooks` that is not itself the file's name, less `.d`. */
static const char *driver_of(const char *path)
{
    static const char *const drivers[] = {"daemon", "qemu", "lxc", "libxl", "bhyve", "network"};
    const char *found = "unknown";
    int after_hooks = 0;
    for (size_t n; *(path += strspn(path, "/")); path += n) {
        n = strcspn(path, "/");
        size_t m = n > 2 && !memcmp(path + n - 2, ".d", 2) ? n - 2 : n;
        if (after_hooks)
            found = "unknown";
        for (size_t i = 0; after_hooks && i < sizeof drivers / sizeof *drivers; i++)
            if (m == strlen(drivers[i]) && !memcmp(path, drivers[i], m))
                found = drivers[i];
        after_hooks = n == 5 && !memcmp(path, "hooks", 5);
    }
    return found;
}

/* The record gets its moment, and as its id a UUIDv7: 48 bits of milliseconds, then random. */
static void identify(struct record *r, const char *kind)
{
    unsigned char b[16];
    struct out o = {r->id, r->id + 36};
    r->kind = kind;
    r->wall = now(CLOCK_REALTIME);
    r->boot = now(CLOCK_BOOTTIME);
    uint64_t ms = r->wall / 1000000;
    if (getrandom(b, 16, GRND_NONBLOCK) != 16) /* too early in the boot: the kernel gave every process some */
        memcpy(b, (void *)getauxval(AT_RANDOM), 16);
    for (int i = 0; i < 6; i++)
        b[i] = ms >> (40 - 8 * i);
    b[6] = 0x70 | (b[6] & 15);
    b[8] = 0x80 | (b[8] & 63);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            put(&o, "-", 1);
        put(&o, &"0123456789abcdef"[b[i] >> 4], 1);
        put(&o, &"0123456789abcdef"[b[i] & 15], 1);
    }
}

static void note(int argc, char **argv)
{
    identify(&big.call, "call");
    call.path = argc > 0 ? argv[0] : "";
    call.driver = driver_of(call.path);
    call.argc = argc > 0 ? argc - 1 : 0;
    for (int i = 0; i < 4 && i < call.argc; i++)
        call.arg[i] = argv[i + 1];
}

/* What is mapped counts against a limit though it is never used, so it is mapped when it is. */
static void make_room(void)
{
    for (size_t size = STDIN_MAX; size > room; size /= 2) {
        char *more = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (more != MAP_FAILED) {
            input = memcpy(more, input, room);
            room = size;
        }
    }
}

/* Reads to the end, or for two seconds: not every caller closes it. What is too much is counted. */
static void read_stdin(void)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    uint64_t until = big.call.boot + STDIN_WAIT, t = big.call.boot;
    for (; t < until && poll(&in, 1, (until - t) / MS + 1) > 0; t = now(CLOCK_BOOTTIME)) {
        if (call.arrived == room)
            make_room();
        ssize_t n = call.arrived < room ? read(0, input + call.arrived, room - call.arrived)
                                        : read(0, big.head, sizeof big.head);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return;
        if (n > 0)
            call.arrived += n;
    }
}

static void locate(const char *path, const char *data_rest, const char *etc_rest, const char *run_rest)
{
    data = (struct folder){path, data_rest};
    etc = (struct folder){path, etc_rest};
    run = (struct folder){path, run_rest};
}

/* libvirt passes no environment: HOOKBRIDGE_DATA_DIR is for trials and tests. */
static void find_folders(void)
{
    const char *trial = getenv("HOOKBRIDGE_DATA_DIR"), *xdg = getenv("XDG_DATA_HOME");
    if (trial && *trial)
        locate(trial, "", "/etc", "/run");
    else if (me == 0)
        locate("/", "var/lib/hookbridge", "etc/hookbridge", "run/hookbridge");
    else if (xdg && *xdg == '/')
        locate(xdg, "/hookbridge", "/hookbridge/etc", "/hookbridge/run");
    else
        locate(getenv("HOME"), "/.local/share/hookbridge", "/.local/share/hookbridge/etc",
               "/.local/share/hookbridge/run");
}

/* ---- what the agent wrote ---- */

/*
 * The agent's user may write anything into his folder, swap it while it is read, and hold whoever reads. So a
 * file is opened first and looked at then: a regular file or socket of the folder's owner without a second
 * name. It has none at all when it was replaced meanwhile. O_NONBLOCK is for FIFOs and leases.
 */
static int open_agents(int gates, const char *name, int flags, mode_t type)
{
    struct stat st, folder;
    int fd = openat(gates, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || (fstat(fd, &st) == 0 && fstat(gates, &folder) == 0 && (st.st_mode & S_IFMT) == type &&
                   st.st_nlink <= 1 && st.st_uid == folder.st_uid))
        return fd;
    errno = EPERM;
    return -1;
}

static int same(struct text a, const char *b)
{
    return a.n == strlen(b) && !memcmp(a.at, b, a.n);
}

/* Takes a netstring off the front; `at` is NULL, and nothing taken, when there is none. */
static struct text take_netstring(struct text *in)
{
    struct text none = {NULL, 0}, taken;
    size_t n = 0, i = 0;
    for (; i < in->n && i < 6 && in->at[i] >= '0' && in->at[i] <= '9'; i++)
        n = 10 * n + in->at[i] - '0';
    if (i == 0 || (i > 1 && *in->at == '0') || i + n + 2 > in->n || in->at[i] != ':' || in->at[i + 1 + n] != ',')
        return none;
    taken = (struct text){in->at + i + 1, n};
    *in = (struct text){taken.at + n + 1, in->n - i - n - 2};
    return taken;
}

/*
 * Takes a record apart into the values of some keys and, behind them, its stdin: NULL, or what is wrong with it.
 * Another version may well have another checksum.
 */
static const char *take_apart(struct text in, const char *kind, const char *const *keys, struct text *values)
{
    const size_t version = sizeof VERSION_LINE - 1, end = 9;
    char sum[9];
    int key;
    if (in.n < version + end)
        return "damaged";
    if (memcmp(in.at, VERSION_LINE, version))
        return memcmp(in.at, VERSION_LINE, sizeof "hookbridge/" - 1) ? "damaged" : "unknown";
    in.n -= end;
    checksum(crc32c(0, in.at, in.n), sum);
    if (memcmp(in.at + in.n, sum, end))
        return "damaged";
    in.at += version;
    in.n -= version;
    struct text its_kind = take_netstring(&in);
    if (its_kind.at && !same(its_kind, kind))
        return "unknown";
    for (struct text f; (f = take_netstring(&in)).n > 0;)
        for (key = 0; keys[key]; key++) {
            size_t n = strlen(keys[key]);
            if (f.n > n && f.at[n] == '=' && !memcmp(f.at, keys[key], n))
                values[key] = (struct text){f.at + n + 1, f.n - n - 1};
        }
    for (key = 0; keys[key]; key++)
        ;
    values[key] = take_netstring(&in);
    return values[key].at && in.n == 0 ? NULL : "damaged";
}

/* ---- the gates file ---- */

/* Takes what stands before a separator off the front, and the separator. */
static struct text take_word(struct text *in, char separator)
{
    const char *end = memchr(in->at, separator, in->n);
    struct text taken = {in->at, end ? (size_t)(end - in->at) : in->n};
    size_t n = taken.n + (end ? 1 : 0);
    *in = (struct text){in->at + n, in->n - n};
    return taken;
}

static int hex_digit(char c)
{
    char lower = c | 32;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Takes a percent-encoded byte off the front of a word that is not empty; -1 for what nobody encodes so. */
static int take_byte(struct text *word)
{
    size_t n = 1;
    int c = (unsigned char)*word->at;
    if (c == '%') {
        int high = word->n > 2 ? hex_digit(word->at[1]) : -1, low = high < 0 ? -1 : hex_digit(word->at[2]);
        c = low < 0 ? -1 : high << 4 | low;
        n = low < 0 ? 1 : 3;
    } else if (!plain(c))
        c = -1;
    *word = (struct text){word->at + n, word->n - n};
    return c;
}

static int well_encoded(struct text word, const char *special)
{
    int ok = word.n > 0;
    while (word.n > 0) {
        char c = *word.at;
        ok &= take_byte(&word) >= 0 || (c && strchr(special, c));
    }
    return ok;
}

static int steps = GLOB_STEPS; /* a hostile glob and a long name must not cost the call its time */

/* An encoded word in which `*` stands for any bytes and `?` for one, against a name. */
static int matches(struct text glob, const char *name)
{
    struct text behind_star = {NULL, 0};
    const char *from = NULL;
    while (*name || glob.n > 0) {
        struct text rest = glob;
        char sign = glob.n > 0 ? *glob.at : 0;
        int c = glob.n > 0 ? take_byte(&rest) : -1;
        if (steps-- <= 0)
            return 0;
        if (sign == '*') {
            behind_star = glob = rest;
            from = name;
        } else if (*name && (sign == '?' || c == (unsigned char)*name)) {
            glob = rest;
            name++;
        } else if (*name && from) {
            glob = behind_star;
            name = ++from;
        } else
            return 0;
    }
    return 1;
}

/* The spelling of rules and causes: nothing that could break a line. */
static int is_name(struct text word)
{
    int ok = word.n > 0 && word.n <= RULE_NAME_MAX && *word.at >= 'a' && *word.at <= 'z';
    for (size_t i = 0; i < word.n; i++)
        ok &= (word.at[i] >= 'a' && word.at[i] <= 'z') || (word.at[i] >= '0' && word.at[i] <= '9') ||
              word.at[i] == '-';
    return ok;
}

static int read_timeout(struct text word, uint64_t *wait)
{
    uint64_t ms = 0;
    for (size_t i = 0; i < word.n; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return 0;
        ms = ms > 10000 ? ms : 10 * ms + word.at[i] - '0';
    }
    *wait = (ms < 100 ? 100 : ms > 10000 ? 10000 : ms) * MS;
    return word.n > 0;
}

static int read_default(struct text word, int *vetoes)
{
    *vetoes = same(word, "veto") && !destructive();
    return same(word, "veto") || same(word, "allow");
}

enum { NAME, DRIVER, OPERATION, SUBOPERATION, OBJECT, EXEMPT, WAIT, ON_TIMEOUT, ON_ERROR, ON_ABSENT, MORE, WORDS };

/* Does the rule match the call? -1 when it cannot be understood. What a later release added is skipped. */
static int read_rule(struct text line, struct rule *rule)
{
    const char *called[] = {call.driver, call.arg[1], call.arg[2], call.arg[0]};
    struct text w[WORDS];
    int match = 1;
    for (int i = 0; i < WORDS; i++)
        w[i] = take_word(&line, '\t');
    rule->name = w[NAME];
    if (!is_name(w[NAME]) || !read_timeout(w[WAIT], &rule->wait) ||
        !read_default(w[ON_TIMEOUT], &rule->vetoes[TIMEOUT]) ||
        !read_default(w[ON_ERROR], &rule->vetoes[UNREADABLE]) ||
        !read_default(w[ON_ABSENT], &rule->vetoes[ABSENT]) || w[MORE].n == 0)
        return -1;
    for (int i = DRIVER; i <= OBJECT; i++) {
        if (!(i == OBJECT ? well_encoded(w[i], "*?") : same(w[i], "*") || well_encoded(w[i], "")))
            return -1;
        match = match && matches(w[i], called[i - DRIVER] ? called[i - DRIVER] : "");
    }
    if (!well_encoded(w[EXEMPT], ","))
        return -1;
    if (same(w[EXEMPT], "-"))
        return match;
    while (match && w[EXEMPT].n > 0)
        match = !matches(take_word(&w[EXEMPT], ','), call.arg[0]);
    return match;
}

/* Break-glass. */
static int switched_off(void)
{
    struct stat st;
    return fstatat(open_folder(etc), "gates.off", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Finds the rules that match and counts them. NULL, or what is wrong with the file: then none does. */
static const char *read_gates(int folder, int *count)
{
    static const char *const no_keys[] = {NULL};
    struct text rules;
    int fd, lines = 0, found = 0, gates = openat(folder, "gates.d", FOLDER);
    if (gates < 0 || (fd = open_agents(gates, "gates", O_RDONLY, S_IFREG)) < 0)
        return errno == ENOENT ? NULL : "damaged";
    ssize_t n = read(fd, big.gates, sizeof big.gates);
    if (n < 0 || n == sizeof big.gates)
        return "damaged";
    const char *wrong = take_apart((struct text){big.gates, n}, "gates", no_keys, &rules);
    if (wrong)
        return wrong;
    while (rules.n > 0) {
        struct rule *rule = &gate.rules[found];
        int match = ++lines > RULES_MAX ? -1 : read_rule(take_word(&rules, '\n'), rule);
        if (match < 0 || steps <= 0)
            return "unknown";
        if (match && rule->wait > gate.wait)
            gate.wait = rule->wait;
        found += match;
    }
    if (found > 0 && !switched_off())
        *count = found;
    return NULL;
}

/* ---- 1. the call becomes durable ---- */

/* No call is written into the last space of a disk that guests and logs live on too. */
static int too_full(const struct statfs *fs)
{
    uint64_t block = fs->f_frsize ? fs->f_frsize : fs->f_bsize;
    uint64_t bytes = fs->f_blocks * block / 100 * conf.percent;
    uint64_t inodes = fs->f_files / 100 * conf.inode_percent;
    if (bytes > conf.reserve)
        bytes = conf.reserve;
    if (inodes > conf.reserve / INODE_BYTES)
        inodes = conf.reserve / INODE_BYTES;
    return fs->f_bavail * block < bytes || fs->f_ffree < inodes;
}

static struct out begin(struct record *r, char *head, size_t size)
{
    struct out o = {head, head + size};
    cat(&o, VERSION_LINE, NULL);
    putn(&o, strlen(r->kind), 1);
    cat(&o, ":", r->kind, ",", NULL);
    field(&o, "id", r->id, 36);
    number(&o, "time", r->wall);
    number(&o, "boottime", r->boot);
    field(&o, "boot", boot_id, 36);
    string(&o, "shim", VERSION);
    return o;
}

static void finish(struct record *r, char *head, struct out *o, const char *input, size_t n)
{
    cat(o, "0:,", NULL);
    putn(o, n, 1);
    cat(o, ":", NULL);
    size_t head_size = o->at - head;
    r->tail[0] = ',';
    checksum(crc32c(crc32c(crc32c(0, head, head_size), input, n), r->tail, 1), r->tail + 1);
    r->parts[0] = (struct iovec){head, head_size};
    r->parts[1] = (struct iovec){(char *)input, n};
    r->parts[2] = (struct iovec){r->tail, sizeof r->tail};
}

static void compose_call(const char *gates)
{
    static const char *const keys[] = {"object", "operation", "suboperation", "extra"};
    struct out o = begin(&big.call, big.head, sizeof big.head);
    size_t held = call.arrived < room ? call.arrived : room;
    string(&o, "path", call.path);
    string(&o, "driver", call.driver);
    for (int i = 0; i < 4 && call.arg[i]; i++)
        string(&o, keys[i], call.arg[i]);
    if (call.argc != 4)
        number(&o, "argc", call.argc);
    if (call.arrived > held)
        number(&o, "truncated", call.arrived);
    if (gates)
        string(&o, "gates", gates);
    finish(&big.call, big.head, &o, input, held);
}

/* Writes some of three parts and takes it off them. What is left, or -1. */
static ssize_t write_some(int fd, struct iovec *parts)
{
    ssize_t left = 0, n = writev(fd, parts, 3);
    if (n < 0)
        return -1;
    for (int i = 0; i < 3; i++) {
        size_t written = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
        parts[i].iov_base = (char *)parts[i].iov_base + written;
        parts[i].iov_len -= written;
        left += parts[i].iov_len;
        n -= written;
    }
    return left;
}

static int write_record(int fd, struct record *r)
{
    struct iovec parts[] = {r->parts[0], r->parts[1], r->parts[2]};
    ssize_t left;
    do
        left = write_some(fd, parts);
    while (left > 0);
    return left;
}

/*
 * A spare is a file of zeros that the agent made and synced while nobody waited. A record written over it needs
 * neither inode nor block, so its sync waits for the data alone: half of the time. The rename comes last and need
 * not last: after a power cut the agent looks into all spares. Who has the lock and finds the first byte zero is
 * the only one to write; a used spare never looks unused again, wherever it was renamed to. Opened first and
 * looked at then, as all that is the agent's.
 */
static int take_spare(int folder, uint64_t any, const struct stat *owner, char slot[11])
{
    struct flock all = {.l_type = F_WRLCK};
    struct stat st;
    char first;
    for (uint64_t i = any; i < any + SPARE_TRIES; i++) {
        struct out o = {slot, slot + 10};
        cat(&o, ".spare-", NULL);
        putn(&o, i % SPARES, 3);
        *o.at = 0;
        int fd = openat(folder, slot, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
            st.st_uid == owner->st_uid && fcntl(fd, F_OFD_SETLK, &all) == 0 && pread(fd, &first, 1, 0) == 1 && !first)
            return fd;
    }
    return -1;
}

/* Gives a name to an open file that has none, or that somebody took out of `new`. Only root may link without /proc. */
static int give_name(int fd, int new, const char *name)
{
    char path[] = "/proc/self/fd/..........";
    struct out o = {path + sizeof "/proc/self/fd/" - 1, path + sizeof path - 1};
    if (me == 0 && linkat(fd, "", new, name, AT_EMPTY_PATH) == 0)
        return 0;
    putn(&o, fd, 1);
    *o.at = 0;
    return linkat(AT_FDCWD, path, new, name, AT_SYMLINK_FOLLOW);
}

/* Into a file of `new`, synced, then renamed there. An errno, and then there is no such file. */
static int post(int fd, struct record *r, int (*sync)(int), int new, const char *as, const char *name)
{
    if (write_record(fd, r) == 0 && sync(fd) == 0 &&
        (renameat(new, as, new, name) == 0 ||
         /* an agent of an earlier release puts away what it does not know */
         (errno == ENOENT && give_name(fd, new, name) == 0 && fsync(fd) == 0)))
        return 0;
    int err = errno;
    unlinkat(new, as, 0); /* synced or not: if it comes back, the agent finds the call that was lost */
    return err;
}

/*
 * Into a file without a name, which then gets one: nothing is left of a hook that was killed. It is synced with its
 * name, so the agent may have taken it by then, and has it safe.
 */
static int post_unnamed(int fd, struct record *r, int new, const char *name, int *unnameable)
{
    if (write_record(fd, r) != 0)
        return errno;
    if (give_name(fd, new, name) != 0) {
        *unnameable = 1;
        return errno;
    }
    if (fsync(fd) == 0)
        return 0;
    int err = errno;
    return unlinkat(new, name, 0) != 0 && errno == ENOENT ? 0 : err;
}

static void name_of(struct record *r, char *name, size_t size)
{
    struct out o = {name, name + size - 1};
    putn(&o, r->boot, 20);
    cat(&o, "-", boot_id, "-", NULL);
    putn(&o, r->wall, 20);
    cat(&o, "-", r->id, NULL);
    *o.at = 0;
}

/* Makes a file for the agent's user: an open one, or -1. */
static int make_file(int new, const char *as, int flags, const struct stat *owner)
{
    int fd = openat(new, as, O_WRONLY | O_NOFOLLOW | flags, 0600);
    if (fd < 0 || owner->st_uid == me || fchown(fd, owner->st_uid, owner->st_gid) == 0)
        return fd;
    int err = errno;
    if (flags & O_CREAT)
        unlinkat(new, as, 0);
    errno = err;
    return -1;
}

/* Not every file system knows files without names, and not every confinement lets them have one later. */
static int store_anew(int new, struct record *r, const char *name, const struct stat *owner)
{
    char hidden[1 + NAME_SIZE] = ".";
    struct out o = {hidden + 1, hidden + sizeof hidden - 1};
    int err, unnameable = 0, fd = make_file(new, ".", O_TMPFILE, owner);
    if (fd >= 0 && ((err = post_unnamed(fd, r, new, name, &unnameable)) == 0 || !unnameable))
        return err;
    cat(&o, name, NULL);
    *o.at = 0;
    fd = make_file(new, hidden, O_CREAT | O_EXCL, owner);
    return fd < 0 ? errno : post(fd, r, fsync, new, hidden, name);
}

/*
 * Into the mailbox; an errno when the agent will not find it there. All happens inside one folder: a rename from one
 * to another takes a lock that the whole file system shares, and any user can make its holder wait.
 */
static int store(int folder, struct record *r)
{
    char name[NAME_SIZE], slot[11];
    struct stat st;
    struct statfs fs;
    size_t size = r->parts[0].iov_len + r->parts[1].iov_len + r->parts[2].iov_len;
    int fd, err, mail = openat(folder, "mail", FOLDER);
    if (mail < 0 || fstat(mail, &st) != 0)
        return errno;
    if (!ours(&st)) /* then the agent's user could have planted `new` too */
        return EPERM;
    int new = openat(mail, "new", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (new < 0 || fstat(new, &st) != 0 || fstatfs(new, &fs) != 0)
        return errno;
    if (too_full(&fs))
        return ENOSPC;

    name_of(r, name, sizeof name);
    if (size <= SPARE_BYTES && (fd = take_spare(new, r->boot, &st, slot)) >= 0 &&
        post(fd, r, fdatasync, new, slot, name) == 0)
        return 0;
    /* Only ext4 and xfs are known to keep a file's name with its fsync. */
    if ((err = store_anew(new, r, name, &st)) == 0 && fs.f_type != EXT4_MAGIC && fs.f_type != XFS_MAGIC)
        fsync(new);
    return err;
}

static int store_or_tell(int folder, struct record *r)
{
    int err = folder < 0 ? errno : store(folder, r);
    if (err || conf.complaint) {
        close_all();
        int at = open_run();
        if (err)
            lose(at, r, "lost", err);
        say(at, r, err ? "not written to the mailbox, see the file lost" : conf.complaint, err);
    }
    return err;
}

static int ask(struct record *r);

/* As for a disk that does not answer, and the call will not come. */
static int tell_no_place(struct record *r)
{
    int at = open_run();
    lose(at, r, "lost", EBUSY);
    say(at, r, "not written to the mailbox, too many helpers wait for its disk", EBUSY);
    return LATE;
}

/* Helper. Its result is an errno, or 0. Where a rule matches, the question goes out while the disk works. */
static int record(struct record *r)
{
    struct stat st = {.st_uid = me};
    const char *gates = NULL;
    if (take_place(r->boot, PLACE_WAIT) == NO_PLACE)
        return tell_no_place(r);
    read_conf();
    if (read(open("/proc/sys/kernel/random/boot_id", O_RDONLY), boot_id, 36) != 36)
        memcpy(boot_id, "00000000-0000-0000-0000-000000000000", 36);
    int count = 0, folder = open_folder(data);
    if (folder >= 0)
        fstat(folder, &st);
    data_is_mine = st.st_uid == me;
    if (folder >= 0 && data_is_mine && ours(&st) && may_fail())
        gates = read_gates(folder, &count);
    compose_call(gates);
    if (count > 0) {
        gate.began = now(CLOCK_BOOTTIME);
        gate.until = gate.began + gate.wait;
        gate.asks = start_with(CLONE_PARENT, &big.asker, ask, NULL);
    }
    __atomic_store_n(&gate.count, count, __ATOMIC_RELEASE);
    return store_or_tell(folder, r);
}

/* Helper. Did somebody's wait run out in the last minute? */
static int look(struct record *r)
{
    (void)r;
    return stamped(open_run(), "late", LOOK);
}

/* Helper. Ours has. */
static int tell(struct record *r)
{
    int at = open_run();
    lose(at, r, "late", ETIMEDOUT);
    stamped(at, "late", RENEW);
    say(at, r, "not yet written to the mailbox, its disk does not answer", ETIMEDOUT);
    return 0;
}

/* Helper. We could do no more for it. */
static int tell_lost(struct record *r)
{
    int at = open_run();
    lose(at, r, "lost", ETIMEDOUT);
    stamped(at, "late", RENEW);
    say(at, r, "not written to the mailbox, its disk does not answer", ETIMEDOUT);
    return 0;
}

/* There is no room for another process. A disk that was stuck a moment ago is not touched without one. */
static int deliver_here(struct record *r, int (*work)(struct record *), int hopeless)
{
    if (!hopeless)
        hopeless = in_time(&r->looker, look, r, SMALL_WAIT) && r->looker.result;
    if (!hopeless && in_time(&r->recorder, work, r, WRITE_WAIT))
        return r->recorder.result;
    in_time(&r->teller, tell_lost, r, SMALL_WAIT);
    return LATE;
}

/*
 * Has a record written, tells when that does not end in time: an errno, or LATE, or 0. One full wait a minute is
 * enough for a host, and one late record for a hook.
 */
static int deliver(struct record *r, int (*work)(struct record *), int hopeless)
{
    uint64_t began = now(CLOCK_BOOTTIME);
    if (!start(&r->recorder, work, r))
        return deliver_here(r, work, hopeless);
    if (ended(&r->recorder, began + FIRST_WAIT))
        return r->recorder.result;
    if (!hopeless) {
        start(&r->looker, look, r);
        hopeless = ended(&r->looker, began + FIRST_WAIT + SMALL_WAIT) && r->looker.result;
    }
    if (!hopeless && ended(&r->recorder, began + WRITE_WAIT))
        return r->recorder.result;
    if (start(&r->teller, tell, r))
        ended(&r->teller, now(CLOCK_BOOTTIME) + SMALL_WAIT);
    else
        in_time(&r->teller, tell, r, SMALL_WAIT);
    return LATE;
}

static void complain(void)
{
    static const char text[] = "hookbridge: the call is lost, a limit leaves no file to write (RLIMIT_NOFILE, RLIMIT_FSIZE)\n";
    shout(text, sizeof text - 1);
}

static int must_be_written(void)
{
    return data_is_mine && conf.fail_when_full && may_fail();
}

static _Noreturn void fail(int err)
{
    char text[1024];
    struct out o = {text, text + sizeof text};
    cat(&o, "hookbridge: the call could not be written to ", data.path, data.rest,
        err == ENOSPC ? " (too little space left): free some"
        : err == ENOENT ? " (no such folder): run hookbridge's layout.sh"
        : err == EROFS ? " (read-only): make it writable"
                       : " (its errno is in hookbridge's file lost): repair that",
        ", or set when-full: pass in shim.conf\n", NULL);
    leave(1, text, o.at - text);
}

/* ---- 2. a gate is asked ---- */

/* Did the agent's answering thread stamp its file in the last seconds? After a reboot a stamp may lie ahead. */
static int alive(int gates)
{
    char digits[21] = "";
    int fd = open_agents(gates, "alive", O_RDONLY, S_IFREG);
    if (fd < 0 || read(fd, digits, 20) != 20 || strspn(digits, "0123456789") != 20)
        return 0;
    uint64_t then = strtoull(digits, NULL, 10), t = now(CLOCK_BOOTTIME);
    return then <= t && t - then <= ALIVE_LIFE;
}

/*
 * The path leads through a file descriptor, so what was looked at is what is connected to. While too many at once
 * wait to be accepted, connect() waits as well, for so long.
 */
static int connect_agent(int gates)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct out o = {to.sun_path, to.sun_path + sizeof to.sun_path - 1};
    struct timeval patience = {.tv_usec = SMALL_WAIT / 1000};
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct stat st;
    int at = open_agents(gates, "gate.sock", O_PATH, S_IFSOCK), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (at < 0)
        return -1;
    cat(&o, "/proc/self/fd/", NULL);
    putn(&o, at, 1);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || fstat(gates, &st) != 0 || peer.uid != st.st_uid)
        return -1;
    return fd;
}

static enum how_asked read_answer(size_t n)
{
    static const char *const keys[] = {"exit", "cause", "rule", "reason", NULL};
    struct text v[5] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    if (take_apart((struct text){big.answer, n}, "answer", keys, v) || !(same(v[0], "0") || same(v[0], "1")) ||
        !is_name(v[1]) || !(v[2].n == 0 || is_name(v[2])) || v[3].n > REASON_MAX || v[4].n > JSON_MAX)
        return UNREADABLE;
    answer.fails = same(v[0], "1");
    answer.cause = v[1];
    answer.rule = v[2];
    answer.reason = v[3];
    answer.json = v[4];
    return ANSWERED;
}

/* Sends the call while there is nothing to read, reads to the end: neither waits for the other. */
static enum how_asked converse(int fd)
{
    struct iovec parts[] = {big.call.parts[0], big.call.parts[1], big.call.parts[2]};
    struct pollfd peer = {.fd = fd, .events = POLLIN | POLLOUT};
    size_t n = 0;
    for (uint64_t t; (t = now(CLOCK_BOOTTIME)) < gate.until;) {
        if (poll(&peer, 1, (gate.until - t) / MS + 1) <= 0)
            continue;
        if ((peer.revents & POLLOUT) && write_some(fd, parts) <= 0) { /* who is writable takes some, or nothing ever */
            shutdown(fd, SHUT_WR);
            peer.events = POLLIN;
        }
        if (peer.revents & ~POLLOUT) {
            ssize_t got = read(fd, big.answer + n, sizeof big.answer - n);
            if (got <= 0) /* an error too, when the agent answers before it has read all */
                return read_answer(n);
            if ((n += got) == sizeof big.answer)
                return UNREADABLE;
        }
    }
    return TIMEOUT;
}

/* Helper. */
static int ask(struct record *r)
{
    (void)r;
    close_all(); /* the recorder's place is not ours to hold on to */
    uint64_t t = now(CLOCK_BOOTTIME), left = t < gate.until ? gate.until - t : 0;
    int place = take_place(big.call.boot + 1, left < PLACE_WAIT ? left : PLACE_WAIT);
    if (place == NO_PLACE)
        return ABSENT;
    int fd, gates = openat(open_folder(data), "gates.d", FOLDER);
    if (!alive(gates) || (fd = connect_agent(gates)) < 0)
        return ABSENT;
    close(place); /* what is waited for from here on is no disk, and 200 may ask at once */
    return converse(fd);
}

/* What the rules say for the case that there is no answer. */
static void apply_defaults(enum how_asked how, const char *reason)
{
    static const char *const causes[] = {"error", "", "timeout", "absent"};
    struct out o = {big.rules, big.rules + sizeof big.rules};
    verdict.cause = (struct text){causes[how], strlen(causes[how])};
    verdict.rule = gate.rules->name;
    verdict.reason = verdict.json = (struct text){"", 0};
    for (struct rule *rule = gate.rules; rule < gate.rules + gate.count; rule++) {
        int vetoes = rule->vetoes[how];
        if (rule > gate.rules)
            cat(&o, ",", NULL);
        put(&o, rule->name.at, rule->name.n);
        cat(&o, vetoes ? "=veto" : "=allow", NULL);
        if (vetoes && !verdict.fails) {
            verdict.fails = 1;
            verdict.rule = rule->name;
            verdict.reason = (struct text){reason, strlen(reason)};
        }
    }
    verdict.rules = (struct text){big.rules, o.at - big.rules};
}

static enum how_asked ask_here(void)
{
    uint64_t t = now(CLOCK_BOOTTIME), until = gate.until + FIRST_WAIT;
    return t < until && in_time(&big.asker, ask, NULL, until - t) ? (enum how_asked)big.asker.result : TIMEOUT;
}

/*
 * Waits for the answer to what was asked in a helper, for the agent's folder may lie on a frozen disk. When even the
 * call cannot be written there, an answer counts that is here by now.
 */
static void decide(int late)
{
    static char silence[] = "no answer within 10000 ms";
    struct out o = {silence + sizeof "no answer within", silence + sizeof silence - 1};
    uint64_t ms = gate.wait / MS;
    enum how_asked how = UNREADABLE;
    if (gate.asks && ended(&big.asker, late ? 0 : gate.until + FIRST_WAIT))
        how = (enum how_asked)big.asker.result;
    else if (gate.asks || late)
        how = TIMEOUT;
    else /* no process could be had */
        how = ask_here();
    if (late && how != ANSWERED)
        how = ABSENT;
    putn(&o, ms % 1000 ? ms : ms / 1000, 1);
    cat(&o, ms % 1000 ? " ms" : " s", NULL);
    *o.at = 0;
    if (how == ANSWERED)
        verdict = answer;
    else
        apply_defaults(how, late             ? "the mailbox's disk does not answer"
                            : how == TIMEOUT ? silence
                            : how == ABSENT  ? "hookbridge's agent is not running"
                                             : "hookbridge's agent gave no answer that can be read");
    if (destructive() && !same(verdict.cause, "decided"))
        verdict.fails = 0;
    verdict.waited = now(CLOCK_BOOTTIME) - gate.began;
}

static void compose_outcome(struct record *r)
{
    struct out o = begin(r, big.outcome_head, sizeof big.outcome_head);
    field(&o, "call", big.call.id, 36);
    string(&o, "driver", call.driver);
    string(&o, "object", call.arg[0]);
    string(&o, "operation", call.arg[1]);
    if (call.arg[2])
        string(&o, "suboperation", call.arg[2]);
    number(&o, "exit", verdict.fails);
    field(&o, "cause", verdict.cause.at, verdict.cause.n);
    field(&o, "rule", verdict.rule.at, verdict.rule.n);
    field(&o, "reason", verdict.reason.at, verdict.reason.n);
    number(&o, "waited", verdict.waited);
    if (verdict.rules.n > 0)
        field(&o, "rules", verdict.rules.at, verdict.rules.n);
    finish(r, big.outcome_head, &o, verdict.json.at, verdict.json.n);
}

/* Helper. */
static int conclude(struct record *r)
{
    compose_outcome(r);
    if (take_place(r->boot, PLACE_WAIT) == NO_PLACE)
        return tell_no_place(r);
    return store_or_tell(open_folder(data), r);
}

static _Noreturn void veto(void)
{
    char text[1024];
    struct out o = {text, text + sizeof text - 1};
    cat(&o, "vetoed", verdict.rule.n > 0 ? " by " : "", NULL);
    put(&o, verdict.rule.at, verdict.rule.n);
    cat(&o, ": ", NULL);
    put(&o, verdict.reason.at, verdict.reason.n);
    cat(&o, "\n", NULL);
    leave(1, text, o.at - text);
}

/* ---- options ---- */

static int try_stdout(struct record *r)
{
    return write(1, "", 1) < 0 && r == &big.outcome ? 42 : 1;
}

/* What a truncated or wrongly built copy would get wrong. */
static _Noreturn void self_test(void)
{
    static const char good[] = "hookbridge-hook " VERSION ": ok\n";
    static const char rule[] = "a-1\tqemu\tstart\t*\tweb-?%2A\tweb-2%2A\t2000\tallow\tallow\tveto\t-";
    static char bad[] = "hookbridge-hook: self-test failed\n";
    int ok = crc32c(0, "123456789", 9) == 0xe3069283;
    ok = ok && is(driver_of("/etc/libvirt/hooks/qemu.d/50-hookbridge"), "qemu");
    start(&big.asker, try_stdout, &big.outcome);
    ok = ok && ended(&big.asker, now(CLOCK_BOOTTIME) + WRITE_WAIT) && big.asker.result == 42;
    call.driver = "qemu";
    call.arg[0] = "web-1*";
    call.arg[1] = "start";
    struct text line = {rule, sizeof rule - 1};
    ok = ok && read_rule(line, gate.rules) == 1 && gate.rules->wait == 2000 * MS && gate.rules->vetoes[ABSENT];
    leave(!ok || write(1, good, sizeof good - 1) < 0, bad, sizeof bad - 1);
}

int main(int argc, char **argv)
{
    int err;
    defend();
    me = geteuid();
    raise_limit(RLIMIT_NOFILE, FILES);
    raise_limit(RLIMIT_FSIZE, RLIM_INFINITY);
    if (argc == 2 && is(argv[1], "--self-test"))
        self_test();
    if (argc == 2 && is(argv[1], "--version"))
        leave(write(1, VERSION "\n", sizeof VERSION) < 0, NULL, 0);
    note(argc, argv);
    read_stdin();
    find_folders();
    err = deliver(&big.call, record, 0);
    if ((err == EMFILE || err == EFBIG) && !told) /* nowhere else can be written to */
        complain();
    if (err > 0 && must_be_written())
        fail(err);
    if (__atomic_load_n(&gate.count, __ATOMIC_ACQUIRE) > 0) {
        decide(err == LATE);
        identify(&big.outcome, "outcome");
        deliver(&big.outcome, conclude, err == LATE);
    }
    if (verdict.fails)
        veto();
    leave(0, NULL, 0);
}
