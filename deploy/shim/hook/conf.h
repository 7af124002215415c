/* shim.conf, and what it allows the hook. */

static int set_reserve(const char *value)
{
    char *unit;
    uint64_t n = strtoull(value, &unit, 10);
    if (*value < '0' || *value > '9')
        return 0;
    unit += strspn(unit, " \t");
    if (equals(unit, "%") && n <= 100) {
        conf.percent = conf.inode_percent = n;
        conf.reserve = UINT64_MAX;
        return 1;
    }
    int shift = !*unit ? 0 : equals(unit, "KiB") ? 10 : equals(unit, "MiB") ? 20 : equals(unit, "GiB") ? 30 : 64;
    if (shift == 64 || n > UINT64_MAX >> shift)
        return 0;
    conf.percent = 100;
    conf.reserve = n << shift;
    return 1;
}

static int set_destructive(const char *words)
{
    int known = 1;
    for (size_t n; *(words += strspn(words, " \t")); words += n) {
        struct text word = {words, n = strcspn(words, " \t")};
        if (text_equals(word, "started"))
            conf.fail_started = 1;
        else if (text_equals(word, "port-created"))
            conf.fail_port_created = 1;
        else
            known = 0;
    }
    return known;
}

static int set_option(const char *key, char *value)
{
    if (equals(key, "when-full")) {
        conf.fail_when_full = equals(value, "fail-hook");
        return conf.fail_when_full || equals(value, "pass");
    }
    if (equals(key, "data-dir") && *value == '/') {
        data = (struct folder){value, ""};
        return 1;
    }
    if (equals(key, "reserve"))
        return set_reserve(value);
    return equals(key, "allow-destructive") && set_destructive(value);
}

/* `key: value`; a `#` begins a comment at the start of a line or after white space. */
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
    return set_option(line, value + strspn(value, " \t"));
}

/* Parses the first n bytes of big.conf_text. n may be an error. */
static void parse_conf(ssize_t n)
{
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

static void read_conf(void)
{
    int folder = open_folder(etc), fd = -1;
    if (folder >= 0 && (fd = open_trusted_file(folder, "shim.conf", O_RDONLY)) != -ENOENT)
        parse_conf(sys_read(fd, big.conf_text, sizeof big.conf_text));
}

/* May this hook exit 1? That prevents a start. Operations where it kills a running guest need allow-destructive. */
static int may_fail(void)
{
    const char *operation = call.arg[1];
    if (equals(call.driver, "network"))
        return equals(operation, "start") || (equals(operation, "port-created") && conf.fail_port_created);
    if (equals(call.driver, "unknown") || equals(call.driver, "daemon"))
        return 0;
    return equals(operation, "prepare") || equals(operation, "start") || equals(operation, "migrate") ||
           equals(operation, "restore") || (equals(operation, "started") && conf.fail_started);
}

static int is_destructive(void)
{
    return equals(call.arg[1], "started") || equals(call.arg[1], "port-created");
}
