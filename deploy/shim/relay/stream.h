/*
 * The streams of the relay: bytes from the command's pipes to root's terminal, pipe or file, and from root's stdin to
 * the command. A terminal gets only characters that it shows. Each stream holds at most one piece at a time, and the
 * relay waits for neither end alone. relay.c includes this file; one thread, nothing is allocated.
 */
#define PIECE 4096 /* a pipe that is ready takes so much without waiting */
#define GROWTH 10  /* bytes that one byte may become on a terminal */

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
