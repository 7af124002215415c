/*
 * Limits, types and variables of the hook.
 *
 * The hook and its helpers share all memory. There are no locks: each variable has one writer at a time, and a reader
 * reads it only after the writer has ended (await_helper) or has published it (an atomic store).
 *
 *   variable                  writer                                  readers
 *   call, data, etc, run, me  the hook, before the first helper       all
 *   input, room, big.input    the hook, before the first helper       all
 *   data (option data-dir),   the recorder of the call, before it     the asker; the recorder of the outcome; the hook,
 *     conf, data_is_mine,     starts the asker and stores gate.count  after the recorder's end
 *     boot_id, big.conf_text,
 *     steps
 *   gate, big.gates           the recorder of the call; gate.count    the asker: before the recorder starts it all of
 *                             last, as an atomic store                `gate` but count and asks is set; the hook, after
 *                                                                     an atomic load of gate.count that is not 0
 *   big.call, big.head        the recorder of the call                the asker: composed before it is started
 *   answer, big.answer        the asker                               the hook, if await_helper(&big.asker) is true
 *   verdict, big.rules        the hook                                the recorder of the outcome
 *   big.outcome (id, times)   the hook, before its recorder           the recorder of the outcome
 *   big.outcome (rest),       the recorder of the outcome             -
 *     big.outcome_head
 *   reported                  any helper that reports                 the hook; a flag that is only ever set
 *   first_own_fd, given_up    the hook, in run_inline                 the hook
 *   helper.tid                the kernel                              the hook (atomic load, futex)
 *   helper.result             that helper                             the hook, if await_helper() is true
 *
 * A helper that does not end in time keeps what it writes: the hook never reads it then.
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

#include "../hidden.h"

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
#define SLOT_WAIT (WRITE_WAIT - 500 * MS)
#define STAMP_LIFE (60000 * MS)
#define VERSION_LINE "hookbridge/1\n"
#define SPARES 128
#define SPARE_BYTES (16u << 10)
#define SPARE_TRIES 4
#define HELPER_SLOTS 32 /* that touch a disk, on the whole host */
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

struct out {
    char *at, *end;
};

struct text {
    const char *at;
    size_t n;
};

/* The call. The hook fills it before it starts a helper; after that it is read-only. */
static struct {
    const char *path, *driver;
    const char *arg[4]; /* object, operation, suboperation, extra; NULL if not passed */
    int argc;
    uint64_t arrived; /* bytes read from stdin; `input` holds at most the first `room` of them */
} call;

/* A folder's path in two parts, so that no code concatenates paths. */
struct folder {
    const char *path, *rest;
};
static struct folder data, etc, run;
static uid_t me;
static int first_own_fd; /* close_descriptors() leaves those below it open */
static int reported;
static int data_is_mine;
static char boot_id[37];

/* shim.conf, with its defaults. */
static struct {
    int fail_when_full, fail_started, fail_port_created;
    uint64_t reserve, percent, inode_percent;
    const char *complaint;
} conf = {.reserve = 1 << 30, .percent = 5, .inode_percent = 5};

/* UNREADABLE is 0: it is also the result of an asker that crashed. */
enum ask_result { UNREADABLE, ANSWERED, TIMEOUT, ABSENT };

/* The rules that match the call. The recorder writes them, and `count` last. */
struct rule {
    struct text name;
    uint64_t wait;
    int vetoes[4]; /* the default for each ask_result */
};
static struct {
    struct rule rules[RULES_MAX];
    int count, asks;
    uint64_t wait, began, until;
} gate;

/* What the hook does, and why. Only the asker writes `answer`, until it has ended; the hook copies it to `verdict`. */
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

/* One file of the mailbox. A stuck helper may use its record for ever, so no record is used twice. */
struct record {
    struct helper looker, teller, recorder;
    const char *kind;
    uint64_t wall, boot;
    char id[37], tail[10];
    struct iovec parts[3]; /* set when the record is composed: head, stdin, tail */
};

/*
 * Each page that is touched costs a page fault. The linker places a common symbol behind all small data. The order
 * of the members lets the record's head share the page of the small data, and stdin the page of the helper's stack.
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

