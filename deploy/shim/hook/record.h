/* Records, as docs/protocol.md defines them: writing the mailbox's, reading the agent's. */

static void append_field(struct out *o, const char *key, const char *value, size_t n)
{
    size_t k = strlen(key) + 1;
    if (n > FIELD_MAX - k)
        n = FIELD_MAX - k;
    append_number(o, k + n, 1);
    append_all(o, ":", key, "=", NULL);
    append(o, value, n);
    append(o, ",", 1);
}

static void append_number_field(struct out *o, const char *key, uint64_t value)
{
    char digits[20];
    struct out d = {digits, digits + sizeof digits};
    append_number(&d, value, 1);
    append_field(o, key, digits, d.at - digits);
}

static void append_string_field(struct out *o, const char *key, const char *value)
{
    append_field(o, key, value, strlen(value));
}

/* The last line of a record. */
static void format_checksum(uint32_t crc, char line[9])
{
    for (int i = 0; i < 8; i++)
        line[i] = "0123456789abcdef"[crc >> (28 - 4 * i) & 15];
    line[8] = '\n';
}

/* Sets the record's kind, times and id. The id is a UUIDv7: 48 bits of milliseconds, then random bits. */
static void identify_record(struct record *r, const char *kind)
{
    unsigned char b[16];
    struct out o = {r->id, r->id + 36};
    r->kind = kind;
    r->wall = now(CLOCK_REALTIME);
    r->boot = now(CLOCK_BOOTTIME);
    uint64_t ms = r->wall / 1000000;
    if (getrandom(b, 16, GRND_NONBLOCK) != 16) /* too early in the boot: use the random bytes of the auxiliary vector */
        memcpy(b, (void *)getauxval(AT_RANDOM), 16);
    for (int i = 0; i < 6; i++)
        b[i] = ms >> (40 - 8 * i);
    b[6] = 0x70 | (b[6] & 15);
    b[8] = 0x80 | (b[8] & 63);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            append(&o, "-", 1);
        append(&o, &"0123456789abcdef"[b[i] >> 4], 1);
        append(&o, &"0123456789abcdef"[b[i] & 15], 1);
    }
}

static void mailbox_name(struct record *r, char *name, size_t size)
{
    struct out o = {name, name + size - 1};
    append_number(&o, r->boot, 20);
    append_all(&o, "-", boot_id, "-", NULL);
    append_number(&o, r->wall, 20);
    append_all(&o, "-", r->id, NULL);
    *o.at = 0;
}

static struct out begin_record(struct record *r, char *head, size_t size)
{
    struct out o = {head, head + size};
    append_all(&o, VERSION_LINE, NULL);
    append_number(&o, strlen(r->kind), 1);
    append_all(&o, ":", r->kind, ",", NULL);
    append_field(&o, "id", r->id, 36);
    append_number_field(&o, "time", r->wall);
    append_number_field(&o, "boottime", r->boot);
    append_field(&o, "boot", boot_id, 36);
    append_string_field(&o, "shim", VERSION);
    return o;
}

static void finish_record(struct record *r, char *head, struct out *o, const char *input, size_t n)
{
    append_all(o, "0:,", NULL);
    append_number(o, n, 1);
    append_all(o, ":", NULL);
    size_t head_size = o->at - head;
    r->tail[0] = ',';
    format_checksum(crc32c(crc32c(crc32c(0, head, head_size), input, n), r->tail, 1), r->tail + 1);
    r->parts[0] = (struct iovec){head, head_size};
    r->parts[1] = (struct iovec){(char *)input, n};
    r->parts[2] = (struct iovec){r->tail, sizeof r->tail};
}

/* Writes a portion of three parts and advances them. Returns how many bytes are left, or -errno. */
static ssize_t write_some(int fd, struct iovec *parts)
{
    ssize_t left = 0, n = sys_writev(fd, parts, 3);
    if (n < 0)
        return n;
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

/* Removes and returns a netstring; `at` is NULL, and nothing is removed, if there is none. */
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
 * Parses a record: stores the values of the given keys and, after them, its stdin. Returns NULL, or what is wrong.
 * The version is checked before the checksum, because another version may have another checksum.
 */
static const char *parse_record(struct text in, const char *kind, const char *const *keys, struct text *values)
{
    const size_t version = sizeof VERSION_LINE - 1, end = 9;
    char sum[9];
    int key;
    if (in.n < version + end)
        return "damaged";
    if (memcmp(in.at, VERSION_LINE, version))
        return memcmp(in.at, VERSION_LINE, sizeof "hookbridge/" - 1) ? "damaged" : "unknown";
    in.n -= end;
    format_checksum(crc32c(0, in.at, in.n), sum);
    if (memcmp(in.at + in.n, sum, end))
        return "damaged";
    in.at += version;
    in.n -= version;
    struct text its_kind = take_netstring(&in);
    if (its_kind.at && !text_equals(its_kind, kind))
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
